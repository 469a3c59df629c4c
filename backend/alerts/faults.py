"""Requests and tasks that broke off by a fault of ours: told by mail, each fault once an hour."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

import logging
import sys
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from celery.signals import task_failure
from django.conf import settings
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from redis.exceptions import RedisError

from backend.alerts.mails import mail_send
from backend.alerts.recipients import site_recipients
from backend.observability.requests import request_id_now, route_of

logger = logging.getLogger(__name__)

PAUSE = 3600
"""Seconds for which the same fault is not told again."""
MOST = 20
"""Faults that are told in this time: a broken release has hundreds, and the first ones say enough."""
KIND = "site_error"
_told_here: dict[str, float] = {}


@receiver(got_request_exception, dispatch_uid="tell of a request that failed")
def _request_failed(request: HttpRequest | None = None, **_: object) -> None:
    error = sys.exc_info()[1]
    if request is not None and error is not None:
        fault_tell(error=error, place=route_of(request), reference=request_id_now())


@task_failure.connect
def _task_failed(sender: Any = None, task_id: str = "", exception: BaseException | None = None, **_: object) -> None:
    if exception is not None:
        fault_tell(error=exception, place=sender.name, reference=task_id)


def fault_tell(*, error: BaseException, place: str, reference: str) -> None:
    """Tell of a fault by mail, unless it was told lately; whatever stops that is logged and goes no further.

    The text of the error stays in the log: it may quote what somebody wrote.
    """
    try:
        if settings.ALERT_EMAILS:
            _tell({"place": place, "error": type(error).__name__, "line": line_of(error), "reference": reference})
    except Exception:
        # Whatever it is, raised here it would take the place of the page that tells of the fault.
        logger.exception("Nobody was told of a fault")


def _tell(facts: Mapping[str, str]) -> None:
    fault = sha256(f"{facts['place']} {facts['error']} {facts['line']}".encode()).hexdigest()
    if not _is_news(fault):
        return
    try:
        with transaction.atomic():
            for recipient in site_recipients():
                mail_send(kind=KIND, recipient=recipient, facts=facts)
    except Exception:
        _forget(fault)  # so that it is told when it happens again
        raise


def line_of(error: BaseException) -> str:
    """Return the innermost line of our own code, else of anybody's, that an error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(frame.filename)]
    if not frames:
        return ""
    frame = (own or frames)[-1]
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno}"


def _is_own(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts


def _is_news(fault: str) -> bool:
    try:
        if not cache.add(_key(fault), 1, timeout=PAUSE):
            return False
        cache.add("faults", 0, timeout=PAUSE)
        return cache.incr("faults") <= MOST
    except RedisError:
        return _is_news_here(fault)


def _is_news_here(fault: str) -> bool:
    """Tell whether this process told of no such fault: what each of them knows while Redis is away."""
    now = time.monotonic()
    for old in [old for old, at in _told_here.items() if now - at > PAUSE]:
        _told_here.pop(old, None)
    if fault in _told_here or len(_told_here) >= MOST:
        return False
    _told_here[fault] = now
    return True


def _forget(fault: str) -> None:
    _told_here.pop(fault, None)
    with suppress(RedisError):
        cache.delete(_key(fault))


def _key(fault: str) -> str:
    return f"fault:{fault}"
