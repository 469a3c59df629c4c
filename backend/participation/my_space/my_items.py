"""The items that a contributor compared, and which of their opinions they show to others."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison, Rating
from backend.entities.models import Entity
from backend.entities.selectors import entity_list
from backend.observability.selectors import switch_require
from backend.observability.switches import COMPARING
from backend.participation.own_model import OwnScore
from backend.polls.models import Poll
from backend.polls.services import news_add


class Shown(TextChoices):
    """To whom a contributor shows what they think of an item."""

    PUBLIC = "public", _("Public")
    PRIVATE = "private", _("Only me")


class Order(TextChoices):
    """Of a contributor's own items."""

    BEST = "best", _("My best first")
    WORST = "worst", _("My worst first")
    UNSURE = "unsure", _("Least sure first")
    OFTEN = "often", _("Most compared first")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What would become public: items, and the comparisons of which both items would then be."""

    items: int
    comparisons: int


# ---------------------------------------------------------------- reads
def compared_counts(*, contributor: Contributor, poll: Poll) -> Counter[int]:
    """Return how often the contributor compared each item, by its key; hidden items too."""
    pairs = Comparison.objects.filter(contributor=contributor, poll=poll).order_by()
    return Counter(chain.from_iterable(pairs.values_list("left_id", "right_id")))


def items_among(
    *, contributor: Contributor, poll: Poll, keys: Iterable[int], text: str = "", shown: Shown | None = None
) -> QuerySet[Entity]:
    """Return the items among some that the poll shows, that match, and that the contributor shows to whom it is asked.

    Raises
    ------
    InvalidText
    """
    items = entity_list(poll=poll, text=text).filter(pk__in=list(keys))
    if shown is None:
        return items
    public = Exists(Rating.objects.filter(contributor=contributor, entity=OuterRef("pk"), is_public=True))
    return items.filter(public if shown == Shown.PUBLIC else ~public)


def in_order(
    keys: Iterable[int], *, order: Order, scores: Mapping[int, OwnScore], counts: Mapping[int, int]
) -> list[int]:
    """Sort items by their keys; those without an own score come last, whatever is asked."""
    places: dict[Order, Callable[[int], float]] = {
        Order.BEST: lambda pk: -scores[pk].score,
        Order.WORST: lambda pk: scores[pk].score,
        Order.UNSURE: lambda pk: -(scores[pk].left + scores[pk].right),
        Order.OFTEN: lambda pk: -counts[pk],
    }
    place = places[order]
    return sorted(keys, key=lambda pk: (pk not in scores, place(pk) if pk in scores else 0.0, pk))


def public_keys(*, contributor: Contributor, poll: Poll) -> set[int]:
    """Return the keys of the items on which the contributor's opinion is public."""
    public = Rating.objects.filter(contributor=contributor, entity__poll=poll, is_public=True)
    return set(public.values_list("entity_id", flat=True))


def ratings_of(*, contributor: Contributor, poll: Poll) -> QuerySet[Rating]:
    """Return what the contributor chose to show or to keep private, of the items that the poll shows."""
    chosen = Rating.objects.filter(contributor=contributor, entity__poll=poll, entity__is_hidden=False)
    return chosen.select_related("entity").defer("entity__search").order_by("pk")


def disclosure_of(*, contributor: Contributor, poll: Poll, keys: Collection[int]) -> Disclosure:
    """Return what becomes public if the contributor makes their opinions of some items public."""
    before = public_keys(contributor=contributor, poll=poll)
    after = before.union(keys)
    pairs = Comparison.objects.filter(contributor=contributor, poll=poll).order_by().values_list("left_id", "right_id")
    fresh = sum(after.issuperset(pair) and not before.issuperset(pair) for pair in pairs)
    return Disclosure(len(after) - len(before), fresh)


# ---------------------------------------------------------------- writes
@transaction.atomic
def ratings_set_public(*, contributor: Contributor, poll: Poll, keys: Collection[int], is_public: bool) -> int:
    """Show, or keep private, what a contributor thinks of some items of a poll; return how many changed.

    Raises
    ------
    ComparingPaused
    """
    switch_require(COMPARING)
    public = public_keys(contributor=contributor, poll=poll)
    # In one order, so that two tabs that change the same items wait for each other and do not lock each other out.
    changed = sorted(set(keys) - public if is_public else public.intersection(keys))
    Rating.objects.bulk_create(
        [Rating(contributor=contributor, entity_id=pk, is_public=is_public) for pk in changed],
        update_conflicts=True,
        unique_fields=["contributor", "entity"],
        update_fields=["is_public", "updated_at"],
    )
    if changed:
        news_add(poll_ids=[poll.pk])
    return len(changed)
