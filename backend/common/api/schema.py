"""What the OpenAPI schema says of every endpoint without each having to say it: problems, sessions, 304."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as BaseAutoSchema
from rest_framework.permissions import SAFE_METHODS, AllowAny

from backend.common.api.problems import MEDIA_TYPE

READ_PROBLEMS = {
    "400": ("BadRequest", "A parameter is unknown, given twice or has a bad value; `errors` names it."),
    "401": ("Unauthorized", "Log in first; or the token that was sent is not known, or has expired."),
    "404": ("NotFound", "There is nothing at this address, or nothing that you may know of."),
    "405": ("MethodNotAllowed", "The address has no such method; the Allow header lists those it has."),
    "406": ("NotAcceptable", "The answer comes as application/json only."),
    "429": ("TooManyRequests", "Too many requests; wait the seconds that the Retry-After header names."),
    "500": ("ServerError", "A fault of ours. It is logged under the `request_id`."),
    "503": ("Paused", "Turned off for a while; `code` tells what. Try again after the seconds in Retry-After."),
}
PERSONAL_PROBLEMS = {
    "403": ("Forbidden", "You may not do this, the personal token was not made for it, or the CSRF token is missing."),
}
WRITE_PROBLEMS = {
    "409": ("Conflict", "What the platform holds does not allow this now; `code` tells why."),
    "411": ("LengthRequired", "A body must come with its Content-Length."),
    "413": ("ContentTooLarge", "The body is too large."),
    "415": ("UnsupportedMediaType", "Bodies are application/json."),
}
ALL_PROBLEMS = READ_PROBLEMS | PERSONAL_PROBLEMS | WRITE_PROBLEMS

PROBLEM = {
    "type": "object",
    "description": "An error as RFC 9457 describes it.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:helianthus:problem:invalid"]},
        "title": {"type": "string", "examples": ["Invalid"]},
        "status": {"type": "integer", "examples": [400]},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
        "code": {"type": "string", "description": "What is wrong, for programs. It does not change."},
        "errors": {
            "type": "array",
            "description": "One entry for each parameter or field that is at fault.",
            "items": {
                "type": "object",
                "required": ["parameter", "code", "detail"],
                "properties": {
                    "parameter": {"type": "string", "examples": ["judgments.priority"]},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "details": {
            "type": "object",
            "description": "The particulars that `detail` tells, by name, where there are any.",
        },
        "request_id": {"type": "string", "description": "With a 500: what to tell those who run the site."},
    },
}


class AutoSchema(BaseAutoSchema):
    """Adds to each operation the problems that it can answer with."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with its problems."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        responses = operation["responses"]
        for status, (name, _) in self._problems().items():
            responses.setdefault(status, {"$ref": f"#/components/responses/{name}"})
        if self.method == "GET":
            responses["304"] = {"description": "Nothing changed since the answer with the ETag in If-None-Match."}
        operation["responses"] = dict(sorted(responses.items()))
        return operation

    def _problems(self) -> dict[str, tuple[str, str]]:
        is_open = all(type(permission) is AllowAny for permission in self.view.get_permissions())
        problems = READ_PROBLEMS if is_open else READ_PROBLEMS | PERSONAL_PROBLEMS
        return problems if self.method in SAFE_METHODS else problems | WRITE_PROBLEMS


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie of the pages."""

    target_class = "backend.common.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: BaseAutoSchema) -> dict[str, str]:
        """Return the scheme."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The cookie of a log-in on the pages. Requests that write also need the csrftoken "
            "cookie and its value in the X-CSRFToken header.",
        }


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Define once the responses that the operations refer to (a hook of drf-spectacular)."""
    components = result["components"]
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    components["schemas"]["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {name: {"description": text, "content": content} for name, text in ALL_PROBLEMS.values()}
    wait = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    for name in ("TooManyRequests", "Paused"):
        components["responses"][name]["headers"] = {"Retry-After": wait}
    return result
