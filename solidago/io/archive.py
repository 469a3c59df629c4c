"""Reading members of a zip archive that a stranger made: nothing is extracted, sizes are bounded."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from solidago.errors import InvalidFile
from solidago.tables import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

Source = str | Path | IO[bytes]

LARGEST_MEMBER = 2**30
"""Bytes of an unpacked member: about 2e7 comparisons."""
SMALL_MEMBER = 2**26
"""Bytes below which no ratio is suspicious: unpacking costs little."""
HIGHEST_RATIO = 100
"""Unpacked over packed size of a large member; exports have 4 to 8, a bomb up to 1,000."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What `zipfile` raises for damage, encryption and compression methods that it does not know."""


class Archive:
    """The members of an open archive, found by file name at its root or in its one folder."""

    def __init__(self, opened: zipfile.ZipFile, sha256: str) -> None:
        self._zip, self.sha256 = opened, sha256
        self._members: dict[str, list[zipfile.ZipInfo]] = {}
        for member in opened.infolist():
            path = _safe_path(member)
            if len(path.parts) <= 2 and not member.is_dir():
                self._members.setdefault(path.name, []).append(member)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """Return the content of the member with that file name.

        Raises
        ------
        InvalidFile
            It is missing, there twice, too large, suspiciously compressed, or damaged.
        """
        found = self._members.get(name, [])
        if not found:
            raise InvalidFile("is missing from the archive", member=name)
        if len(found) > 1:
            raise InvalidFile("is in the archive more than once", member=name)
        _check_size(found[0], name)
        try:
            return self._zip.read(found[0])
        except UNREADABLE as error:
            raise InvalidFile(f"cannot be unpacked: {error}", member=name) from error


@contextmanager
def open_archive(source: Source) -> Iterator[Archive]:
    """Open an archive, given by path or as a seekable binary stream.

    Raises
    ------
    InvalidFile
        It cannot be opened, is no archive, is empty or holds a member whose name leads out of a folder.
    """
    try:
        with Path(source).open("rb") if isinstance(source, str | Path) else _untouched(source) as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
            stream.seek(0)
            yield _opened(stream, sha256)
    except OSError as error:
        raise InvalidFile(f"The file cannot be read: {error.strerror or error}.") from error


@contextmanager
def _untouched(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Leave a stream open that the caller opened."""
    stream.seek(0)
    yield stream


def _opened(stream: IO[bytes], sha256: str) -> Archive:
    try:
        opened = zipfile.ZipFile(stream)
    except UNREADABLE as error:
        raise InvalidFile("The file is not a zip archive, or is damaged.") from error
    if not opened.namelist():
        raise InvalidFile("The archive is empty.")
    return Archive(opened, sha256)


def _safe_path(member: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]:
        raise InvalidFile("has a name that leads out of the archive", member=member.filename[:SHOWN])
    return path


def _check_size(member: zipfile.ZipInfo, name: str) -> None:
    # Reading stops at the size that the member declares, so a false declaration gains nothing.
    if member.file_size > LARGEST_MEMBER:
        raise InvalidFile(f"unpacks to more than {LARGEST_MEMBER} bytes", member=name)
    if member.file_size > max(SMALL_MEMBER, HIGHEST_RATIO * member.compress_size):
        raise InvalidFile(f"is compressed more than {HIGHEST_RATIO} times, as bombs are", member=name)
