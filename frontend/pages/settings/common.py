"""What the settings pages share: which version was read, what to do when saving fails."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from backend.common.errors import ApplicationError, PollChangedMeanwhile
from backend.polls.models import Poll
from frontend.pages.http import PageRequest

UNPROCESSABLE, CONFLICT = 422, 409
MEANWHILE = _(
    "Somebody changed this poll after you opened this page, so nothing was saved. Save again to replace their"
    " changes, or load the page anew to see them first."
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """How saving went: the status of the page that follows, and what to say on it."""

    status: int = 200
    problems: Sequence[str] = ()

    @property
    def is_saved(self) -> bool:
        return self.status < 400


def version_of(request: PageRequest) -> str:
    """Return the version of the poll that the sender of a form has read."""
    return request.POST.get("version", "")


def attempt(request: PageRequest, poll: Poll, action: Callable[[], Poll]) -> Attempt:
    """Save, or say why not.

    What was typed stays in the form; sent again, it replaces what somebody else has saved meanwhile, knowingly.
    """
    try:
        changed = action()
    except PollChangedMeanwhile:
        poll.refresh_from_db()
        return Attempt(CONFLICT, [str(MEANWHILE)])
    except ValidationError as error:
        return Attempt(UNPROCESSABLE, error.messages)
    except ApplicationError as error:
        return Attempt(UNPROCESSABLE, [error.message])
    is_changed = changed.version != version_of(request)
    messages.success(request, _("Saved.") if is_changed else _("Nothing was different, so nothing was changed."))
    return Attempt()


def show(
    request: PageRequest, tab: str, poll: Poll, context: Mapping[str, object], tried: Attempt | None = None
) -> HttpResponse:
    tried = tried or Attempt()
    shared = {"poll": poll, "tab": tab, "problems": tried.problems}
    return render(request, f"settings/{tab}.html", {**shared, **context}, status=tried.status)
