"""Attacks on a copy of a poll, for those who manage it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backend.common.errors import ApplicationError
from backend.entities.selectors import entity_get
from backend.pipeline.integrity.whatif import MOST_ACCOUNTS, WhatIf, whatif_ask, whatif_get
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get_managed
from frontend.pages.http import PageRequest, page, wants_fragment

if TYPE_CHECKING:
    from backend.entities.models import Entity

STRATEGIES = (
    ("push", _("They compare the item with others, always at the end of the slider")),
    ("negate", _("They say the opposite of what the poll says, of all items")),
    ("vouch", _("They compare the item as above; a tenth of them are trusted and vouch for the rest")),
    ("rescale", _("They put many items far apart, with this one at the end, to stretch everybody's scale")),
)
DIRECTIONS = (("up", _("Up")), ("down", _("Down")))
TRUST = (("no", _("Nobody trusts them")), ("yes", _("They are all fully trusted")))


class WhatIfForm(forms.Form):
    """What to try."""

    item = forms.CharField(
        label=_("Item"), max_length=500, help_text=_("Its identifier: the end of its page's address.")
    )
    criterion = forms.ChoiceField(label=_("Criterion"))
    accounts = forms.IntegerField(label=_("Accounts"), min_value=1, max_value=MOST_ACCOUNTS, initial=50)
    trusted = forms.ChoiceField(label=_("Trust"), choices=TRUST, initial="no")
    direction = forms.ChoiceField(label=_("Where the item shall go"), choices=DIRECTIONS, initial="up")
    strategy = forms.ChoiceField(label=_("What they do"), choices=STRATEGIES, initial="push")

    def __init__(self, *args: Any, poll: Poll, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.poll, self.criteria = poll, {criterion.name: criterion for criterion in criterion_list(poll=poll)}
        self.entity: Entity | None = None
        criterion = self.fields["criterion"]
        assert isinstance(criterion, forms.ChoiceField)  # noqa: S101  # for the type checker
        criterion.choices = [(name, found.title) for name, found in self.criteria.items()]

    def clean_item(self) -> str:
        """Find the item."""
        uid: str = self.cleaned_data["item"]
        try:
            self.entity = entity_get(poll=self.poll, uid=uid)
        except ApplicationError as error:
            raise forms.ValidationError(error.message) from error
        return uid


@page("GET", "HEAD", "POST")
def whatif(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get_managed(user=request.user, slug=slug)
    if request.method == "POST":
        return _asked(request, poll, WhatIfForm(request.POST, poll=poll))
    key = request.GET.get("asked", "")
    if not key:
        initial = {name: request.GET[name] for name in ("item", "criterion") if name in request.GET}
        return _shown(request, poll, WhatIfForm(initial=initial, poll=poll))
    question = whatif_get(poll=poll, key=key)
    context = {
        "poll": poll,
        "question": question,
        "item": poll.entities.filter(pk=question.entity_id).first(),
        "criterion": poll.criteria.filter(pk=question.criterion_id).first(),
        "strategy": dict(STRATEGIES)[question.attack["strategy"]],
        "others": _named(question),
    }
    return render(request, f"integrity/{'_outcome' if wants_fragment(request) else 'outcome'}.html", context)


def _named(question: WhatIf) -> list[dict[str, Any]]:
    """Return the other items that moved, with their titles; none while there is no answer."""
    others = question.outcome["others"] if question.outcome else []
    return [moved | {"title": question.names.get(moved["entity"], moved["entity"])} for moved in others]


def _asked(request: PageRequest, poll: Poll, form: WhatIfForm) -> HttpResponse:
    if not form.is_valid() or form.entity is None:
        return _shown(request, poll, form, status=422)
    chosen = form.cleaned_data
    try:
        question = whatif_ask(
            poll=poll,
            criterion=form.criteria[chosen["criterion"]],
            entity=form.entity,
            accounts=chosen["accounts"],
            strategy=chosen["strategy"],
            upward=chosen["direction"] == "up",
            trusted=chosen["trusted"] == "yes",
        )
    except ApplicationError as error:
        form.add_error(None, error.message)
        return _shown(request, poll, form, status=error.status)
    return redirect(f"{reverse('whatif', args=[poll.slug])}?asked={question.key}")


def _shown(request: PageRequest, poll: Poll, form: WhatIfForm, status: int = 200) -> HttpResponse:
    return render(request, "integrity/whatif.html", {"poll": poll, "form": form}, status=status)
