"""The constants that plain twins and golden numbers were written with."""

from typing import Any

from solidago.config import Config


def tournesol(**others: Any) -> Config:
    """The preset of that name, some constants changed."""
    return Config.from_mapping({"preset": "tournesol", **others})
