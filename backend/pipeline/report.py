"""What a run tells about itself, stored with it."""

import numpy as np

from backend.pipeline.integrity.audit import audit_told
from backend.pipeline.snapshot import Facts
from solidago.config import Config
from solidago.licchavi_run import coupling_of
from solidago.monotonicity import RunAudit
from solidago.pipeline import Result

Report = dict[str, object]
"""Ready for JSON."""


def run_report(*, facts: Facts, config: Config, result: Result, audit: RunAudit) -> Report:
    """Return the report of a run that computed its scores."""
    return {
        **run_counts(facts=facts),
        "certificates": _certificates(result),
        "audit": audit_told(audit),
        **_strategic_gain(config, result),
    }


def run_counts(*, facts: Facts) -> dict[str, int]:
    """Return how much a run read."""
    dataset = facts.dataset
    return {
        "judgments": sum(len(judgments) for judgments in dataset.judgments.values()),
        "contributors": len(np.unique(np.concatenate([[], *(j.user for j in dataset.judgments.values())]))),
        "entities": len(dataset.entities),
    }


def _certificates(result: Result) -> Report:
    return {
        name: {
            "models": found.certificate.users,
            "largest gradient": found.certificate.max_gradient,
            "largest error": found.certificate.max_error,
        }
        for name, found in result.criteria.items()
    }


def _strategic_gain(config: Config, result: Result) -> Report:
    """Return what lying can be worth, for the criteria whose method tells: nothing for others.

    And how far one contributor of full voting right moves the common model, whatever they say: the Euclidean length of
    all changes together, in scaled units (before squashing), with the unit as it is.

    Rounded: how eigenvalues end depends on the machine.
    """
    gains = {name: found.strategic_gain for name, found in result.criteria.items() if found.strategic_gain}
    told = {
        name: {
            "times closer to their wish, at most": _rounded(1.0 + gain.skewness),
            "steepest direction": _rounded(gain.steepest),
            "flattest direction": _rounded(gain.flattest),
            "one contributor moves all scores together by at most": _rounded(
                coupling_of(config).influence(1.0) / result.criteria[name].deviation
            ),
        }
        for name, gain in gains.items()
    }
    return {"strategic gain": told} if told else {}


def _rounded(number: float) -> float:
    return float(f"{number:.3g}")
