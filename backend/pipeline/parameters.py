"""With which constants a run computes: the poll's own, with what was asked for the run on top."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from backend.common.errors import InvalidRunConfig
from solidago.config import Config
from solidago.errors import InvalidConfig


def config_read(mapping: Mapping[str, object]) -> Config:
    """Return a configuration as the library takes it.

    Raises
    ------
    InvalidRunConfig
        ``error.field`` names the constant.
    """
    try:
        return Config.from_mapping(mapping)
    except InvalidConfig as error:
        raise InvalidRunConfig(field=error.field, reason=str(error)) from error


def run_config_check(*, config: object) -> None:
    """Refuse a configuration with which no run could start.

    Raises
    ------
    InvalidRunConfig
    """
    config_read(mapping_checked(config))


def mapping_checked(config: object) -> Mapping[str, object]:
    """Return a configuration that is one at all; names and values are still to be read.

    Raises
    ------
    InvalidRunConfig
    """
    if not isinstance(config, Mapping):
        raise InvalidRunConfig(reason=_('write it as {} or as {"name of a constant": value}.'))
    return config


def differences(*, own: Mapping[str, object], asked: Mapping[str, object]) -> dict[str, list[object]]:
    """Return the constants that what was asked changes, each with the poll's value and the run's.

    Where the poll's own are refused, which a run's may mend, it is told which ones were given.
    """
    after = config_read({**own, **asked}).to_mapping()
    try:
        before = config_read(own).to_mapping()
    except InvalidRunConfig:
        before = dict(own)
        after = {name: value for name, value in after.items() if name in asked}
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
