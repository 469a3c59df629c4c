"""Which pair to ask about next.

A quarter of the pairs are drawn blindly; in a small poll, mostly the first ones. Of the others, some are about the
contributor's list for later; the rest are those whose answer is expected to tell most (maths, "Which pair next"),
weighted by what the poll as a whole lacks. The draw is keyed by contributor and number of pairs met: loading a page
again asks the same, skipping asks another.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from django.db.models import TextChoices
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from backend.accounts.models import Contributor
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown
from backend.participation.own_record import OwnRecord, Pairs, own_record, pairs_set_aside
from backend.participation.pairs.pool import Flags, Pool, pool_read
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list
from backend.scores.selectors import score_set_published
from solidago.active.belief import Belief
from solidago.active.choice import RANDOM_SHARE, best_pairs, random_share
from solidago.active.information import rough_information
from solidago.config import Config
from solidago.errors import NotConverged
from solidago.root_laws import RootLaw

logger = logging.getLogger(__name__)

WANTED_SHARE = 0.25
"""Of pairs about the list for later, while there is one."""
MOST_CANDIDATES = 300
"""Pairs whose information is computed: those that promise most by a formula that costs nothing, but overrates answers
about what is hardly known."""
EACH = 1.5
"""Pairs that a contributor judges for each of their items before new ones come in, unless they will meet all items
anyway: three comparisons an item, which is what makes one's own scores hang together."""
LEAST_NEED = 0.5
"""What the contributor's own score is worth beside the poll's."""
JOINS = 1.5
"""Weight of pairs that join two groups of the contributor's items."""
FEW = 5
"""Contributors up to which an item counts as little compared."""
TITLE_SHOWN = 60


class Reason(TextChoices):
    """Why a pair is asked; ``%(title)s`` is the item that it is about."""

    FIRST = "first", _("A first pair")
    RANDOM = "random", _("Chosen at random, so that the ranking stays unbiased")
    IN_LIST = "in_list", _("“%(title)s” is in your list")
    CONNECTED = "connected", _("Joins items that you have compared with others, but not with each other")
    CLOSE = "close", _("Close to each other in your own ranking")
    UNCERTAIN = "uncertain", _("Your answers so far say little about this pair")
    LITTLE_COMPARED = "little_compared", _("Few people have compared “%(title)s”")
    NEW = "new", _("“%(title)s” is new in this poll")
    UNKNOWN = "unknown", _("You have not compared “%(title)s” yet")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pair to compare, why, and which of the two is the reason."""

    left: Entity
    right: Entity
    reason: Reason
    about: Entity

    @property
    def reason_text(self) -> str:
        """The reason in words."""
        return str(self.reason.label) % {"title": Truncator(self.about.title).chars(TITLE_SHOWN)}


def next_pair(
    *,
    contributor: Contributor | None,
    poll: Poll,
    exclude: Collection[int] = (),
    anchor: Entity | None = None,
    rng: np.random.Generator | None = None,
) -> Suggestion | None:
    """Return a pair that the contributor has not met, or None where none is left; see `next_pairs`."""
    found = next_pairs(contributor=contributor, poll=poll, exclude=exclude, anchor=anchor, rng=rng)
    return found[0] if found else None


def next_pairs(
    *,
    contributor: Contributor | None,
    poll: Poll,
    count: int = 1,
    exclude: Collection[int] = (),
    anchor: Entity | None = None,
    rng: np.random.Generator | None = None,
) -> list[Suggestion]:
    """Return pairs that the contributor neither compared nor set aside, the best first; none where none is left.

    Parameters
    ----------
    contributor
        None: any pairs, to try.
    count
        How many at most; they go together: each is chosen as if those before it had been judged.
    exclude
        Keys of entities not to ask about (just skipped).
    anchor
        An entity that is in every pair.
    rng
        Where the draws come from; by default from the contributor, the number of pairs they met and the arguments.
    """
    criterion = next(iter(criterion_list(poll=poll)), None)
    shown = score_set_published(poll=poll)
    record = own_record(contributor=contributor, poll=poll, criterion=criterion)
    aside = pairs_set_aside(contributor=contributor, poll=poll)
    rng = rng or _rng(contributor, poll, len(record) + len(aside), exclude, anchor)
    pool = pool_read(
        contributor=contributor, poll=poll, criterion=criterion, score_set=shown,
        record=record, exclude=exclude, anchor=anchor, rng=rng,
    )  # fmt: skip
    asking = _Asking(record, aside, pool, Config.from_mapping(shown.config if shown else poll.run_config), rng, anchor)
    choices = [choice for _ in range(count) if (choice := asking.next())]
    return _suggestions(poll, choices or _any_left(record, aside, exclude, anchor, poll), rng)


def _rng(
    contributor: Contributor | None, poll: Poll, met: int, exclude: Collection[int], anchor: Entity | None
) -> np.random.Generator:
    if contributor is None:
        return np.random.default_rng()
    return np.random.default_rng([contributor.pk, poll.pk, met, anchor.pk if anchor else 0, *sorted({*exclude})])


@dataclass(frozen=True, slots=True)
class _Choice:
    pair: tuple[int, int]
    reason: Reason
    about: int


@dataclass
class _Asking:
    """Chooses pairs of a pool one after the other."""

    record: OwnRecord
    aside: Pairs
    pool: Pool
    config: Config
    rng: np.random.Generator
    anchor: Entity | None
    belief: Belief | None = field(default=None, init=False)
    open: Flags = field(init=False)
    asked: int = field(init=False)

    def __post_init__(self) -> None:
        """Mark the pairs that may be asked: once each, none met before, and with the anchor where there is one."""
        self.asked = len(self.record) + len(self.aside)
        keys = self.pool.keys
        met = self.record.met(keys) | self.aside.met(keys)
        self.open = ~met & np.triu(np.ones((len(keys), len(keys)), np.bool_), 1)
        if self.anchor is not None:
            is_anchor = keys == self.anchor.pk
            self.open &= is_anchor[:, None] | is_anchor

    def next(self) -> _Choice | None:
        """Return the next pair, or None where the pool has none left."""
        draw, share = self.rng.random(), self._random_share()
        choice = None
        if draw < share:
            choice = self._random()
        elif draw < share + WANTED_SHARE:
            choice = self._best(self.pool.wanted, self._partners(), Reason.IN_LIST)
        choice = choice or self._telling() or self._random()
        if choice is not None:
            i, j = np.searchsorted(self.pool.keys, sorted(choice.pair))
            self.open[i, j] = False
            self.asked += 1
            self.belief = self.belief and self.belief.after(int(i), int(j))
        return choice

    def _meets_all(self) -> bool:
        """Tell whether all items will be met: where not, blind first pairs would not hang together."""
        return self.pool.whole and self.anchor is None

    def _random_share(self) -> float:
        return random_share(self.asked, len(self.pool.keys)) if self._meets_all() else RANDOM_SHARE

    def _partners(self) -> Flags:
        return self.pool.known if self.pool.known.any() else np.ones_like(self.pool.known)

    def _random(self) -> _Choice | None:
        """Draw a pair uniformly: of entities that were drawn so, or else of any that were drawn.

        Where all items will be met, those not met yet come first while two are left: spread evenly, answers tell more.
        """
        fresh = self.pool.exact & ~self.pool.known & self._meets_all()
        for drawn in (fresh, self.pool.exact, self.pool.sampled):
            flags = np.ones_like(drawn) if self.anchor is not None else drawn
            pairs = self._pairs(flags, drawn)
            if len(pairs):
                i, j = pairs[self.rng.integers(len(pairs))]
                return self._choice(int(i), int(j), Reason.RANDOM)
        return None

    def _telling(self) -> _Choice | None:
        """Return the most telling pair: among known items, with a new one now and then, or of new ones at first."""
        known, everything = self.pool.known, np.ones_like(self.pool.known)
        if self.anchor is not None:
            return self._best(everything, everything)
        enough = self.pool.whole or len(self.record) >= EACH * len(self.record.entities)
        return (None if enough else self._best(known, known)) or self._best(self._partners(), everything)

    def _best(self, first: Flags, second: Flags, reason: Reason | None = None) -> _Choice | None:
        """Return the pair of one entity here and one there that is worth most."""
        i, j = self.rng.permutation(self._pairs(first, second)).T  # of equals the first is chosen
        if not len(i):
            return None
        belief, worth = self._belief(), self._worth(i, j)
        promise = worth * rough_information(belief.law, *belief.differences(i, j))
        most = np.argsort(-promise, kind="stable")[:MOST_CANDIDATES]
        [best] = most[best_pairs(belief, i[most], j[most], 1, weight=worth[most])]
        return self._choice(int(i[best]), int(j[best]), reason)

    def _pairs(self, first: Flags, second: Flags) -> NDArray[np.intp]:
        return np.argwhere(self.open & ((first[:, None] & second) | (second[:, None] & first)))

    def _worth(self, i: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.float64]:
        need, component = self.pool.need, self.pool.component
        joins = (component[i] != component[j]) & self.pool.known[i] & self.pool.known[j]
        return np.asarray((LEAST_NEED + need[i] + need[j]) * np.where(joins, JOINS, 1.0))

    def _belief(self) -> Belief:
        if self.belief is None:
            try:
                self.belief = self.record.belief(self.pool.keys, self.config)
            except NotConverged:
                logger.exception("No belief from these comparisons; pairs are chosen by what the poll lacks")
                size, law = len(self.pool.keys), RootLaw.named(self.config.root_law)
                self.belief = Belief(law, np.zeros(size), np.diag(np.full(size, self.config.sigma**2)))
        return self.belief

    def _choice(self, i: int, j: int, reason: Reason | None) -> _Choice:
        about = min((i, j), key=self._familiarity)
        keys = self.pool.keys
        return _Choice((int(keys[i]), int(keys[j])), reason or self._reason(i, j, about), int(keys[about]))

    def _familiarity(self, i: int) -> tuple[bool, bool, float]:
        """Order the two entities of a pair: what it is about comes first."""
        return not self.pool.wanted[i], bool(self.pool.known[i]), float(self.pool.contributors[i])

    def _reason(self, i: int, j: int, about: int) -> Reason:
        pool = self.pool
        if pool.known[i] and pool.known[j]:
            return self._reason_known(i, j)
        if len(self.record) == 0:
            return Reason.FIRST
        if pool.wanted[about]:
            return Reason.IN_LIST
        if pool.new[about]:
            return Reason.NEW
        return Reason.LITTLE_COMPARED if pool.contributors[about] <= FEW else Reason.UNKNOWN

    def _reason_known(self, i: int, j: int) -> Reason:
        if self.pool.component[i] != self.pool.component[j]:
            return Reason.CONNECTED
        mean, variance = self._belief().differences(np.array([i]), np.array([j]))
        return Reason.CLOSE if abs(mean[0]) <= np.sqrt(variance[0]) else Reason.UNCERTAIN


def _any_left(
    record: OwnRecord, aside: Pairs, exclude: Collection[int], anchor: Entity | None, poll: Poll
) -> list[_Choice]:
    """Return the first pair that is left: for those who have met nearly all. Looks at one pair more than they met."""
    pks = entities_shown(poll=poll).exclude(pk__in=exclude).values_list("pk", flat=True)
    met = {*record.pairs(), *aside.pairs()}
    pairs = ((anchor.pk, pk) for pk in pks if pk != anchor.pk) if anchor else combinations(pks, 2)
    left = next((pair for pair in pairs if frozenset(pair) not in met), None)
    return [_Choice(left, Reason.UNCERTAIN, left[0])] if left else []


def _suggestions(poll: Poll, choices: list[_Choice], rng: np.random.Generator) -> list[Suggestion]:
    entities = entities_shown(poll=poll).in_bulk({pk for choice in choices for pk in choice.pair})
    found = []
    for choice in choices:
        left, right = rng.permutation(choice.pair).tolist()
        found.append(Suggestion(entities[left], entities[right], choice.reason, entities[choice.about]))
    return found
