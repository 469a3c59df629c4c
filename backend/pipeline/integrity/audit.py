"""Every run audits itself: a stronger judgment should never harm what it prefers."""

import logging
from dataclasses import fields

from backend.pipeline.snapshot import Facts
from solidago.config import Config
from solidago.monotonicity import RunAudit, audit_run
from solidago.monotonicity.report import CriterionAudit, LicchaviAudit, RunCheck
from solidago.pipeline import Result

logger = logging.getLogger(__name__)

_SEED_DIGITS = 12


def run_audited(*, facts: Facts, config: Config, result: Result) -> RunAudit:
    """Audit a result. The snapshot's digest decides which judgments are tried: nobody can choose them."""
    audit = audit_run(facts.dataset, config, result, seed=int(facts.digest[:_SEED_DIGITS], 16))
    if not audit.passed:
        # Without whose judgments: logs travel. The snapshot is kept, and auditing it again names them.
        logger.error("The audit of snapshot %s found a result that is wrong: %s", facts.digest, audit_told(audit))
    return audit


def audit_told(audit: RunAudit) -> dict[str, object]:
    """Return what is kept of an audit: figures, without whose judgments they come from.

    A report outlives the accounts it was made of, and more people may read it than may read a judgment.
    """
    criteria = {name: _told(found) for name, found in audit.criteria.items()}
    return {"passed": audit.passed, "seed": audit.seed, "step": audit.step, "criteria": criteria}


def _told(found: CriterionAudit | LicchaviAudit) -> dict[str, object]:
    """Return the figures of a criterion's questions, in the order in which they are asked."""
    columns = {spec.name: getattr(found, spec.name) for spec in fields(found)}
    return {name: _figures(value) if isinstance(value, RunCheck) else value for name, value in columns.items()}


def _figures(check: RunCheck) -> dict[str, object]:
    return {
        "moves": check.moves,
        "violated": check.violated,
        "rate": check.rate,
        "worst": check.worst.points if check.worst else None,
        "by_step": dict(check.by_step),
    }
