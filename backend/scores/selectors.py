"""Reads: scores, always those of the published score set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from django.db import connection
from django.db.models import Case, F, FilteredRelation, FloatField, Max, Q, QuerySet, Subquery, Sum, Value, When

from backend.accounts.models import Contributor
from backend.entities.models import Entity
from backend.entities.selectors import ItemFilters, entity_list
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_list
from backend.scores.models import (
    CollectiveScore,
    ContributorScaling,
    Hold,
    IndividualScore,
    Publication,
    ScoreSet,
    Turn,
)


def score_set_published(*, poll: Poll) -> ScoreSet | None:
    """Return the score set that a poll shows, with what holds it, or None before its first run."""
    return ScoreSet.objects.filter(publications__poll=poll).select_related("poll__hold").first()


def hold_of(*, poll: Poll) -> Hold | None:
    """Return why a poll goes on showing the scores it shows, or None where the next run replaces them."""
    return Hold.objects.filter(poll=poll).select_related("held_by").first()


def turns_of(*, poll: Poll) -> QuerySet[Turn]:
    """Return each time that a poll was turned to other scores by hand, newest first."""
    return Turn.objects.filter(poll=poll).select_related("turned_by")


def shown_token(*, poll: Poll) -> str:
    """Return a text for names in caches: another one after each publication, and whenever held scores lose something.

    The number of the score set would not do. A poll that is turned back shows an old set again, less what is private
    or deleted by now.
    """
    shown = Publication.objects.filter(poll=poll).values_list("score_set", "published_at", "poll__hold__news_seen")
    return ":".join(str(part).replace(" ", "T") for part in shown.first() or ("",))


def _published(poll_id: int) -> Subquery:
    return Subquery(Publication.objects.filter(poll=poll_id).values("score_set"))


def ranking(
    *, poll: Poll, criterion: Criterion, least_contributors: int = 0, **filters: Unpack[ItemFilters]
) -> QuerySet[Entity]:
    """Return the items of a poll, best first by their published score on a criterion; one query, unscored items last.

    Each item bears ``score``, ``left``, ``right``, ``polarisation``, ``contributors`` and ``voting_right``, all None
    where nobody has judged it.

    Raises
    ------
    InvalidText
    """
    columns = ("score", "left", "right", "polarisation", "contributors", "voting_right")
    entities = _with_published(entity_list(poll=poll, **filters), poll, [criterion])
    scored = entities.annotate(**{column: F(f"published__{column}") for column in columns})
    return _best_first(scored, least_contributors)


def weighted_ranking(
    *, poll: Poll, weights: Mapping[Criterion, float], least_contributors: int = 0, **filters: Unpack[ItemFilters]
) -> QuerySet[Entity, int]:
    """Return the keys of the items, best first by the weighted mean of their scores as in `recommendations`.

    ``least_contributors`` is asked of the most judged of the criteria. Keys alone, so that a large poll is sorted
    without its texts.
    """
    entities = _with_weighted(entity_list(poll=poll, **filters), poll, weights)
    return _best_first(entities, least_contributors).values_list("pk", flat=True)


def _best_first(entities: QuerySet[Entity], least_contributors: int) -> QuerySet[Entity]:
    if not least_contributors:
        return entities.order_by(F("score").desc(nulls_last=True), "pk")
    # Whatever has contributors has a score. Said so, the index of the ranking serves: it has empty scores first.
    return entities.filter(Q(contributors__gte=least_contributors)).order_by(F("score").desc(), "pk")


def _with_weighted(entities: QuerySet[Entity], poll: Poll, weights: Mapping[Criterion, float]) -> QuerySet[Entity]:
    """Let each item bear its weighted mean ``score``, and ``contributors``, those of its most judged criterion."""
    joined = _with_published(entities, poll, weights)
    if len(weights) == 1:
        # Not grouped, so that the index of the ranking is walked no further than the page needs.
        return joined.annotate(score=F("published__score"), contributors=F("published__contributors"))
    mean = Sum(_weight(weights) * F("published__score")) / Value(sum(weights.values()))
    return joined.annotate(score=mean, contributors=Max("published__contributors"))


def _with_published(entities: QuerySet[Entity], poll: Poll, criteria: Iterable[Criterion]) -> QuerySet[Entity]:
    """Join each item with its published scores on some criteria, as ``published``."""
    condition = Q(
        collective_scores__score_set=_published(poll.pk), collective_scores__criterion__in=[c.pk for c in criteria]
    )
    return entities.annotate(published=FilteredRelation("collective_scores", condition=condition))


def recommendations(
    *,
    poll: Poll,
    weights: Mapping[Criterion, float],
    minimum_score: float = 20.0,
    minimum_contributors: int = 3,
    **filters: Unpack[ItemFilters],
) -> QuerySet[Entity]:
    """Return the items worth recommending, best first: weighted mean of their published scores.

    ``score`` is sum(weight * score) / sum(weights), a criterion that nobody judged counting as 0; ``contributors``
    is the number of contributors on the most judged of the weighted criteria. Only items with at least
    ``minimum_score`` and ``minimum_contributors`` come out.
    """
    scored = _with_weighted(entity_list(poll=poll, **filters), poll, weights)
    return _best_first(scored.filter(Q(score__gte=minimum_score)), minimum_contributors)


def _weight(weights: Mapping[Criterion, float]) -> Case:
    cases = (When(published__criterion=criterion, then=Value(float(w))) for criterion, w in weights.items())
    return Case(*cases, default=Value(0.0), output_field=FloatField())


def entity_scores(*, entity: Entity) -> dict[Criterion, CollectiveScore | None]:
    """Return an item's published score on each criterion, in the order of the poll's criteria."""
    found = scores_of(poll=entity.poll, entities=[entity])[entity.pk]
    return {criterion: found.get(criterion.pk) for criterion in criterion_list(poll=entity.poll)}


def scores_of(*, poll: Poll, entities: Iterable[Entity]) -> dict[int, dict[int, CollectiveScore]]:
    """Return the published scores of some items: by the item's key, then by the criterion's; one query."""
    found: dict[int, dict[int, CollectiveScore]] = {entity.pk: {} for entity in entities}
    for score in CollectiveScore.objects.filter(score_set=_published(poll.pk), entity__in=list(found)):
        found[score.entity_id][score.criterion_id] = score
    return found


@dataclass(frozen=True, slots=True)
class Bin:
    """How many public scores lie in [low, high); the last bin includes its upper end."""

    low: float
    high: float
    count: int


def score_distribution(*, entity: Entity, criterion: Criterion, bins: int = 20) -> list[Bin]:
    """Return how contributors' scores of an item spread over [-100, 100].

    Counted are the scores that were public when they were published *and* still are, of contributors who are not
    suspended. Private scores are in no bin, so that no two readings of it differ by one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(floor((s.score + 100) * %(bins)s / 200), %(bins)s - 1)::int, count(*)
            FROM scores_publication p
            JOIN scores_individualscore s ON s.score_set_id = p.score_set_id
            JOIN comparisons_rating r ON r.contributor_id = s.contributor_id AND r.entity_id = s.entity_id
            JOIN accounts_contributor c ON c.id = s.contributor_id
            WHERE p.poll_id = %(poll)s AND s.entity_id = %(entity)s AND s.criterion_id = %(criterion)s
              AND s.is_public AND r.is_public AND NOT c.is_suspended
            GROUP BY 1
            """,
            {"bins": bins, "poll": entity.poll_id, "entity": entity.pk, "criterion": criterion.pk},
        )
        counts = dict(cursor.fetchall())
    width = 200 / bins
    return [Bin(-100 + i * width, -100 + (i + 1) * width, counts.get(i, 0)) for i in range(bins)]


def own_scores(*, contributor: Contributor, poll: Poll) -> QuerySet[IndividualScore]:
    """Return a contributor's own scores in the published set, best first within each criterion."""
    return (
        IndividualScore.objects.filter(
            score_set=_published(poll.pk), contributor=contributor, entity__poll=poll, entity__is_hidden=False
        )
        .select_related("entity", "criterion")
        .defer("entity__search")
        .order_by("criterion__position", "criterion_id", "-score", "entity_id")
    )


def own_scalings(*, contributor: Contributor, poll: Poll) -> dict[int, ContributorScaling]:
    """Return how a contributor's raw scores were put on the common scale in the published set, by criterion key."""
    found = ContributorScaling.objects.filter(score_set=_published(poll.pk), contributor=contributor)
    return {scaling.criterion_id: scaling for scaling in found}


@dataclass(frozen=True, slots=True)
class CommonView:
    """What the published set says of one criterion to a contributor whose model holds to the common one.

    ``scores`` by item, on the published scale; ``multiplier`` takes raw scores to scaled ones, the same for everybody;
    ``voting_right`` is the contributor's own, None if they are not in the set yet.
    """

    scores: dict[int, float]
    multiplier: float
    voting_right: float | None


def common_views(
    *, contributor: Contributor, poll: Poll, criteria: Sequence[int], entities: Iterable[int]
) -> dict[int, CommonView]:
    """Return the view of each criterion, by keys, of which anything is published."""
    shown = {"score_set": _published(poll.pk), "criterion__in": criteria}
    by_criterion = ContributorScaling.objects.filter(**shown).order_by("criterion_id", "contributor_id")
    units = dict(by_criterion.distinct("criterion_id").values_list("criterion_id", "multiplier"))
    theirs = IndividualScore.objects.filter(**shown, contributor=contributor).order_by("criterion_id")
    rights = dict(theirs.distinct("criterion_id").values_list("criterion_id", "voting_right"))
    scores: dict[int, dict[int, float]] = {pk: {} for pk in units}
    found = CollectiveScore.objects.filter(**shown, entity__in=list(entities))
    for criterion, entity, score in found.values_list("criterion_id", "entity_id", "score"):
        scores.setdefault(criterion, {})[entity] = score
    return {pk: CommonView(scores[pk], multiplier, rights.get(pk)) for pk, multiplier in units.items()}
