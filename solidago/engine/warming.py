"""The smallest work that calls every kernel."""

from solidago.config import Config
from solidago.dataset import Dataset
from solidago.influence import influence_bounds
from solidago.pipeline import run
from solidago.preference.gbt import fit_one
from solidago.primitives import lipschitz_mean
from solidago.root_laws import RootLaw


def touch_kernels() -> None:
    """Run a poll of one user, whom the configuration makes a scaler, and the entry points outside a run."""
    judged = {"user": ["u"], "left": ["a"], "right": ["b"], "criterion": ["c"], "value": [1.0]}
    dataset = Dataset.from_columns(judged, users={"user": ["u"], "trust": [1.0]})
    # A wide prior: with a narrow one a single judgment places nothing clearly, and nobody is a scaler.
    config = Config(sigma=7.0, k=0.25, min_activity=0.0)
    influence_bounds(dataset, config, run(dataset, config, threads=1), threads=1)
    fit_one([0], [1], [1.0], 2, Config())
    RootLaw.named("uniform").cumulants(1.0)
    lipschitz_mean([1.0], lipschitz=1.0)
