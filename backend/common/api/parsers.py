"""Reading JSON bodies without guessing."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 as RFC 8259 has it: no NaN, no infinity, and no key twice."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; anything doubtful is a ParseError that says where."""
        try:
            text = stream.read().decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8 (byte %d).") % error.start) from error
        try:
            return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
        except json.JSONDecodeError as error:
            raise ParseError(_("The body is not JSON: %s.") % error) from error
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:  # A whole number of thousands of digits.
            raise ParseError(_("The body holds a number that is too long.")) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(_("The body is not JSON: %s is no number.") % name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ParseError(_("The body names a key twice."))
    # Unknown keys are named in the answer, which is UTF-8. Fields look after their values themselves.
    if any("\ud800" <= character <= "\udfff" for key in result for character in key):
        raise ParseError(_("A key of the body holds half of a character (\\ud800 to \\udfff). Send it whole."))
    return result
