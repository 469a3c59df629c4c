"""What a poll asks about: its criteria in their order, and room for one more."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import User
from backend.polls.criteria import MOST_CRITERIA, CriterionDraft, criteria_update
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_list, poll_get_managed
from frontend.pages.http import PageRequest, account, page
from frontend.pages.settings.common import UNPROCESSABLE, Attempt, attempt, show, version_of

LAST_POSITION = 999


class CriterionForm(forms.Form):
    """One criterion; its name, which files and the API use, is made from the title and then stays."""

    name = forms.SlugField(required=False, max_length=500, widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    question = forms.CharField(
        label=gettext_lazy("Question"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Asked in place of the poll's own question, if you write one."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Place"),
        min_value=0,
        max_value=LAST_POSITION,
        help_text=gettext_lazy("The criterion with the lowest number is the main one."),
    )
    is_optional = forms.BooleanField(label=gettext_lazy("Asked only on demand"), required=False)
    is_deleted = forms.BooleanField(label=gettext_lazy("Delete (as long as nobody has judged it)"), required=False)

    def clean(self) -> dict[str, Any]:
        """Make a name for a new criterion."""
        given = self.cleaned_data
        given["name"] = given.get("name") or slugify(given.get("title", ""))
        if "title" in given and not given["name"]:
            self.add_error("title", _("Use at least one letter or digit of the Latin alphabet."))
        return given


if TYPE_CHECKING:
    BaseFormSet = forms.BaseFormSet[CriterionForm]
else:
    BaseFormSet = forms.BaseFormSet


class BaseCriteria(BaseFormSet):
    """All criteria of a poll."""

    def clean(self) -> None:
        """Refuse a new criterion of a name that is there already, which would overwrite it."""
        names = [form.cleaned_data.get("name") for form in self.given]
        for place, form in enumerate(self.given):
            if "name" in form.cleaned_data and form.cleaned_data["name"] in names[:place]:
                form.add_error("title", _("The poll has a criterion of this name already."))

    @property
    def given(self) -> list[CriterionForm]:
        return [form for form in self.forms if form.has_changed() or form.initial.get("name")]

    @property
    def drafts(self) -> list[CriterionDraft]:
        return [CriterionDraft(**form.cleaned_data) for form in self.given]


CriteriaForms = forms.formset_factory(
    CriterionForm, formset=BaseCriteria, extra=1, max_num=MOST_CRITERIA, absolute_max=MOST_CRITERIA + 1
)


def _initial(criteria: Sequence[Criterion]) -> list[dict[str, object]]:
    fields = ("name", "title", "question", "position", "is_optional")
    return [{field: getattr(criterion, field) for field in fields} for criterion in criteria]


@page("GET", "HEAD", "POST")
def criteria(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    found = criterion_list(poll=poll)
    forms_ = cast(BaseCriteria, CriteriaForms(request.POST or None, initial=_initial(found)))
    for new in forms_.extra_forms:
        new.fields["position"].initial = forms_.initial_form_count()
        new.fields["is_optional"].initial = forms_.initial_form_count() > 0
    tried = Attempt()
    if request.method == "POST":
        tried = _save(request, account(request), poll, forms_)
        if tried.is_saved:
            return redirect("settings_criteria", slug)
    return show(request, "criteria", poll, {"forms": forms_}, tried)


def _save(request: PageRequest, user: User, poll: Poll, given: BaseCriteria) -> Attempt:
    if not given.is_valid():
        return Attempt(UNPROCESSABLE, [str(error) for error in given.non_form_errors()])
    version = version_of(request)
    return attempt(request, poll, lambda: criteria_update(poll=poll, user=user, version=version, drafts=given.drafts))
