"""Which two items to judge: what the address names, and for the rest what is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from backend.accounts.models import Contributor
from backend.common.errors import ComparisonNotFound, SelfComparison
from backend.comparisons.selectors import comparison_get_pair, values_of, version_of
from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid, entity_get
from backend.participation.pairs.next_pair import next_pair
from backend.polls.models import Poll
from frontend.pages.comparing.judge_form import value_text

SIDES = ("left", "right")
SKIPS_KEPT = 10
Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a pair: values by criterion name, and the version that a form was filled from."""

    values: Values = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items to judge, and why these. ``anchor``: the item that stays while its partners change."""

    left: Entity
    right: Entity
    skip_url: str = ""
    reason: str | Promise = ""
    anchor: Entity | None = None


def pair_asked(query: QueryDict, *, poll: Poll, contributor: Contributor) -> Pair | None:
    """Return the pair of an address; None where nothing is left to judge.

    Both items named: these two. One named: it stays, and partners that it has not met come by.

    Raises
    ------
    EntityNotFound, SelfComparison
    """
    named = [entity_get(poll=poll, uid=str(query[side])) for side in SIDES if query.get(side)]
    if len(named) == 2:
        return _named(poll, *named)
    skipped = query.getlist("skip")[:SKIPS_KEPT]
    skips = [entity.pk for entity in entities_by_uid(poll=poll, uids=skipped).values()]
    if named:
        return _anchored(poll, contributor, named[0], skipped, skips)
    return _chosen(poll, contributor, skipped, skips)


def pair_posted(*, poll: Poll, left: Entity, right: Entity, anchor: str) -> Pair:
    """Return the pair of a form, to show it again; ``anchor`` counts only where it is one of the two."""
    stays = next((item for item in (left, right) if item.uid == anchor), None)
    skipped = [item.uid for item in (left, right) if item != stays]
    return Pair(left, right, _skip_url(poll, skipped, stays), anchor=stays)


def pair_to_try(query: dict[str, str], *, poll: Poll) -> Pair | None:
    """Return the pair that a visitor's address names, if it can be shown, else any."""
    found = entities_by_uid(poll=poll, uids=[query.get(side, "") for side in SIDES])
    named = [found[query[side]] for side in SIDES if query.get(side) in found]
    if len(named) == 2 and named[0] != named[1]:
        return Pair(named[0], named[1])
    any_pair = next_pair(contributor=None, poll=poll)
    return Pair(any_pair.left, any_pair.right) if any_pair else None


def items_posted(form: Mapping[str, str], *, poll: Poll) -> tuple[Entity, Entity]:
    """Return the two items of a form.

    Raises
    ------
    EntityNotFound
    """
    left, right = (entity_get(poll=poll, uid=form.get(side, "")) for side in SIDES)
    return left, right


def compare_address(poll: Poll, **query: str) -> str:
    """Return the address of the page to compare, with the pair or the item to begin with."""
    path = reverse("compare", args=[poll.slug])
    return f"{path}?{urlencode(query)}" if query else path


def see_other(address: str) -> HttpResponse:
    """Lead from a form that is done to a page; loading that again sends nothing twice."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def stored_of(contributor: Contributor, left: Entity, right: Entity) -> Stored:
    """Return what the contributor said of a pair, as the form writes it; nothing where they did not compare it."""
    try:
        known = comparison_get_pair(contributor=contributor, left=left, right=right)
    except ComparisonNotFound:
        return Stored()
    values = {name: value_text(value) for name, value in values_of(comparison=known, left=left).items()}
    return Stored(values, version_of(comparison=known))


def _named(poll: Poll, left: Entity, right: Entity) -> Pair:
    if left == right:
        raise SelfComparison(field="right")
    return Pair(left, right, _skip_url(poll, [left.uid, right.uid]))


def _chosen(poll: Poll, contributor: Contributor, skipped: Sequence[str], skips: Sequence[int]) -> Pair | None:
    found = next_pair(contributor=contributor, poll=poll, exclude=skips) or next_pair(
        contributor=contributor, poll=poll
    )
    if found is None:
        return None
    skip_url = _skip_url(poll, [found.left.uid, found.right.uid, *skipped])
    return Pair(found.left, found.right, skip_url, found.reason_text)


def _anchored(
    poll: Poll, contributor: Contributor, item: Entity, skipped: Sequence[str], skips: Sequence[int]
) -> Pair | None:
    others = [key for key in skips if key != item.pk]
    found = next_pair(contributor=contributor, poll=poll, exclude=others, anchor=item) or next_pair(
        contributor=contributor, poll=poll, anchor=item
    )
    if found is None:
        return None
    partner = found.right if found.left == item else found.left
    return Pair(item, partner, _skip_url(poll, [partner.uid, *skipped], item), found.reason_text, anchor=item)


def _skip_url(poll: Poll, skipped: Sequence[str], anchor: Entity | None = None) -> str:
    kept = [("left", anchor.uid)] if anchor else []
    kept += [("skip", uid) for uid in skipped[:SKIPS_KEPT]]
    return f"{compare_address(poll)}?{urlencode(kept)}"
