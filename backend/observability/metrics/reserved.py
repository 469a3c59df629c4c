"""The files of numbers, with their room reserved before it is needed.

prometheus_client maps sparse files into memory. Where their folder is full (a tmpfs of some megabytes), a write to such
a page ends the process by SIGBUS. Reserved first, there is an error in its place, and the process counts for itself.
"""
# mypy: disable-error-code="no-untyped-call"
# Of these classes, prometheus_client has no type hints.

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

logger = logging.getLogger(__name__)

FIRST = 1 << 16
"""Bytes of a new file, as prometheus_client's own; it doubles them when they are used up."""
BESIDE = 32
"""Bytes of an entry beside its key, at most."""
NOTHING = 0.0, 0.0
_told: list[bool] = []


def use_reserved_files() -> None:
    """Let metrics that are made from now on use these files, where they use any."""
    values.MmapedDict = ReservedDict  # type: ignore[attr-defined]


class ReservedDict(MmapedDict):
    """Numbers in a file that has room for them; what has none is not kept, and tried again with the next count."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        try:
            _reserve_new(Path(filename))
        except OSError as error:
            _tell(error)
            with _in_memory() as filename:
                super().__init__(filename, read_mode)
        else:
            super().__init__(filename, read_mode)

    def read_value(self, key: str) -> tuple[float, float]:
        try:
            value: tuple[float, float] = super().read_value(key)
        except OSError as error:
            _tell(error)
            return NOTHING
        return value

    def write_value(self, key: str, value: float, timestamp: float) -> None:
        try:
            super().write_value(key, value, timestamp)
        except OSError as error:
            _tell(error)

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + BESIDE > self._capacity:
            os.posix_fallocate(self._f.fileno(), 0, 2 * self._capacity)
        super()._init_value(key)


def _reserve_new(path: Path) -> None:
    """Make a file of zeros that takes the room that it says, unless it is there."""
    if path.exists():  # of a process that had the same number
        return
    unfinished = path.with_suffix(".new")  # whoever reads would take an empty file for a broken one
    try:
        with unfinished.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, FIRST)
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def _in_memory() -> Iterator[str]:
    """Give the name of a file that is nowhere but in this process, where it can be opened meanwhile."""
    descriptor = os.memfd_create("metrics")
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _tell(error: OSError) -> None:
    if not _told:
        _told.append(True)
        logger.warning("No room for numbers in METRICS_DIR: some are not counted (%s)", error.strerror)
