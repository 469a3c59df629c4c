"""How a computation is stopped from outside, within a step: long loops look whether somebody asked for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from solidago.errors import Cancelled

Asked = Callable[[], bool]


def never() -> bool:
    """Let the computation go on."""
    return False


_asked: ContextVar[Asked] = ContextVar("asked", default=never)


@contextmanager
def stoppable(cancelled: Asked) -> Iterator[None]:
    """Let what is computed inside end with `Cancelled` soon after ``cancelled()`` turns true.

    Parameters
    ----------
    cancelled : callable
        Asked often, and from other threads too: it must return at once.

    Notes
    -----
    It changes no result: a computation that is not stopped gives what it always gives.
    """
    token = _asked.set(cancelled)
    try:
        yield
    finally:
        _asked.reset(token)


def asked() -> Asked:
    """Return what `stoppable` was given, for threads of a pool, which do not inherit it."""
    return _asked.get()


def look() -> None:
    """End the computation if somebody asked for it.

    Raises
    ------
    Cancelled
    """
    stop_if(_asked.get())


def stop_if(cancelled: Asked) -> None:
    """End the computation if ``cancelled()``.

    Parameters
    ----------
    cancelled : callable

    Raises
    ------
    Cancelled
    """
    if cancelled():
        raise Cancelled("Cancelled while it computed.")
