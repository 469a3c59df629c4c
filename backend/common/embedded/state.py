"""The folder in which embedded servers keep their data, lock, sockets and secrets."""

import fcntl
import hashlib
import json
import os
import re
import secrets
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

from backend.common.embedded.errors import EmbeddedError

# A Unix socket's address holds 107 bytes; some are left for PostgreSQL's own names.
LONGEST_SOCKET_FOLDER = 80
# Characters that need no escape in any of the four ways in which URLs of sockets are read.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
# Seconds in which a command that was asked to end has usually ended; longer only a shell lives, which ignores Ctrl-C.
LEAVING = 20.0


class State:
    """One folder, used by at most one owner of servers at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._lock_file: BinaryIO | None = None

    def create(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot create {self.folder}: {error.strerror}. Choose another with --state."
            ) from error
        if self.folder.stat().st_uid != os.geteuid():
            raise EmbeddedError(
                f"{self.folder} belongs to another user. Remove it as that user, or choose another with --state."
            )

    def path(self, name: str) -> Path:
        return self.folder / name

    # ------------------------------------------------------------ one owner
    def lock(self) -> bool:
        """Become the owner, unless somebody else is. The kernel releases the lock however we end."""
        self.create()
        lock_file = self.path("lock").open("ab")
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock_file.close()
            return False
        self._lock_file = lock_file
        return True

    def unlock(self) -> None:
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    # ------------------------------------------------------------ what the owner tells others
    def publish(self, urls: dict[str, str]) -> None:
        self._tell(urls | {"owner": str(os.getpid())})

    def published(self) -> dict[str, str]:
        """Return the addresses of servers that one may join: not of those that are about to stop."""
        facts = self._told()
        is_leaving = "leaving" in facts and time.monotonic() < float(facts["leaving"]) + LEAVING
        return {} if is_leaving else facts

    def leave(self) -> None:
        """Note that the owner was asked to end."""
        if facts := self._told():
            self._tell(facts | {"leaving": str(time.monotonic())})

    def _tell(self, facts: dict[str, str]) -> None:
        fresh = self.path("urls.json.new")
        fresh.write_text(json.dumps(facts))
        fresh.replace(self.path("urls.json"))

    def _told(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.path("urls.json").read_text()))
        except FileNotFoundError:
            return {}

    def unpublish(self) -> None:
        self.path("urls.json").unlink(missing_ok=True)

    # ------------------------------------------------------------ secrets and sockets
    def secret_key(self) -> str:
        """Return the lasting key of this state; sessions survive a restart."""
        path = self.path("secret_key")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        return path.read_text()

    def socket_folder(self) -> Path:
        """Return the state's folder, or a short private stand-in where its path cannot hold a socket."""
        if len(bytes(self.folder)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(self.folder)):
            return self.folder
        digest = hashlib.sha256(bytes(self.folder)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"helianthus-{os.geteuid()}-{digest}"
        short.mkdir(mode=0o700, exist_ok=True)
        # Somebody else may have made it first, in order to listen in.
        facts = short.lstat()
        if facts.st_uid != os.geteuid() or facts.st_mode & 0o077 or short.is_symlink():
            raise EmbeddedError(f"{short} is not a private folder of yours. Remove it and try again.")
        return short
