"""Serializers for input. Whatever they do not know they refuse, by its name."""

from typing import Any, Self
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.request import Request

from backend.common.api.fields import TextField, WholeNumberParameter
from backend.common.api.problems import clip

LONGEST_CURSOR = 1_000
DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100


class StrictSerializer(serializers.Serializer[Any]):
    """The body of a request. Unknown fields are errors."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated values."""
        if isinstance(data, dict):
            refuse_unknown(set(data), set(self.fields))
        return super().to_internal_value(data)


class Parameters(serializers.Serializer[Any]):
    """The query parameters of an endpoint. Those it does not know, or gets twice, are errors."""

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the validated parameters of a request."""
        _refuse_broken_text(request.META.get("QUERY_STRING", ""))
        parameters = cls(data=None)
        refuse_unknown(set(request.query_params), set(parameters.fields))
        parameters.initial_data = {
            name: values if isinstance(parameters.fields[name], serializers.ListField) else _only(name, values)
            for name, values in request.query_params.lists()
        }
        parameters.is_valid(raise_exception=True)
        return parameters


class PageParameters(Parameters):
    """Which page of a list, and how long."""

    cursor = TextField(required=False, max_length=LONGEST_CURSOR, help_text="Taken from `next` of the page before.")
    limit = WholeNumberParameter(
        default=DEFAULT_LIMIT, min_value=1, max_value=HIGHEST_LIMIT, help_text="How many results a page has at most."
    )


def refuse_unknown(given: set[str], known: set[str]) -> None:
    """Raise ValidationError naming each unknown name and the known ones."""
    message = _("Unknown. Known here: %s.") % ", ".join(sorted(known)) if known else _("Unknown. None is known here.")
    if unknown := given - known:
        raise ValidationError({clip(name): [ErrorDetail(message, code="unknown")] for name in sorted(unknown)[:10]})


def _only(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise ValidationError({name: [ErrorDetail(_("Give this parameter once."), code="repeated")]})
    return values[0]


def _refuse_broken_text(query: str) -> None:
    """Refuse bytes that are no UTF-8: Django would put replacement characters there and search for those."""
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(_("The query parameters are not UTF-8.")) from error
