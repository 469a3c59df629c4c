"""What a poll is: its words, who sees it, whether it is open; and who changed what."""

from copy import copy
from typing import ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import User
from backend.common.admin import ModelForm
from backend.polls.history import poll_history
from backend.polls.models import Poll
from backend.polls.selectors import poll_get_managed
from backend.polls.services import poll_update
from frontend.pages.http import PageRequest, account, page
from frontend.pages.settings.common import UNPROCESSABLE, Attempt, attempt, show, version_of

CHANGES_SHOWN = 10


class AboutForm(ModelForm[Poll]):
    """The words of a poll, and who may do what."""

    class Meta:
        model = Poll
        fields = ("title", "question", "description", "licence", "visibility", "is_open")
        widgets: ClassVar = {"description": forms.Textarea(attrs={"rows": 5})}
        labels: ClassVar = {
            "title": _("Title"),
            "question": _("Question"),
            "description": _("Description"),
            "licence": _("Licence and source"),
            "visibility": _("Who sees it"),
            "is_open": _("Contributors may judge"),
        }
        help_texts: ClassVar = {
            "question": _("What people are asked about the two items that they see."),
            "licence": _("Whose data this is and under which terms, shown to readers."),
            "is_open": "",
        }


@page("GET", "HEAD", "POST")
def about(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    # A copy, because checking a form writes on it, and the page's head shows the poll.
    form = AboutForm(request.POST or None, instance=copy(poll))
    tried = Attempt()
    if request.method == "POST":
        tried = _save(request, account(request), poll, form)
        if tried.is_saved:
            return redirect("settings", slug)
    return show(request, "about", poll, {"form": form, "history": poll_history(poll=poll, most=CHANGES_SHOWN)}, tried)


def _save(request: PageRequest, user: User, poll: Poll, form: AboutForm) -> Attempt:
    if not form.is_valid():
        return Attempt(UNPROCESSABLE)
    changes = form.cleaned_data
    return attempt(
        request, poll, lambda: poll_update(poll=poll, user=user, version=version_of(request), changes=changes)
    )
