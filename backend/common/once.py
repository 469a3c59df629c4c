"""Writes that a client may send again because no answer came: done once."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256

from django.core.cache import cache
from redis.exceptions import RedisError

from backend.common.errors import IdempotencyKeyReused, InvalidIdempotencyKey, WriteInProgress

logger = logging.getLogger(__name__)

KEPT = 24 * 3600
"""Seconds for which a key is remembered."""
LONGEST = 255
PATIENCE = 5.0
"""Seconds that a repetition waits for the first request to end."""
GIVEN_UP = 60
"""Seconds after which a request that never ended, as its process died, no longer stops its repetition."""
PAUSE = 0.05
DOING, DONE = "doing", "done"


@contextmanager
def once(*, who: int, key: str | None, request: str) -> Iterator[bool]:
    """Tell whether a write is to be done now: not where the same one was done with this key before.

    What raises an error within the context was not done and may be tried again. Only a digest is kept of the request.

    Parameters
    ----------
    who
        The account that writes: keys of others do not meet.
    key
        Chosen by the client; None: this write has none and is always done.
    request
        What is written; another one with the same key is an error of the client.

    Raises
    ------
    InvalidIdempotencyKey, IdempotencyKeyReused, WriteInProgress
    """
    if key is None:
        yield True
        return
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise InvalidIdempotencyKey(field="Idempotency-Key", longest=LONGEST)
    name, digest = f"once:{who}:{_digest(key)}", _digest(request)
    if not _claimed(name, digest):
        yield False
        return
    try:
        yield True
    except BaseException:
        with suppress(RedisError):
            cache.delete(name)
        raise
    with suppress(RedisError):
        cache.set(name, DONE + digest, KEPT)


def _claimed(name: str, digest: str) -> bool:
    """Take the key, or wait until whoever has it is done; a store that is down stops nobody."""
    deadline = time.monotonic() + PATIENCE
    try:
        while not cache.add(name, DOING + digest, GIVEN_UP):
            known = cache.get(name, "")
            if known and not known.endswith(digest):
                raise IdempotencyKeyReused
            if known.startswith(DONE):
                return False
            if time.monotonic() > deadline:
                raise WriteInProgress
            time.sleep(PAUSE)
    except RedisError:
        logger.exception("No idempotency keys: Redis does not answer")
    return True


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
