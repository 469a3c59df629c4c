"""Whether this worker was told to end: known at once to the processes that compute for it."""

import mmap

# Shared with the processes that the worker forks after this was imported.
_told = mmap.mmap(-1, 1)


def worker_ends() -> None:
    """Let the runs of this worker stop at the next occasion, for another worker."""
    _told[0] = 1


def worker_is_ending() -> bool:
    return bool(_told[0])
