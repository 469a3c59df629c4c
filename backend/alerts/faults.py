"""Requests and tasks that broke off by a fault of ours: told by mail, each fault once an hour."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

import logging
import sys
import traceback
from hashlib import sha256
from pathlib import Path
from typing import Any

from celery.signals import task_failure
from django.conf import settings
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest

from backend.alerts.recipients import site_recipients
from backend.alerts.services import mail_enqueue
from backend.observability.requests import request_id_now, route_of

logger = logging.getLogger(__name__)

PAUSE = 3600
"""Seconds for which the same fault is not told again."""
MOST = 20
"""Faults that are told in this time: a broken release has hundreds, and the first ones say enough."""
KIND = "site_error"
OWN_TASKS = "alerts."
"""Of these nothing is told by mail: a mail that cannot be sent would tell of itself."""


@receiver(got_request_exception, dispatch_uid="tell of a request that failed")
def _request_failed(request: HttpRequest | None = None, **_: object) -> None:
    error = sys.exc_info()[1]
    if request is not None and error is not None:
        fault_tell(error=error, place=route_of(request), reference=request_id_now())


@task_failure.connect
def _task_failed(sender: Any = None, task_id: str = "", exception: BaseException | None = None, **_: object) -> None:
    if exception is not None and not sender.name.startswith(OWN_TASKS):
        fault_tell(error=exception, place=sender.name, reference=task_id)


def fault_tell(*, error: BaseException, place: str, reference: str) -> None:
    """Queue the mails about a fault, unless it was told lately; whatever stops that is logged and goes no further.

    The text of the error stays in the log: it may quote what somebody wrote.
    """
    try:
        facts = {"place": place, "error": type(error).__name__, "line": line_of(error), "reference": reference}
        if settings.ALERT_EMAILS and _is_news(f"{place} {facts['error']} {facts['line']}"):
            for recipient in site_recipients():
                mail_enqueue(KIND, recipient, facts)
    except Exception:
        # Whatever it is, raised here it would take the place of the page that tells of the fault.
        logger.exception("Nobody was told of a fault")


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
    digest = sha256(fault.encode()).hexdigest()
    if not cache.add(f"fault:{digest}", 1, timeout=PAUSE):
        return False
    cache.add("faults", 0, timeout=PAUSE)
    return cache.incr("faults") <= MOST
