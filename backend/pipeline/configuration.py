"""How a poll's scores are computed, as its owner may choose: presets, and the constants with their ranges."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from backend.accounts.models import User
from backend.pipeline.parameters import run_config_check
from backend.polls.models import Poll
from backend.polls.services import poll_update
from solidago.config import METHODS, Config
from solidago.errors import InvalidConfig
from solidago.presets import DEFAULT, PRESETS

SHARED = "lipschitz"
"""Sets the resilience of every step at once."""
STEP_OF_SHARED = "aggregation_lipschitz"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that a poll may set, and its closed range."""

    name: str
    low: float
    high: float
    is_whole: bool


def constants() -> list[Constant]:
    """Return the numbers that a poll may set, in the library's order; first the one that sets several."""
    numbers = [spec for spec in dataclasses.fields(Config) if "range" in spec.metadata]
    own = {spec.name: _constant(spec.name, spec.metadata["range"], is_whole=spec.type is int) for spec in numbers}
    return [dataclasses.replace(own[STEP_OF_SHARED], name=SHARED), *own.values()]


def _constant(name: str, limits: tuple[float, float], *, is_whole: bool) -> Constant:
    return Constant(name, limits[0], limits[1], is_whole)


def preset_names() -> list[str]:
    """Return the library's presets, the one of polls that name none first."""
    return sorted(PRESETS, key=lambda name: Config.preset(name) != Config())


def preset_asked(*, config: Mapping[str, object]) -> str:
    """Return the preset on which a run's configuration builds."""
    return str(config.get("preset", DEFAULT))


def method_names() -> list[str]:
    """Return the library's methods, the one of polls that name none first."""
    return sorted(METHODS, key=lambda name: name != Config().method)


def preset_values(name: str) -> Mapping[str, object]:
    """Return a preset's constants by name."""
    return Config.preset(name).to_mapping()


def poll_configure(*, poll: Poll, user: User, version: str, config: Mapping[str, object]) -> Poll:
    """Choose how the next runs of a poll compute its scores, and let one begin.

    Raises
    ------
    InvalidRunConfig
        ``error.field`` names the constant.
    PollChangedMeanwhile
    """
    run_config_check(config=config)
    return poll_update(poll=poll, user=user, version=version, changes={"run_config": dict(config)})


def config_of(poll: Poll) -> dict[str, object]:
    """Return the configuration of a poll; an empty one where something else was stored, which no run would take."""
    return dict(poll.run_config) if isinstance(poll.run_config, dict) else {}


def config_values(config: Mapping[str, object]) -> dict[str, object]:
    """Return every constant of a configuration by name; none where no run would accept it."""
    try:
        return Config.from_mapping(config).to_mapping()
    except InvalidConfig:
        return {}
