"""Does preferring an item ever lower its score? Checks for any differentiable preference model, and for whole runs."""

from solidago.monotonicity.audit import Audit, Check, Model, audit
from solidago.monotonicity.losses import GbtLoss, PreferenceLoss
from solidago.monotonicity.quadratic import QuadraticModel
from solidago.monotonicity.report import CriterionAudit, RunAudit, RunCheck, WorstMove
from solidago.monotonicity.run_audit import audit_run
from solidago.monotonicity.scores import LinearScores, NetworkScores, PolicyScores
from solidago.monotonicity.training import Stimulus, Task, Trained, train

__all__ = [
    "Audit",
    "Check",
    "CriterionAudit",
    "GbtLoss",
    "LinearScores",
    "Model",
    "NetworkScores",
    "PolicyScores",
    "PreferenceLoss",
    "QuadraticModel",
    "RunAudit",
    "RunCheck",
    "Stimulus",
    "Task",
    "Trained",
    "WorstMove",
    "audit",
    "audit_run",
    "train",
]
