"""Serializer fields that take a value as it is or refuse it: "5" is not 5, and true is not 1."""

import math
import re
from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LONGEST_UID = 500
LONGEST_CRITERION = 500


class TextField(serializers.CharField):
    """Text, not trimmed and not made from something else."""

    default_error_messages: ClassVar = {"invalid": _("Give text.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return text that is text already."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NumberField(serializers.FloatField):
    """A finite JSON number."""

    default_error_messages: ClassVar = {"invalid": _("Give a number."), "infinite": _("Give a finite number.")}

    def to_internal_value(self, data: Any) -> float:
        """Return a number that is a number already."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        try:
            number = float(data)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail("infinite")
        return number


class WholeNumberParameter(serializers.IntegerField):
    """A whole number in an address, written in plain digits."""

    default_error_messages: ClassVar = {"invalid": _("Give a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        """Return the number; a sign, a point, a space or more digits than a database number has are refused."""
        if not re.fullmatch(r"[0-9]{1,9}", data):
            self.fail("invalid")
        return int(data)


class NumberParameter(serializers.FloatField):
    """A number in an address, such as -12.5."""

    default_error_messages: ClassVar = {"invalid": _("Give a number, such as 12 or -0.5.")}

    def to_internal_value(self, data: Any) -> float:
        """Return the number; infinities, exponents and underscores are refused."""
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", data):
            self.fail("invalid")
        return float(data)


class DateParameter(serializers.DateField):
    """A day in an address, such as 2024-05-31."""

    default_error_messages: ClassVar = {"invalid": _("Give a day, such as 2024-05-31.")}

    def to_internal_value(self, value: Any) -> date:
        """Return the day; other ways to write one are refused."""
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("invalid")
        return super().to_internal_value(value)


@extend_schema_field(str)
class WeightsParameter(serializers.Field[dict[str, float], str, str, Any]):
    """Weights of criteria in an address: ``priority:2,need:1``."""

    default_error_messages: ClassVar = {
        "invalid": _("Write each criterion with its weight, like priority:2,need:1."),
        "twice": _("Name each criterion once."),
        "zero": _("Give at least one criterion a weight above 0."),
    }
    _ITEM = re.compile(r"(?P<name>[-a-zA-Z0-9_]{1,500}):(?P<weight>[0-9]{1,4}(\.[0-9]{1,6})?)")

    def to_internal_value(self, data: str) -> dict[str, float]:
        """Return the weight of each named criterion; weights are from 0 to 9999, not all 0."""
        items = [self._ITEM.fullmatch(item) for item in data[:10_000].split(",")]
        matches = [match for match in items if match]
        if len(matches) < len(items) or len(data) > 10_000:
            self.fail("invalid")
        weights = {match["name"]: float(match["weight"]) for match in matches}
        if len(weights) < len(matches):
            self.fail("twice")
        if not any(weights.values()):
            self.fail("zero")
        return weights
