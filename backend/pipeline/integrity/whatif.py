"""“What if so many accounts pushed this item?”: the whole computation on a copy in memory, for who manages a poll.

A worker computes; question and answer stay in the cache for a while, nothing is stored with the poll.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Self
from uuid import uuid4

from celery import current_app
from django.core.cache import cache
from django.utils.translation import gettext as _

from backend.common.errors import (
    ApplicationError,
    NothingToAttack,
    PollTooLargeToAttack,
    WhatIfAlreadyActive,
    WhatIfNotFound,
)
from backend.entities.models import Entity
from backend.pipeline.models import Snapshot
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published
from solidago.attacks import Attack, Outcome, simulate
from solidago.config import Config
from solidago.errors import SolidagoError
from solidago.io import snapshot as snapshot_io

logger = logging.getLogger(__name__)

MOST_ACCOUNTS = 1_000
MOST_JUDGMENTS = 1_000_000
"""Of a poll: seconds of a worker's time, and a few hundred megabytes."""
KEPT = 3600
"""Seconds that an answer can be read."""
PATIENCE = timedelta(seconds=300)
"""A question without an answer after so long is given up."""
TASK = "pipeline.whatif_execute"
LOW = 9
"""Priority in Redis' queues, where 0 is served first: scores do not wait for a question."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A question and, once it is there, its answer: an outcome, or an error in words."""

    key: str
    poll_id: int
    criterion_id: int
    entity_id: int
    attack: dict[str, Any]
    outcome: dict[str, Any] | None = None
    error: str = ""
    names: dict[str, str] = field(default_factory=dict)

    @property
    def is_waiting(self) -> bool:
        return self.outcome is None and not self.error

    def save(self, **answer: Any) -> Self:
        told = type(self)(**(asdict(self) | answer))
        cache.set(_place(self.key), asdict(told), KEPT)
        return told


def _place(key: str) -> str:
    return f"whatif:{key}"


def _lock(poll_id: int) -> str:
    return f"whatif-active:{poll_id}"


def whatif_ask(
    *, poll: Poll, criterion: Criterion, entity: Entity, accounts: int, strategy: str, upward: bool, trusted: bool
) -> WhatIf:
    """Hand a question to a worker; `whatif_get` tells what became of it.

    Raises
    ------
    NothingToAttack
        Nothing is published, or the judgments behind it are no longer kept.
    PollTooLargeToAttack
    WhatIfAlreadyActive
        One question of a poll at a time.
    """
    _attackable(poll)
    attack = Attack(str(entity.pk), min(accounts, MOST_ACCOUNTS), strategy, upward, trusted)
    question = WhatIf(uuid4().hex, poll.pk, criterion.pk, entity.pk, asdict(attack))
    if not cache.add(_lock(poll.pk), question.key, PATIENCE.total_seconds()):
        raise WhatIfAlreadyActive
    question.save()
    current_app.send_task(TASK, [question.key], priority=LOW)
    return question


def _attackable(poll: Poll) -> ScoreSet:
    score_set = score_set_published(poll=poll)
    if score_set is None or not Snapshot.objects.filter(poll=poll, digest=score_set.snapshot_digest).exists():
        raise NothingToAttack
    if score_set.judgments > MOST_JUDGMENTS:
        raise PollTooLargeToAttack(most=MOST_JUDGMENTS)
    return score_set


def whatif_get(*, poll: Poll, key: str) -> WhatIf:
    """Return a question of this poll with its answer, if there is one yet.

    Raises
    ------
    WhatIfNotFound
        Never asked, of another poll, or too long ago.
    """
    kept = cache.get(_place(key)) if key.isascii() and key.isalnum() and len(key) <= 32 else None
    if kept is None or kept["poll_id"] != poll.pk:
        raise WhatIfNotFound
    question = WhatIf(**kept)
    if question.is_waiting and not _is_active(question):
        return _ended(question)
    return question


def _ended(question: WhatIf) -> WhatIf:
    """Return a question that was just answered, or that nobody answered in time."""
    ended = WhatIf(**cache.get(_place(question.key), asdict(question)))
    if ended.is_waiting:
        return ended.save(error=_("No worker answered. Try again, or ask the people who run this site."))
    return ended


def whatif_execute(*, key: str) -> None:
    """Answer a question; a second delivery finds it answered, and one that comes too late finds it given up."""
    kept = cache.get(_place(key))
    question = WhatIf(**kept) if kept else None
    if question is None or not question.is_waiting or not _is_active(question):
        return
    try:
        question.save(**_answer(question))
    except (ApplicationError, SolidagoError) as error:
        question.save(error=str(error))
    except Exception as error:
        logger.exception("The question %s broke off", key)
        question.save(error=_("The computation broke off unexpectedly (%(kind)s).") % {"kind": type(error).__name__})
    finally:
        if _is_active(question):
            cache.delete(_lock(question.poll_id))


def _is_active(question: WhatIf) -> bool:
    """Tell whether this is still the poll's one question; Redis measures its time, whose clock all machines share."""
    return bool(cache.get(_lock(question.poll_id)) == question.key)


def _answer(question: WhatIf) -> dict[str, object]:
    poll = Poll.objects.get(pk=question.poll_id)
    score_set = _attackable(poll)
    stored = Snapshot.objects.get(poll=poll, digest=score_set.snapshot_digest)
    criterion = Criterion.objects.get(pk=question.criterion_id)
    outcome = simulate(
        snapshot_io.loads(bytes(stored.content)),
        Config.from_mapping(score_set.config),
        Attack(**question.attack),
        criterion=criterion.name,
        seed=int(score_set.snapshot_digest[:12], 16),
    )
    return {"outcome": outcome.to_mapping(), "names": _names(poll, outcome)}


def _names(poll: Poll, outcome: Outcome) -> Mapping[str, str]:
    """Return the titles of the entities that an outcome names by their keys."""
    keys: Iterable[int] = (int(moved.entity) for moved in outcome.others)
    return {str(pk): title for pk, title in poll.entities.filter(pk__in=list(keys)).values_list("pk", "title")}
