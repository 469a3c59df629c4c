"""What a poll tells about its scores: how they were computed, checked, and how far they could be moved."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api.views import ApiView
from backend.entities.selectors import entity_get
from backend.pipeline.integrity.selectors import influence_of, integrity_of
from backend.pipeline.integrity.serializers import EntityInfluenceSerializer, IntegritySerializer
from backend.polls.selectors import criterion_list, poll_get
from backend.scores.selectors import score_set_published


class IntegrityApi(ApiView):
    """The integrity of a poll's scores."""

    @extend_schema(
        operation_id="integrity_read", summary="Read how scores were checked", responses=IntegritySerializer,
        tags=["integrity"],
    )  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        """Return what the published scores were made from, the checks of their run, and the last runs."""
        return Response(IntegritySerializer(integrity_of(poll=poll_get(user=request.user, slug=slug))).data)


class EntityInfluenceApi(ApiView):
    """The influence that others could have on an item's scores."""

    @extend_schema(
        operation_id="entity_influence_read", summary="Read how solid an item's scores are",
        responses=EntityInfluenceSerializer, tags=["integrity"],
    )  # fmt: skip
    def get(self, request: Request, slug: str, uid: str) -> Response:
        """Return, for each criterion, how low and how high others could take the item's score."""
        poll = poll_get(user=request.user, slug=slug)
        bounds = influence_of(entity=entity_get(poll=poll, uid=uid))
        known = [criterion for criterion in criterion_list(poll=poll) if criterion.pk in bounds]
        for criterion in known:
            bounds[criterion.pk].criterion = criterion
        score_set = score_set_published(poll=poll)
        body = {
            "score_set": score_set.result_digest if score_set else None,
            "influence": [bounds[criterion.pk] for criterion in known],
        }
        return Response(EntityInfluenceSerializer(body).data)
