"""The pictures that other sites show beside a link to a poll or an item."""

import logging

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from backend.common.errors import ApplicationError
from backend.entities.models import Entity
from backend.entities.selectors import entity_get
from backend.polls.models import Poll
from backend.polls.selectors import poll_get
from backend.scores.selectors import entity_scores
from frontend.numbers import score_text
from frontend.pages.rows import petal_of
from frontend.pictures import Picture, picture_png

logger = logging.getLogger(__name__)

FRESH = 600
"""Seconds for which a cache between need not ask again."""
KEPT = 24 * 3600


@require_safe
@cache_control(public=True, max_age=FRESH)
def image(request: HttpRequest, slug: str) -> HttpResponseBase:
    try:
        # Other sites keep it: it never shows what only an account may see.
        poll = poll_get(user=AnonymousUser(), slug=slug)
        uid = request.GET.get("item")
        picture = _of_poll(poll) if uid is None else _of_item(entity_get(poll=poll, uid=uid))
    except ApplicationError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain; charset=utf-8")
    etag = quote_etag(picture.digest)
    response = get_conditional_response(request, etag=etag) or HttpResponse(_png(picture), content_type="image/png")
    response["ETag"] = etag
    return response


def _of_poll(poll: Poll) -> Picture:
    return Picture(title=poll.title, above=settings.SITE_NAME, below=poll.question, petals=[(90.0, 80.0, 100.0)] * 8)


def _of_item(entity: Entity) -> Picture:
    """Show the score on the main criterion, and a petal for each."""
    petals = [petal_of(criterion, score) for criterion, score in entity_scores(entity=entity).items()]
    main = petals[0] if petals and petals[0].score is not None else None
    return Picture(
        title=entity.title,
        above=f"{settings.SITE_NAME} · {entity.poll.title}",
        below=main.label if main else entity.poll.question,
        score=score_text(main.score) if main and main.score is not None else "",
        petals=[None if petal.score is None else (petal.score, petal.low, petal.high) for petal in petals],
    )


def _png(picture: Picture) -> bytes:
    key = f"picture:{picture.digest}"
    try:
        kept: bytes | None = cache.get(key)
        if kept is None:
            kept = picture_png(picture)
            cache.set(key, kept, KEPT)
    except RedisError:
        logger.exception("A picture is drawn anew: Redis does not answer")
        return picture_png(picture)
    return kept
