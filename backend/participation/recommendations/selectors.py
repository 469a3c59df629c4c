"""What a contributor would probably think of items that they never compared, and why.

Nothing is stored: each answer is computed from what they said until now, around the published collective scores.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from numpy.typing import NDArray

from backend.accounts.models import Contributor
from backend.entities.models import Entity
from backend.entities.selectors import entities_shown, entity_list
from backend.observability.selectors import switch_require
from backend.observability.switches import RECOMMENDATIONS
from backend.participation.own_model import OwnScore, own_judgments
from backend.participation.recommendations.similarity import PollGraph, poll_graph, unsquashed
from backend.polls.models import Criterion, Poll
from backend.scores.models import CollectiveScore, ContributorScaling, ScoreSet
from backend.scores.selectors import own_scalings, score_set_published, scores_of
from solidago.config import Config
from solidago.post_process import squashed
from solidago.preference.comparisons import Comparisons
from solidago.preference.generalise import Generalised, explain, generalise
from solidago.preference.similarity import Opinions, similarity_graph
from solidago.root_laws import RootLaw

NEEDED = 5
"""Judgments on a criterion without which there are no recommendations: nobody could tell what they rest on."""
MOST_CARRIERS = 2
LEAST_SHARE = 0.15
"""Of all that own judgments change in a score: what a judged item must carry of it to be named."""
LEAST_POINTS = 1.0
"""Points between the collective score and the predicted one below which there is nothing to explain."""


class State(TextChoices):
    """Why there are recommendations, or none."""

    READY = "ready", gettext_lazy("Ready")
    FEW = "few", gettext_lazy("More comparisons are needed")
    WAITING = "waiting", gettext_lazy("The next scores must be computed first")


class Tie(TextChoices):
    """Why an item is like another."""

    TAGS = "tags"
    AUTHOR = "author"
    SCORES = "scores"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A judged item from which part of a prediction comes.

    ``is_liked``: the contributor's judgments place it higher than was expected of them; otherwise lower.
    """

    entity: Entity
    is_liked: bool
    tie: Tie
    tags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Say it in a sentence."""
        words = {"title": self.entity.title, "tags": ", ".join(self.tags)}
        return _sentences(is_liked=self.is_liked)[self.tie] % words


def _sentences(*, is_liked: bool) -> dict[Tie, str]:
    if is_liked:
        return {
            Tie.TAGS: _("You place “%(title)s” higher than others do, and it shares a tag with this: %(tags)s."),
            Tie.AUTHOR: _("You place “%(title)s” higher than others do, and it is by the same author."),
            Tie.SCORES: _("You place “%(title)s” higher than others do, and people tend to score the two alike."),
            Tie.OTHERS: _("You place “%(title)s” higher than others do, and items like it are like this one."),
        }
    return {
        Tie.TAGS: _("You place “%(title)s” lower than others do, and it shares a tag with this: %(tags)s."),
        Tie.AUTHOR: _("You place “%(title)s” lower than others do, and it is by the same author."),
        Tie.SCORES: _("You place “%(title)s” lower than others do, and people tend to score the two alike."),
        Tie.OTHERS: _("You place “%(title)s” lower than others do, and items like it are like this one."),
    }


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An item that the contributor never compared; without carriers, what everybody thinks of it is all there is."""

    entity: Entity
    predicted: OwnScore
    collective: CollectiveScore | None
    carriers: Sequence[Carrier]


class Recommendations:
    """Items never compared, the best ones for this contributor first.

    Attributes
    ----------
    state : State
    judgments : int
        On the criterion, of items that are shown.
    order : sequence of int
        Places of the items; `page` tells about some of them.
    has_graph : bool
        False while similar items are still being found.
    """

    state = State.READY

    def __init__(
        self, model: "_Model", order: NDArray[np.intp], *, poll: Poll, criterion: Criterion, has_graph: bool
    ) -> None:
        self._model, self._poll, self._criterion = model, poll, criterion
        self.order: Sequence[int] = order.tolist()
        self.judgments, self.has_graph = model.judgments, has_graph

    def page(self, places: Sequence[int]) -> list[Recommendation]:
        """Return the items at some places of the order, with what carries their scores; three queries."""
        if not places:
            return []
        return _explained(self._model, places, self._poll, self._criterion)


@dataclass(frozen=True, slots=True)
class NoRecommendations:
    """None yet."""

    state: State
    judgments: int
    order: Sequence[int] = ()
    has_graph: bool = True

    def page(self, places: Sequence[int]) -> list[Recommendation]:
        """Return nothing."""
        return []


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """A contributor's scores of everything, and the way to the published scale."""

    entities: NDArray[np.int64]
    fitted: Generalised
    scaling: ContributorScaling
    judgments: int

    def scaled(self) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = self.scaling.multiplier * self.fitted.score + self.scaling.translation
        return scores


def recommendations_for(
    *, contributor: Contributor | None, poll: Poll, criterion: Criterion, tags: Sequence[str] = ()
) -> Recommendations | NoRecommendations:
    """Rank the items that a contributor never compared on a criterion by what they would probably think of them.

    Raises
    ------
    InvalidText
        A tag cannot be one.
    RecommendationsPaused
    """
    switch_require(RECOMMENDATIONS)
    candidates = np.fromiter(entity_list(poll=poll, tags=tags).order_by("pk").values_list("pk", flat=True), np.int64)
    if contributor is None:
        return NoRecommendations(State.FEW, 0)
    said = own_judgments(contributor=contributor, poll=poll, criteria=[criterion.pk])
    rows = [(left, right, value / maximum) for _pk, left, right, value, maximum in said]
    if len(rows) < NEEDED:
        return NoRecommendations(State.FEW, len(rows))
    shown = score_set_published(poll=poll)
    scaling = own_scalings(contributor=contributor, poll=poll).get(criterion.pk)
    if shown is None or scaling is None or scaling.multiplier == 0.0:
        return NoRecommendations(State.WAITING, len(rows))
    known = poll_graph(poll=poll, criterion=criterion, score_set=shown)
    model = _fitted(known or _no_graph(poll), rows, criterion, shown, scaling)
    places = np.flatnonzero(np.isin(model.entities, candidates))
    places = places[~np.isin(places, model.fitted.judged)]
    order = places[np.argsort(-model.scaled()[places], kind="stable")]
    return Recommendations(model, order, poll=poll, criterion=criterion, has_graph=known is not None)


def _no_graph(poll: Poll) -> PollGraph:
    """Return a graph in which nothing is alike: what everybody thinks remains."""
    entities = np.fromiter(entities_shown(poll=poll).values_list("pk", flat=True), np.int64)
    return PollGraph(entities, similarity_graph(Opinions.of([], [], [], [], len(entities))))


def _fitted(
    known: PollGraph,
    rows: Sequence[tuple[int, int, float]],
    criterion: Criterion,
    score_set: ScoreSet,
    scaling: ContributorScaling,
) -> _Model:
    config = Config.from_mapping(score_set.config)
    expected = (_collective(known.entities, criterion, score_set) - scaling.translation) / scaling.multiplier
    fitted = generalise(
        _comparisons(known.entities, rows),
        known.graph,
        RootLaw.named(config.root_law),
        expected=expected,
        sigma=config.sigma,
        multiplier=scaling.multiplier,
    )
    return _Model(known.entities, fitted, scaling, len(rows))


def _comparisons(entities: NDArray[np.int64], rows: Sequence[tuple[int, int, float]]) -> Comparisons:
    """Give numbers to the items; one that came after the graph was made is left out until the next."""
    left, right, value = (np.array(column) for column in zip(*rows, strict=True))
    known = np.isin(left, entities) & np.isin(right, entities)
    first, second = np.searchsorted(entities, left[known]), np.searchsorted(entities, right[known])
    return Comparisons.of(first, second, value[known], len(entities))


def _collective(entities: NDArray[np.int64], criterion: Criterion, score_set: ScoreSet) -> NDArray[np.float64]:
    """Return the scaled collective scores; nobody's is 0, as the robust median of no voters is."""
    scores = CollectiveScore.objects.filter(score_set=score_set, criterion=criterion).values_list("entity_id", "score")
    table = np.array(list(scores.order_by()), dtype=np.float64).reshape(-1, 2)
    keys = table[:, 0].astype(np.int64)
    known = np.isin(keys, entities)
    collective = np.zeros(len(entities))
    collective[np.searchsorted(entities, keys[known])] = unsquashed(table[known, 1])
    return collective


def _explained(model: _Model, places: Sequence[int], poll: Poll, criterion: Criterion) -> list[Recommendation]:
    explanation = explain(model.fitted, places)
    carried = [_carried(model, place, share) for place, share in zip(places, explanation.share, strict=True)]
    judged = {int(carrier) for carriers in carried for carrier in carriers}
    keys = {place: int(model.entities[place]) for place in {*places, *judged}}
    found = entities_shown(poll=poll).in_bulk(keys.values())
    entities = {place: found[pk] for place, pk in keys.items() if pk in found}  # one may have been hidden just now
    collective = scores_of(poll=poll, entities=[entities[place] for place in places if place in entities])
    return [
        Recommendation(
            entities[place],
            _predicted(model, place, float(deviation)),
            collective[entities[place].pk].get(criterion.pk),
            [_carrier(model, place, j, force, entities) for j, force in carriers.items() if j in entities],
        )
        for place, deviation, carriers in zip(places, explanation.deviation, carried, strict=True)
        if place in entities
    ]


def _predicted(model: _Model, place: int, deviation: float) -> OwnScore:
    """Return the score with an interval of one deviation to each side: two chances in three, or more."""
    middle, half = float(model.scaled()[place]), model.scaling.multiplier * deviation
    low, score, high = squashed(np.array([middle - half, middle, middle + half])).tolist()
    return OwnScore(score, score - low, high - score)


def _carried(model: _Model, place: int, share: NDArray[np.float64]) -> dict[int, float]:
    """Return the judged items that move a score most in the direction in which all of them move it."""
    total = float(share.sum())
    here = model.scaled()[place]
    before, now = squashed(np.array([here - model.scaling.multiplier * total, here]))
    if abs(now - before) < LEAST_POINTS:
        return {}
    along = share * np.sign(total)
    best = np.argsort(-along, kind="stable")[:MOST_CARRIERS]
    named = [j for j in best.tolist() if along[j] >= LEAST_SHARE * np.abs(share).sum()]
    return {int(model.fitted.judged[j]): float(share[j]) for j in named}


def _carrier(model: _Model, place: int, judged: int, share: float, entities: dict[int, Entity]) -> Carrier:
    this, other = entities[place], entities[judged]
    tags = tuple(tag for tag in dict.fromkeys(this.tags) if tag in other.tags)
    if tags:
        return Carrier(other, share > 0, Tie.TAGS, tags)
    if this.author and this.author == other.author:
        return Carrier(other, share > 0, Tie.AUTHOR)
    is_tied = model.fitted.prior.precision[place, judged] != 0.0
    return Carrier(other, share > 0, Tie.SCORES if is_tied else Tie.OTHERS)
