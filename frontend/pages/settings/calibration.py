"""Which constants fit a poll's judgments: ask a worker, follow it, see the table, use the best."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from backend.common.errors import ApplicationError
from backend.pipeline.calibration import calibration_adopt, calibration_create, calibration_get, calibration_last
from backend.pipeline.configuration import config_of, config_values
from backend.pipeline.models import Calibration
from backend.polls.models import Poll
from backend.polls.selectors import poll_get_managed
from frontend.pages.http import PageRequest, account, page, wants_fragment
from frontend.pages.settings.common import version_of


@dataclass(frozen=True, slots=True)
class Row:
    """The errors of one root law, by sigma."""

    root_law: str
    cells: tuple[dict[str, Any], ...]


def shown(poll: Poll, calibration: Calibration | None) -> dict[str, object]:
    """Return what the part of the page about a calibration needs."""
    context: dict[str, object] = {"calibration": calibration}
    if calibration is None or calibration.best is None:
        return context
    now, best = config_values(config_of(poll)), calibration.best
    current = next((c for c in calibration.candidates if _is(c, now)), None)
    return context | {
        "sigmas": list(dict.fromkeys(candidate["sigma"] for candidate in calibration.candidates)),
        "rows": _rows(calibration),
        "best": best,
        "current": current,
        "is_best": _is(best, now),
        # Within the noise of the measurement: one standard error.
        "is_as_good": current is not None and current["behind"] <= current["behind_error"],
        "gain": 100 * (1 - best["error"] / calibration.indifferent) if calibration.indifferent else 0.0,
    }


def _is(candidate: dict[str, Any], values: dict[str, Any]) -> bool:
    return bool(candidate["sigma"] == values.get("sigma") and candidate["root_law"] == values.get("root_law"))


def _rows(calibration: Calibration) -> list[Row]:
    laws = dict.fromkeys(candidate["root_law"] for candidate in calibration.candidates)
    return [Row(law, tuple(c for c in calibration.candidates if c["root_law"] == law)) for law in laws]


@page("GET", "HEAD", "POST")
def check(request: PageRequest, slug: str) -> HttpResponse:
    """Start a calibration; or show the last one, which asks for itself again until it has ended."""
    poll = poll_get_managed(user=request.user, slug=slug)
    if request.method == "POST":
        _start(request, poll)
        return redirect("settings_check", slug)
    context = {"poll": poll, "tab": "scores", **shown(poll, calibration_last(poll=poll))}
    return render(request, "settings/_calibration.html" if wants_fragment(request) else "settings/check.html", context)


def _start(request: PageRequest, poll: Poll) -> None:
    try:
        with transaction.atomic():
            calibration_create(poll=poll, started_by=account(request))
    except ApplicationError as error:
        messages.error(request, error.message)


@page("POST")
def use(request: PageRequest, slug: str) -> HttpResponse:
    """Let the next runs use the best constants of a calibration."""
    poll = poll_get_managed(user=request.user, slug=slug)
    calibration = calibration_get(poll=poll, calibration_id=request.POST.get("calibration", ""))
    try:
        calibration_adopt(poll=poll, user=account(request), version=version_of(request), calibration=calibration)
    except ApplicationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Saved. New scores follow in some seconds."))
    return redirect("settings_scores", slug)
