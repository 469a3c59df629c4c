"""Every error of the API as application/problem+json (RFC 9457), made in this one place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from backend.common.errors import ApplicationError

MEDIA_TYPE = "application/problem+json"
# Names of unknown parameters are repeated to their sender, but not a megabyte of them.
LONGEST_NAME = 100
MOST_ERRORS = 50
# What the framework says of these does not tell what to do.
ADVICE = {
    "not_authenticated": gettext_lazy("Log in first and send the session cookie, or send a personal token."),
    "permission_denied": gettext_lazy("Your account may not do this."),
    "not_acceptable": gettext_lazy("The answer comes as application/json only. Accept that, or anything."),
    "unsupported_media_type": gettext_lazy("Send JSON, with the header Content-Type: application/json."),
}


@dataclass(frozen=True)
class Problem:
    """One error: ``code`` is stable and for programs, ``detail`` is for people and says what to do."""

    status: int
    code: str
    detail: str
    errors: tuple[dict[str, str], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the members of the JSON object."""
        return {
            "type": f"urn:helianthus:problem:{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "errors": list(self.errors),
            **self.extra,
        }


class LengthRequired(exceptions.APIException):
    """A body of unannounced length, which Django would take for an empty one."""

    status_code = 411
    default_code = "length_required"
    default_detail = gettext_lazy("Send the body in one piece, with its Content-Length.")


class CsrfFailed(exceptions.PermissionDenied):
    """A session without the token that proves that one of our pages, or a deliberate client, sent the request."""

    default_code = "csrf_failed"
    default_detail = gettext_lazy("Send the csrftoken cookie and its value in the X-CSRFToken header.")


class TokenInvalid(exceptions.AuthenticationFailed):
    """A token that nobody has, any longer; never taken for no token at all."""

    default_code = "token_invalid"
    default_detail = gettext_lazy("This token is not known. It may have been revoked: make a new one on the pages.")


class TokenExpired(exceptions.AuthenticationFailed):
    """A token whose time is over."""

    default_code = "token_expired"
    default_detail = gettext_lazy("This token has expired. Make a new one on the pages.")


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an exception of a view into a response; None (a fault of ours) goes on to ``server_error``."""
    problem = problem_of(error)
    if problem is None:
        return None
    return Response(problem.body(), status=problem.status, headers=dict(problem.headers), content_type=MEDIA_TYPE)


def problem_response(problem: Problem) -> JsonResponse:
    """Return a problem from outside the views of the API: middleware, routing, faults."""
    headers = dict(problem.headers)
    response = JsonResponse(problem.body(), status=problem.status, content_type=MEDIA_TYPE, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def problem_of(error: Exception) -> Problem | None:
    """Return what to tell the client, or None for an error that nobody foresaw."""
    match error:
        case ApplicationError():
            return _from_application(error)
        case exceptions.ValidationError():
            return _from_validation(error)
        case exceptions.APIException():
            return _from_framework(error)
        case Http404():
            return not_found()
        case PermissionDenied():
            return _from_framework(exceptions.PermissionDenied())
        case RequestDataTooBig():
            return Problem(413, "content_too_large", _("The body is too large. Send less at a time."))
        case SuspiciousOperation():
            return Problem(400, "bad_request", _("The request cannot be read. Check its address, headers and body."))
    return None


def not_found(detail: str = "") -> Problem:
    """Return the problem for an address where nothing is, or nothing that this user may know of."""
    return Problem(404, "not_found", detail or _("There is nothing at this address."))


def is_api(request: HttpRequest) -> bool:
    """Say whether an error of this request is to be told as problem+json."""
    return request.path_info.startswith("/api/")


def _from_application(error: ApplicationError) -> Problem:
    message = str(error)
    errors = ({"parameter": error.field, "code": error.code, "detail": message},) if error.field else ()
    details = {name: value if isinstance(value, int | float) else str(value) for name, value in error.details.items()}
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    extra = {"details": details} if details else {}
    return Problem(error.status, error.code, message, errors, extra=extra, headers=headers)


def _from_validation(error: exceptions.ValidationError) -> Problem:
    errors = tuple(_flat(error.detail))[:MOST_ERRORS]
    first = errors[0]
    return Problem(400, "invalid", f"{first['parameter']}: {first['detail']}", errors)


def _from_framework(error: exceptions.APIException) -> Problem:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait))
    code = str(error.get_codes())
    return Problem(error.status_code, code, str(ADVICE.get(code, error.detail)), headers=headers)


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Walk through the nested errors of a serializer, naming each parameter by its dotted path."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flat(inner, _join(path, str(name)))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flat(inner, path)
    else:
        yield {"parameter": path or "body", "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}


def _join(path: str, name: str) -> str:
    if name == api_settings.NON_FIELD_ERRORS_KEY:
        return path
    return f"{path}.{clip(name)}" if path else clip(name)


def clip(name: str) -> str:
    """Return a name that is short enough to be repeated."""
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
