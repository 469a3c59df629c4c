"""What a poll's moderators tell about an item: written by its owner and the staff."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.entities.models import ContextNote, Entity
from backend.entities.selectors import context_note_of, entity_get
from backend.entities.services import context_note_set
from backend.polls.selectors import poll_get_managed
from frontend.pages.http import PageRequest, account, page

UNPROCESSABLE = 422


class NoteForm(forms.Form):
    """A note; without words it is taken away."""

    text = forms.CharField(
        label=gettext_lazy("What readers should know"),
        help_text=gettext_lazy("Shown on the item’s page and in the API. Leave it empty to take the note away."),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
    )
    is_warning = forms.BooleanField(
        label=gettext_lazy("This is a warning: readers of the ranking may leave such items out"), required=False
    )


@page("GET", "HEAD", "POST")
def note(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    asked = request.POST if request.method == "POST" else request.GET
    entity = entity_get(poll=poll, uid=asked.get("item", ""))
    form = NoteForm(
        request.POST if request.method == "POST" else None, initial=_initial(context_note_of(entity=entity))
    )
    if request.method == "POST" and form.is_valid():
        return _saved(request, entity, form)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "polls/note.html", {"poll": poll, "item": entity, "form": form}, status=status)


def _initial(found: ContextNote | None) -> dict[str, object]:
    return {"text": found.text, "is_warning": found.is_warning} if found else {}


def _saved(request: PageRequest, entity: Entity, form: NoteForm) -> HttpResponse:
    context_note_set(entity=entity, user=account(request), **form.cleaned_data)
    messages.success(request, _("Saved. The poll’s history tells who wrote it and when."))
    return redirect("item", entity.poll.slug, entity.uid)
