"""Where the processes of a service put their numbers, so that any of them can tell the sum.

METRICS_DIR holds a folder for each main process (gunicorn's, a worker's, beat's), which its children share. Its name
says which service it is of. The main process and its children hold a lock on it while they live; whoever starts next
removes the folders that nobody holds, so numbers begin at nought with each start, as Prometheus expects.

Imported, and `claim` called, before prometheus_client: that decides when it is imported whether to use files.
"""

import errno
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
LOCK, SERVICE = ".lock", "service"
_held: list[int] = []
_troubles: list[str] = []


def metrics_are_on() -> bool:
    """Tell whether somebody may ask for metrics: only then are there files."""
    return bool(os.environ.get("METRICS_TOKEN") or os.environ.get("METRICS_TOKEN_FILE"))


def root() -> Path:
    """Return the folder of all services on this machine."""
    default = Path(tempfile.gettempdir()) / f"helianthus-metrics-{os.getuid()}"
    return Path(os.environ.get("METRICS_DIR") or default)


def claim() -> Path | None:
    """Make the folder of this main process, unless metrics are off; remove those of processes that have ended.

    Where the folder of all cannot be used, the process serves without: `trouble` says why.
    """
    os.environ.pop(VARIABLE, None)  # that of a parent
    _troubles.clear()
    if not metrics_are_on():
        return None
    try:
        folder = _made()
    except OSError as error:
        _troubles.append(f"METRICS_DIR cannot be used, so no numbers are shared: {error}")
        return None
    os.environ[VARIABLE] = str(folder)
    return folder


def trouble() -> str:
    """Say why this process does not put its numbers where the others are; empty where it does."""
    return " ".join(_troubles)


def name_service(service: str) -> None:
    """Say which service this main process is; its numbers bear the name."""
    if VARIABLE in os.environ:
        with suppress(OSError):  # no room: they count as those of a command
            (Path(os.environ[VARIABLE]) / SERVICE).write_text(service)


def folders() -> Iterator[tuple[str, Path]]:
    """Return the service and the folder of each main process."""
    for lock in sorted(root().glob(f"*/{LOCK}")):
        try:
            service = lock.with_name(SERVICE).read_text()
        except OSError:  # not named, or removed at this moment
            service = ""
        yield service or "command", lock.parent


def _made() -> Path:
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone():
        _remove_abandoned()
        # Containers that share the folder count their processes alike, so the host is in the name.
        folder = Path(tempfile.mkdtemp(prefix=f"{socket.gethostname()}-{os.getpid()}-", dir=root()))
        _held.append(_locked(folder))
    return folder


@contextmanager
def _alone() -> Iterator[None]:
    """Let no two processes start at once: one would remove the folder that the other has made but not locked yet."""
    held = os.open(root(), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _require_own(os.fstat(held))
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _require_own(folder: os.stat_result) -> None:
    """Refuse a folder that somebody else has made, or may write to: in a shared /tmp its name can be guessed."""
    if folder.st_uid != os.getuid() or folder.st_mode & 0o022:
        raise PermissionError(
            errno.EPERM, "others may write to this folder; name one of this user's, of mode 0700", root()
        )


def _locked(folder: Path) -> int:
    # Children inherit it, and with it the lock.
    held = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return held


def _remove_abandoned() -> None:
    for lock in root().glob(f"*/{LOCK}"):
        try:
            probe = os.open(lock, os.O_RDWR)
        except FileNotFoundError:  # somebody tidied up
            continue
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        finally:
            os.close(probe)
        shutil.rmtree(lock.parent, ignore_errors=True)
