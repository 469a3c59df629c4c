"""Run serial kernels over consecutive parts of the work, on several threads, with the same result as on one."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from solidago.errors import InvalidInput
from solidago.stopping import asked, stop_if

T = TypeVar("T")
Work = NDArray[np.floating | np.integer]

# Parts a thread: enough that none waits long for the last part and that a run can be stopped between two of them,
# few enough that calls cost nothing.
_PARTS = 8


class Threads:
    """A pool for kernels that release the interpreter lock.

    A kernel given ``[first, last)`` writes the results of those items only, each computed on its own:
    how the work is cut then changes nothing but the time.
    """

    def __init__(self, count: int | None = None) -> None:
        if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
            raise InvalidInput("threads must be a whole number of at least 1.")
        self.count = count or len(os.sched_getaffinity(0))
        self._pool = ThreadPoolExecutor(self.count, thread_name_prefix="solidago") if self.count > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def over(self, work: Work, kernel: Callable[[int, int], T]) -> list[T]:
        """Call ``kernel(first, last)`` on consecutive parts of about equal work that cover all items, in order.

        Parameters
        ----------
        work : (N,) numbers
            Estimated cost of each item, >= 0.
        kernel : callable

        Raises
        ------
        Cancelled
            Somebody asked for it, see `solidago.stopping`.
        """
        cancelled = asked()

        def unless_cancelled(part: tuple[int, int]) -> T:
            stop_if(cancelled)
            return kernel(*part)

        parts = _cut(work, self.count * _PARTS)
        return list(map(unless_cancelled, parts) if self._pool is None else self._pool.map(unless_cancelled, parts))


def _cut(work: Work, parts: int) -> Sequence[tuple[int, int]]:
    """Cut N items into at most so many consecutive parts of about equal work."""
    done = np.cumsum(work + 1.0)
    if not len(done):
        return []
    borders = np.searchsorted(done, done[-1] * np.arange(1, parts) / parts, side="right")
    edges = np.unique(np.concatenate(([0], borders, [len(work)])))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
