"""A user's own comparisons, and which pair to compare next."""

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Contributor, User
from backend.accounts.selectors import contributor_of
from backend.accounts.services import contributor_get_or_create
from backend.common.api.idempotency import KEY, once_as_asked
from backend.common.api.pagination import Key, page_of
from backend.common.api.views import ApiView
from backend.common.errors import ComparisonNotFound, EntityNotInPoll
from backend.comparisons.models import Comparison
from backend.comparisons.selectors import comparison_get_pair
from backend.comparisons.services import comparison_delete
from backend.entities.models import Entity
from backend.entities.selectors import entities_by_uid, entity_get
from backend.participation.my_space.my_comparisons import comparisons_found
from backend.participation.pairs.next_pair import next_pairs
from backend.participation.serializers import (
    ComparisonPageSerializer,
    ComparisonParameters,
    ComparisonSerializer,
    JudgeOutcomeSerializer,
    JudgeSerializer,
    SuggestionListSerializer,
    SuggestionParameters,
)
from backend.participation.services import judge
from backend.polls.models import Poll
from backend.polls.selectors import criterion_get, poll_get

ONCE = OpenApiParameter(
    KEY,
    str,
    OpenApiParameter.HEADER,
    description="Any text of yours, another one for each write. A repetition with the same key within a day stores "
    "nothing: it answers 200 with what is stored then, and no changes.",
)


class ComparisonListApi(ApiView):
    """A user's own comparisons in a poll."""

    permission_classes = (IsAuthenticated,)
    parameters = ComparisonParameters

    @extend_schema(
        operation_id="comparison_list",
        summary="List own comparisons",
        parameters=[ComparisonParameters],
        responses=ComparisonPageSerializer,
        tags=["comparisons"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return your comparisons, the last changed first; nobody else sees them here."""
        poll = poll_get(user=request.user, slug=slug)
        contributor = contributor_of(user=request.user)
        comparisons = _found(contributor, poll, self.query) if contributor else Comparison.objects.none()
        keys = (Key("updated_at", descending=True), Key("pk", descending=True))
        page = page_of(comparisons, request=request, parameters=self.query, keys=keys, scope=f"comparisons:{poll.pk}")
        return Response(ComparisonPageSerializer(page).data)

    @extend_schema(
        operation_id="comparison_save",
        summary="Compare two items",
        parameters=[ONCE],
        request=JudgeSerializer,
        responses={200: JudgeOutcomeSerializer, 201: JudgeOutcomeSerializer},
        tags=["comparisons"],
    )
    def post(self, request: Request, slug: str) -> Response:
        """Store your judgments of two items: 201 for a new pair, 200 for one that you had compared."""
        poll = poll_get(user=request.user, slug=slug)
        body = self.body(JudgeSerializer)
        left, right = _pair(poll, body["left"], body["right"])
        contributor = contributor_get_or_create(user=cast(User, request.user))  # IsAuthenticated
        with once_as_asked(request) as is_first:
            outcome = (
                judge(contributor=contributor, poll=poll, left=left, right=right, judgments=body["judgments"])
                if is_first
                else None
            )
        stored = comparison_get_pair(contributor=contributor, left=left, right=right)
        answer = JudgeOutcomeSerializer({"comparison": stored, "changes": outcome.changes if outcome else []})
        return Response(answer.data, status=201 if outcome and outcome.comparison.was_created else 200)


class ComparisonDetailApi(ApiView):
    """A user's own comparison of two items, whichever way round."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="comparison_read",
        summary="Read an own comparison",
        responses=ComparisonSerializer,
        tags=["comparisons"],
    )
    def get(self, request: Request, slug: str, left: str, right: str) -> Response:
        """Return what you said of two items."""
        poll = poll_get(user=request.user, slug=slug)
        first, second = entity_get(poll=poll, uid=left), entity_get(poll=poll, uid=right)
        comparison = comparison_get_pair(contributor=_own(request), left=first, right=second)
        return Response(ComparisonSerializer(comparison).data)

    @extend_schema(
        operation_id="comparison_delete",
        summary="Delete an own comparison",
        responses={204: None},
        tags=["comparisons"],
    )
    def delete(self, request: Request, slug: str, left: str, right: str) -> Response:
        """Take back all that you said of two items; the next run has never seen it."""
        poll = poll_get(user=request.user, slug=slug)
        first, second = entity_get(poll=poll, uid=left), entity_get(poll=poll, uid=right)
        comparison_delete(contributor=_own(request), poll=poll, left=first, right=second)
        return Response(status=204)


class SuggestionListApi(ApiView):
    """Which pair to compare next."""

    parameters = SuggestionParameters

    @extend_schema(
        operation_id="suggestion_list",
        summary="Suggest pairs",
        parameters=[SuggestionParameters],
        responses=SuggestionListSerializer,
        tags=["comparisons"],
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return pairs that you have not compared and why each is worth it; visitors get some to try."""
        poll = poll_get(user=request.user, slug=slug)
        excluded = entities_by_uid(poll=poll, uids=self.query.get("exclude", ()))
        contributor = contributor_of(user=request.user)
        keys = [entity.pk for entity in excluded.values()]
        pairs = next_pairs(contributor=contributor, poll=poll, count=self.query["count"], exclude=keys)
        return Response(SuggestionListSerializer({"results": pairs}).data)


def _found(contributor: Contributor, poll: Poll, query: Mapping[str, Any]) -> QuerySet[Comparison]:
    """Return the user's comparisons that match, in the order of the list."""
    name = query.get("criterion")
    return comparisons_found(
        contributor=contributor,
        poll=poll,
        text=query.get("search", ""),
        tag=query.get("tag", ""),
        criterion=criterion_get(poll=poll, name=name) if name else None,
        since=query.get("since"),
        until=query.get("until"),
    )


def _pair(poll: Poll, left: str, right: str) -> tuple[Entity, Entity]:
    found = entities_by_uid(poll=poll, uids=(left, right))
    for field, uid in (("left", left), ("right", right)):
        if uid not in found:
            raise EntityNotInPoll(field=field, uid=uid)
    return found[left], found[right]


def _own(request: Request) -> Contributor:
    contributor = contributor_of(user=request.user)
    if contributor is None:
        raise ComparisonNotFound
    return contributor
