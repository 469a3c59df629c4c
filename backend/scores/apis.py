"""What is published: a poll, its items with their scores, and the items worth recommending."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api.pagination import Key, page_of
from backend.common.api.views import ApiView
from backend.common.errors import UnknownCriterion
from backend.entities.models import Entity
from backend.entities.selectors import ItemFilters, context_note_of, entities_shown, entity_get
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get, criterion_list, poll_get
from backend.scores.filters import ORDERINGS, EntityParameters, HistoryParameters, RecommendationParameters
from backend.scores.history import score_history
from backend.scores.models import CollectiveScore
from backend.scores.selectors import (
    ranking,
    recommendations,
    score_distribution,
    score_set_published,
    scores_of,
)
from backend.scores.serializers import (
    EntityDetailSerializer,
    EntityPageSerializer,
    HistorySerializer,
    PollDetailSerializer,
    RecommendationPageSerializer,
)


class PollDetailApi(ApiView):
    """One poll."""

    @extend_schema(operation_id="poll_read", summary="Read a poll", responses=PollDetailSerializer, tags=["polls"])
    def get(self, request: Request, slug: str) -> Response:
        """Return its question and criteria, and what its published scores were made from."""
        poll = poll_get(user=request.user, slug=slug)
        context = {"entities": entities_shown(poll=poll).count(), "score_set": score_set_published(poll=poll)}
        return Response(PollDetailSerializer(poll, context=context).data)


class EntityListApi(ApiView):
    """The items of a poll."""

    parameters = EntityParameters

    @extend_schema(
        operation_id="entity_list",
        summary="List items",
        parameters=[EntityParameters],
        responses=EntityPageSerializer,
        tags=["entities"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return items with all their scores, ordered by their score on one criterion or otherwise."""
        poll = poll_get(user=request.user, slug=slug)
        ordering = self.query["ordering"]
        criterion = criterion_get(poll=poll, name=self.query.get("criterion"))
        entities = ranking(poll=poll, criterion=criterion, **_filters(self.query))
        if (least := self.query.get("min_contributors")) is not None:
            entities = entities.filter(Q(("contributors__gte", least)))
        scope = f"entities:{poll.pk}:{criterion.pk}:{ordering}"
        page = page_of(entities, request=request, parameters=self.query, keys=ORDERINGS[ordering], scope=scope)
        body = {"next": page.next, "results": page.results, "score_set": _digest(poll)}
        return Response(EntityPageSerializer(body, context={"scores": _scores(poll, page.results)}).data)


class EntityDetailApi(ApiView):
    """One item."""

    @extend_schema(
        operation_id="entity_read", summary="Read an item", responses=EntityDetailSerializer, tags=["entities"]
    )
    def get(self, request: Request, slug: str, uid: str) -> Response:
        """Return an item with its score on each criterion and how the contributors' public scores spread."""
        poll = poll_get(user=request.user, slug=slug)
        entity = entity_get(poll=poll, uid=uid)
        scores = _scores(poll, [entity])[entity.pk]
        distributions = {s.criterion_id: score_distribution(entity=entity, criterion=s.criterion) for s in scores}
        context = {
            "note": context_note_of(entity=entity),
            "scores": scores,
            "distributions": distributions,
            "score_set": _digest(poll),
        }
        return Response(EntityDetailSerializer(entity, context=context).data)


class HistoryApi(ApiView):
    """How the score of an item moved."""

    parameters = HistoryParameters

    @extend_schema(
        operation_id="entity_history",
        summary="Read how a score moved",
        parameters=[HistoryParameters],
        responses=HistorySerializer,
        tags=["entities"],
    )
    def get(self, request: Request, slug: str, uid: str) -> Response:
        """Return the last score of each day (UTC), oldest first; none where nobody judged it, 180 days at most."""
        poll = poll_get(user=request.user, slug=slug)
        entity = entity_get(poll=poll, uid=uid)
        criterion = criterion_get(poll=poll, name=self.query.get("criterion"))
        days = score_history(entity=entity, criterion=criterion)
        body = {"entity": entity.uid, "criterion": criterion.name, "score_set": _digest(poll), "results": days}
        return Response(HistorySerializer(body).data)


class RecommendationListApi(ApiView):
    """The items of a poll that are worth recommending."""

    parameters = RecommendationParameters

    @extend_schema(
        operation_id="recommendation_list",
        summary="Recommend items",
        parameters=[RecommendationParameters],
        responses=RecommendationPageSerializer,
        tags=["entities"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the best items by sum(weight * score) / sum(weight); a criterion that nobody judged counts as 0.

        Only items with at least `min_score` come, and with at least `min_contributors` on one of the criteria.
        """
        poll = poll_get(user=request.user, slug=slug)
        weights = _weights(poll, self.query)
        entities = recommendations(
            poll=poll,
            weights=weights,
            minimum_score=self.query["min_score"],
            minimum_contributors=self.query["min_contributors"],
            **_filters(self.query),
        )
        keys = (Key("score", descending=True), Key("pk"))
        scope = f"recommendations:{poll.pk}:{sorted((c.pk, weight) for c, weight in weights.items())}"
        page = page_of(entities, request=request, parameters=self.query, keys=keys, scope=scope)
        body = {"next": page.next, "results": page.results, "score_set": _digest(poll)}
        return Response(RecommendationPageSerializer(body).data)


def _filters(query: Mapping[str, Any]) -> ItemFilters:
    return {
        "text": query.get("search", ""),
        "tags": query.get("tag", ()),
        "author": query.get("author", ""),
        "added_since": query.get("added_since"),
        "without_warnings": "without_warnings" in query,
    }


def _digest(poll: Poll) -> str | None:
    score_set = score_set_published(poll=poll)
    return score_set.result_digest if score_set else None


def _scores(poll: Poll, entities: Iterable[Entity]) -> dict[int, list[CollectiveScore]]:
    """Return the scores of each item in the order of the poll's criteria, each bearing its criterion."""
    criteria = criterion_list(poll=poll)
    result = {}
    for entity, found in scores_of(poll=poll, entities=entities).items():
        result[entity] = [found[criterion.pk] for criterion in criteria if criterion.pk in found]
    for score in (score for scores in result.values() for score in scores):
        score.criterion = next(criterion for criterion in criteria if criterion.pk == score.criterion_id)
    return result


def _weights(poll: Poll, query: Mapping[str, Any]) -> dict[Criterion, float]:
    if "weights" not in query:
        return {criterion_get(poll=poll, name=query.get("criterion")): 1.0}
    criteria = {criterion.name: criterion for criterion in criterion_list(poll=poll)}
    for name in query["weights"]:
        if name not in criteria:
            raise UnknownCriterion(field="weights", name=name, known=", ".join(criteria))
    return {criteria[name]: weight for name, weight in query["weights"].items() if weight > 0}
