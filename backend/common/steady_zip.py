"""Archives whose bytes depend on their content alone, written member by member, each with its SHA-256."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Self

import polars as pl

BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip archive can express. The time of writing would make equal exports differ."""
UNIX = 3
READABLE = 0o644 << 16
Write = Callable[[bytes], object]


class SteadyZip:
    """An archive under construction; ``digests`` holds the SHA-256 of every member that is complete."""

    def __init__(self, sink: IO[bytes]) -> None:
        self.digests: dict[str, str] = {}
        self._zip = zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    @contextmanager
    def member(self, name: str) -> Iterator[Write]:
        """Lend a function that appends to a new member."""
        info = zipfile.ZipInfo(name, BEGINNING_OF_TIME)
        info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, UNIX, READABLE
        digest = hashlib.sha256()
        with self._zip.open(info, "w", force_zip64=True) as stream:

            def write(block: bytes) -> None:
                digest.update(block)
                stream.write(block)

            yield write
        self.digests[name] = digest.hexdigest()

    def text(self, name: str, content: str) -> None:
        """Write a member of text."""
        with self.member(name) as write:
            write(content.encode())

    def frames(self, name: str, frames: Iterable[pl.DataFrame]) -> int:
        """Write frames of the same columns, at least one, as a CSV member; return the number of their rows."""
        rows = 0
        with self.member(name) as write:
            for number, frame in enumerate(frames):
                write(frame.write_csv(include_header=number == 0).encode())
                rows += len(frame)
        return rows
