"""Answers probes before anything else does: no host name, no HTTPS, no session and no store is needed for that."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from backend.observability.metrics.exposition import CONTENT_TYPE, exposition
from backend.observability.probes.checks import CHECKS, Outcome, outcomes

SCHEME = "Bearer "


class ProbeMiddleware:
    """Comes first: a balancer asks by address and in plain HTTP, and is neither counted nor logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = probe(request)
        response["Cache-Control"] = "no-store"
        return response


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process lives."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether all that the site needs is there; `?exclude=worker` leaves a check out. Reasons need the token."""
    excluded = request.GET.getlist("exclude")
    if unknown := sorted(set(excluded) - set(CHECKS)):
        problem = f"There is no check {unknown[0][:50]!r}. Known are: {', '.join(CHECKS)}."
        return JsonResponse({"status": problem}, status=400)
    found = outcomes(without=excluded)
    is_ready = all(outcome.is_ok for outcome in found)
    told = _in_full if has_token(request) else _in_short
    body = {"status": _word(is_ready), "checks": {outcome.name: told(outcome) for outcome in found}}
    return JsonResponse(body, status=200 if is_ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Give the numbers to whoever has the token; without one in the settings there is nothing here."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    if not has_token(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def has_token(request: HttpRequest) -> bool:
    """Tell whether METRICS_TOKEN came along, taking the same time for every wrong one."""
    given = request.headers.get("Authorization", "")
    expected = SCHEME + settings.METRICS_TOKEN
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, expected)


def _word(is_ok: bool) -> str:
    return "ok" if is_ok else "not ok"


def _in_short(outcome: Outcome) -> str:
    return _word(outcome.is_ok)


def _in_full(outcome: Outcome) -> dict[str, object]:
    return {
        "status": _word(outcome.is_ok),
        "reason": str(outcome.reason),
        "milliseconds": outcome.milliseconds,
    }


PROBES = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
