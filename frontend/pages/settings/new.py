"""A new poll, by the staff: its words, its criteria and who takes part; items come on the next page."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.common.admin import ModelForm
from backend.pipeline.configuration import preset_names
from backend.polls.criteria import MOST_CRITERIA
from backend.polls.models import Criterion, Poll
from backend.polls.services import poll_create
from frontend.constants import PRESETS, words
from frontend.pages.config_form import Option
from frontend.pages.http import PageRequest, page, staff
from frontend.pages.settings.common import UNPROCESSABLE


class NewPollForm(ModelForm[Poll]):
    """What a poll needs before its items."""

    slug = forms.SlugField(
        label=gettext_lazy("Name in addresses"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Letters, digits and hyphens; made from the title if empty. It cannot change later."),
    )
    criteria = forms.CharField(
        label=gettext_lazy("Criteria"),
        max_length=MOST_CRITERIA * 200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, the main one first; the others are asked on demand."),
    )
    preset = forms.ChoiceField()

    class Meta:
        model = Poll
        fields = ("title", "slug", "question", "description", "visibility")
        widgets: ClassVar = {"description": forms.Textarea(attrs={"rows": 4})}
        labels: ClassVar = {
            "title": gettext_lazy("Title"),
            "question": gettext_lazy("Question"),
            "description": gettext_lazy("Description"),
            "visibility": gettext_lazy("Who sees it"),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["preset"] = forms.ChoiceField(
            choices=[(name, name) for name in preset_names()], initial=preset_names()[0]
        )

    @property
    def presets(self) -> list[Option]:
        chosen = self["preset"].value()
        return [Option(name, *words(PRESETS, name), is_chosen=name == chosen) for name in preset_names()]

    def clean_criteria(self) -> list[Criterion]:
        titles = [line.strip() for line in self.cleaned_data["criteria"].splitlines() if line.strip()]
        names = [slugify(title) for title in titles]
        if not all(names) or len(set(names)) < len(names):
            raise ValidationError(_("Write each criterion once, with letters or digits of the Latin alphabet."))
        if len(titles) > MOST_CRITERIA or max(map(len, titles)) > 200:
            raise ValidationError(_("Write at most %(most)s criteria, of 200 characters.") % {"most": MOST_CRITERIA})
        return [Criterion(name=name, title=title) for name, title in zip(names, titles, strict=True)]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if "slug" in given and "title" in given:
            given["slug"] = given["slug"] or slugify(given["title"])[:100]
            if not given["slug"]:
                self.add_error("slug", _("Choose one: the title has no letters or digits of the Latin alphabet."))
        return given

    @property
    def poll_fields(self) -> dict[str, Any]:
        words_ = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return {**words_, "run_config": {"preset": self.cleaned_data["preset"]}}


@page("GET", "HEAD", "POST")
def new_poll(request: PageRequest) -> HttpResponse:
    user = staff(request)
    form = NewPollForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            poll = poll_create(user=user, fields=form.poll_fields, criteria=form.cleaned_data["criteria"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("settings_items", poll.slug)
    return render(request, "settings/new.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)
