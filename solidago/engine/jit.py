"""How inner loops are compiled: numba, once, kept on disk, released from the interpreter lock.

Kernels are serial; threads run several of them at once (`solidago.engine.threads`). The cache is keyed by a
hash of all kernel sources, because numba only watches the file of the function itself, not what it calls.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])

_settings: Any = numba.config  # its names are made at run time
_PACKAGE = Path(__file__).resolve().parents[1]
# Sums may be reordered to use vector units. What assumes that infinities and NaN do not exist stays off.
_FAST = {"reassoc", "contract", "nsz", "arcp"}


def kernel(function: F) -> F:
    """Compile a function on its first call, or load it from disk if it was compiled before."""
    # Numba picks the folder when it decorates: ours is set for that moment only, other users of numba keep theirs.
    theirs, _settings.CACHE_DIR = _settings.CACHE_DIR, CACHE_FOLDER or ""
    try:
        return _njit(function, cache=CACHE_FOLDER is not None)
    finally:
        _settings.CACHE_DIR = theirs


def part(function: F) -> F:
    """Compile a function that only kernels call, as part of each of them."""
    return _njit(function)


def inlined(function: F) -> F:
    """Compile a function as part of each loop that calls it: loops over it then use vector units."""
    return _njit(function, forceinline=True)


def _njit(function: F, *, cache: bool = False, forceinline: bool = False) -> F:
    options: dict[str, Any] = {"nogil": True, "fastmath": _FAST, "error_model": "numpy"}
    compiled: F = numba.njit(cache=cache, forceinline=forceinline, **options)(function)
    return compiled


def _source_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted((_PACKAGE / "kernels").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _candidates() -> Iterator[Path]:
    """Folders in order of preference: as told, beside the project's sources, the user's, a private temporary one."""
    if _settings.CACHE_DIR:
        yield Path(_settings.CACHE_DIR)
        return
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        yield _PACKAGE.parent / ".local" / "numba"
    home = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("HOME") and f"{os.environ['HOME']}/.cache")
    if home:
        yield Path(home) / "solidago"
    yield Path(tempfile.gettempdir()) / f"solidago-{os.getuid()}"


def _usable(folder: Path) -> bool:
    """Make the folder; refuse one that another user could fill or replace: cached code is executed."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        own, above = folder.stat(), folder.parent.stat()
    except OSError:
        return False
    replaceable = (
        above.st_uid not in (0, os.getuid()) or (above.st_mode & (stat.S_IWOTH | stat.S_ISVTX)) == stat.S_IWOTH
    )
    return not replaceable and own.st_uid == os.getuid() and not own.st_mode & 0o022 and os.access(folder, os.W_OK)


def _cache_folder() -> str | None:
    """Return where compiled kernels of these very sources are kept; None compiles anew in every process."""
    version = _source_hash()
    folders = (candidate / version for candidate in _candidates())
    return next((str(folder) for folder in folders if _usable(folder)), None)


CACHE_FOLDER = _cache_folder()
