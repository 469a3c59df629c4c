"""Signs of life of workers and of beat, kept in Redis for as long as they count; beside them, for the machine, a file.

A health check looks at the file's time: to ask the worker would start a Python with all our code, each time.
"""

import logging
import os
import time
from pathlib import Path

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LIFE = 30
"""Seconds for which a sign counts: a busy machine may delay several, which come every few seconds."""
PERIOD = 5.0
WORKER, BEAT = "worker", "beat"
_last: dict[str, float] = {}


def heartbeat_leave(kind: str) -> None:
    """Leave a sign of life; now and then, however often it is called."""
    now = time.monotonic()
    if now - _last.get(kind, -PERIOD) < PERIOD:
        return
    _last[kind] = now
    _touch(os.environ.get("HEARTBEAT_FILE"))
    try:
        cache.set(_key(kind), 1, timeout=LIFE)
    except RedisError:
        logger.warning("No sign of life of the %s: Redis does not answer", kind)


def _touch(path: str | None) -> None:
    if path:
        try:
            Path(path).touch()
        except OSError as error:
            logger.warning("No sign of life in HEARTBEAT_FILE: %s", error)


def heartbeat_found(kind: str) -> bool:
    """Tell whether somebody of this kind lives. Redis decides what is too old, so no clock of ours can be wrong."""
    return cache.get(_key(kind)) is not None


def _key(kind: str) -> str:
    return f"heartbeat:{kind}"
