"""Comparing: two items, one slider per criterion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import ApplicationError, ComparisonNotFound, SelfComparison
from backend.comparisons.selectors import comparison_get_pair, values_of
from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid, entities_shown, entity_get
from backend.participation.selectors import next_pair
from backend.participation.services import judge
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list, poll_get
from frontend.pages.http import PageRequest, page, wants_fragment
from frontend.pages.judge_form import PREFIX, JudgeForm, value_text
from frontend.pages.outcome import outcome_keep, outcome_take

SIDES = ("left", "right")
SKIPS_KEPT = 10
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items to judge, and why these."""

    left: Entity
    right: Entity
    skip_url: str
    reason: str | Promise = ""
    is_edit: bool = False


@page("GET", "HEAD", "POST")
def compare(request: PageRequest, slug: str) -> HttpResponse:
    poll = poll_get(user=request.user, slug=slug)
    if not isinstance(request.user, User):
        return _prompt(request, poll)
    contributor = contributor_get_or_create(user=request.user)
    return _save(request, poll, contributor) if request.method == "POST" else _ask(request, poll, contributor)


def _prompt(request: PageRequest, poll: Poll) -> HttpResponse:
    """Show a visitor a pair, and lead through the login back to it, with the same answers."""
    source = (request.POST if request.method == "POST" else request.GET).dict()
    kept = {key: str(value) for key, value in source.items() if key in SIDES or key.startswith(PREFIX)}
    if request.method == "POST" or wants_fragment(request):
        answer = HttpResponseClientRedirect if wants_fragment(request) else HttpResponseRedirect
        return answer(f"{reverse('compare', args=[poll.slug])}?{urlencode(kept)}")
    named = entities_by_uid(poll=poll, uids=[kept.get(side, "") for side in SIDES])
    pair = [named[kept[side]] for side in SIDES if kept.get(side) in named]
    if len(pair) < len(SIDES) and (found := next_pair(contributor=None, poll=poll)):
        pair = [found.left, found.right]
    kept |= {side: item.uid for side, item in zip(SIDES, pair, strict=False)}
    back = f"{reverse('compare', args=[poll.slug])}?{urlencode(kept)}"
    context = {"poll": poll, "sides": pair, "next": urlencode({"next": back})}
    return render(request, "compare/prompt.html", context)


def _ask(request: PageRequest, poll: Poll, contributor: Contributor) -> HttpResponse:
    criteria = criterion_list(poll=poll)
    pair = _pair(request.GET, request.GET.getlist("skip"), poll, contributor) if poll.is_open and criteria else None
    values: dict[str, str] = {}
    if pair and pair.is_edit:
        known = comparison_get_pair(contributor=contributor, left=pair.left, right=pair.right)
        values = {name: value_text(value) for name, value in values_of(comparison=known, left=pair.left).items()}
    values |= {k.removeprefix(PREFIX): str(v) for k, v in request.GET.dict().items() if k.startswith(PREFIX)}
    return _show(request, poll, pair, JudgeForm(criteria, values=values))


def _save(request: PageRequest, poll: Poll, contributor: Contributor) -> HttpResponse:
    left = entity_get(poll=poll, uid=request.POST.get("left", ""))
    right = entity_get(poll=poll, uid=request.POST.get("right", ""))
    form = JudgeForm(criterion_list(poll=poll), data=request.POST)
    try:
        if form.is_valid():
            outcome = judge(contributor=contributor, poll=poll, left=left, right=right, judgments=form.judgments)
            outcome_keep(request, poll=poll.slug, left=left.uid, right=right.uid, outcome=outcome)
            response = HttpResponseRedirect(reverse("compare", args=[poll.slug]))
            response.status_code = 303
            return response
        form.problem = _("Some answers could not be read. Nothing was saved.")
    except ApplicationError as error:
        form.problem = error.message
    return _show(request, poll, Pair(left, right, _skip_url(poll, left, right)), form, status=UNPROCESSABLE)


def _show(request: PageRequest, poll: Poll, pair: Pair | None, form: JudgeForm, status: int = 200) -> HttpResponse:
    outcome = outcome_take(request, poll=poll.slug) if status == 200 else None
    context: dict[str, object] = {"poll": poll, "pair": pair, "form": form, "outcome": outcome}
    if pair is None:
        context |= _nothing_to_ask(poll)
    return render(
        request, "compare/_panel.html" if wants_fragment(request) else "compare/page.html", context, status=status
    )


def _nothing_to_ask(poll: Poll) -> dict[str, str]:
    if not poll.is_open:
        return {"headline": _("This poll is closed"), "advice": _("Its judgments count, but can no longer be changed.")}
    if criterion_list(poll=poll) and entities_shown(poll=poll)[1:2]:
        return {
            "headline": _("No pair left to compare"),
            "advice": _("You have compared every pair of this poll. You can still change your answers."),
        }
    return {
        "headline": _("Nothing to compare yet"),
        "advice": _("This poll needs a criterion and two items. Its owner adds them in the administration."),
    }


def _pair(query: Mapping[str, str], skipped: Sequence[str], poll: Poll, contributor: Contributor) -> Pair | None:
    """Return the pair that the address names; what it leaves open is chosen for the contributor."""
    named = [entity_get(poll=poll, uid=query[side]) for side in SIDES if query.get(side)]
    if len(named) == 2:
        return _named_pair(poll, contributor, *named)
    skips = [entity.pk for entity in entities_by_uid(poll=poll, uids=skipped[:SKIPS_KEPT]).values()]
    if named:
        return _pair_with(poll, contributor, named[0], skips)
    found = next_pair(contributor=contributor, poll=poll, exclude=skips) or next_pair(
        contributor=contributor, poll=poll
    )
    if found is None:
        return None
    return Pair(found.left, found.right, _skip_url(poll, found.left, found.right, skipped), found.reason.label)


def _named_pair(poll: Poll, contributor: Contributor, left: Entity, right: Entity) -> Pair:
    if left == right:
        raise SelfComparison(field="right")
    is_edit = _is_judged(contributor, left, right)
    return Pair(left, right, _skip_url(poll, left, right), is_edit=is_edit)


def _pair_with(poll: Poll, contributor: Contributor, item: Entity, skips: Sequence[int]) -> Pair | None:
    """Return an item with a partner that it has not been compared with, if the next pair offers one."""
    found = next_pair(contributor=contributor, poll=poll, exclude=[item.pk, *skips])
    if found is None:
        return None
    partner = found.right if _is_judged(contributor, item, found.left) else found.left
    return Pair(item, partner, _skip_url(poll, item, partner), is_edit=_is_judged(contributor, item, partner))


def _is_judged(contributor: Contributor, left: Entity, right: Entity) -> bool:
    try:
        comparison_get_pair(contributor=contributor, left=left, right=right)
    except ComparisonNotFound:
        return False
    return True


def _skip_url(poll: Poll, left: Entity, right: Entity, skipped: Sequence[str] = ()) -> str:
    uids = [left.uid, right.uid, *skipped][:SKIPS_KEPT]
    return f"{reverse('compare', args=[poll.slug])}?{urlencode([('skip', uid) for uid in uids])}"
