"""Does preferring an item ever lower its score? Checks for any differentiable preference model."""

from solidago.monotonicity.audit import Audit, Check, Model, audit
from solidago.monotonicity.losses import GbtLoss, PreferenceLoss
from solidago.monotonicity.quadratic import QuadraticModel
from solidago.monotonicity.scores import LinearScores, NetworkScores, PolicyScores
from solidago.monotonicity.training import Stimulus, Task, Trained, train

__all__ = [
    "Audit",
    "Check",
    "GbtLoss",
    "LinearScores",
    "Model",
    "NetworkScores",
    "PolicyScores",
    "PreferenceLoss",
    "QuadraticModel",
    "Stimulus",
    "Task",
    "Trained",
    "audit",
    "train",
]
