"""The items of a poll: hand in a file or lines, see what they would do, then store them, all or none."""

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.common.errors import ApplicationError
from backend.entities.item_files import MOST_BYTES, MOST_ITEMS, ItemFile, items_read
from backend.entities.loading import items_load, items_plan
from backend.entities.selectors import entities_shown
from backend.polls.models import Poll
from backend.polls.selectors import poll_get_managed
from frontend.pages.http import PageRequest, account, page
from frontend.pages.settings.common import UNPROCESSABLE, Attempt, show

KEPT_SECONDS = 1800
"""How long what was checked waits for "store"."""
FAULTS_SHOWN = 20
ITEMS_SHOWN = 10


class ItemsForm(forms.Form):
    """A file, or text typed or pasted."""

    file = forms.FileField(label=gettext_lazy("A CSV file"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=gettext_lazy("Or lines"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("One item a line: a title, an address, or a title and then its address."),
    )

    @property
    def handed_in(self) -> bytes:
        """What was handed in; no more than one byte too much of a file is read."""
        file, text = self.cleaned_data["file"], self.cleaned_data["text"]
        data: bytes = file.read(MOST_BYTES + 1) if file else text.encode()
        return data


@page("GET", "HEAD", "POST")
def items(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    form = ItemsForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form, "most_items": MOST_ITEMS, "most_megabytes": MOST_BYTES // 1_000_000}
    tried = Attempt()
    if request.method == "POST":
        tried = _checked(request, poll, form, context)
    return show(request, "items", poll, context | {"count": entities_shown(poll=poll).count()}, tried)


def _checked(request: PageRequest, poll: Poll, form: ItemsForm, context: dict[str, object]) -> Attempt:
    """Read what was handed in, and keep it for "store" if nothing is wrong."""
    if not form.is_valid():
        return Attempt(UNPROCESSABLE)
    data = form.handed_in
    try:
        file = items_read(data)
    except ApplicationError as error:
        return Attempt(UNPROCESSABLE, [error.message])
    context |= {"faults": file.faults[:FAULTS_SHOWN], "more_faults": max(0, len(file.faults) - FAULTS_SHOWN)}
    if file.faults:
        return Attempt(UNPROCESSABLE)
    context |= {"token": _kept(request, poll, data), "plan": items_plan(poll=poll, file=file), **_sample(file)}
    return Attempt()


def _sample(file: ItemFile) -> dict[str, object]:
    return {"sample": file.items[:ITEMS_SHOWN], "total": len(file.items)}


def _kept(request: PageRequest, poll: Poll, data: bytes) -> str:
    token = str(uuid4())
    cache.set(_key(request, poll, token), data, timeout=KEPT_SECONDS)
    return token


def _key(request: PageRequest, poll: Poll, token: str) -> str:
    """Return where a file waits: for whoever handed it in, and for one poll."""
    return f"items:{poll.pk}:{account(request).pk}:{token}"


@page("POST")
def items_store(request: PageRequest, slug: str) -> HttpResponse:
    """Store what was checked before."""
    poll = poll_get_managed(user=request.user, slug=slug)
    key = _key(request, poll, _token(request))
    data = cache.get(key)
    if data is None:
        messages.error(request, _("What you handed in is not kept any more. Hand it in again."))
        return redirect("settings_items", slug)
    tally = items_load(poll=poll, user=account(request), file=items_read(data))
    cache.delete(key)
    counts = {"created": tally.created, "changed": tally.changed}
    messages.success(request, _("Stored: %(created)s new items, %(changed)s brought up to date.") % counts)
    return redirect("settings_items", slug)


def _token(request: PageRequest) -> str:
    try:
        return str(UUID(request.POST.get("token", "")))
    except ValueError:
        return "none"
