"""Both servers together: start what the environment does not name, or join who started them already."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from backend.common.embedded import postgres_server, redis_server
from backend.common.embedded.errors import EmbeddedError
from backend.common.embedded.processes import ProcessGroup
from backend.common.embedded.state import State

MODULES = {"DATABASE_URL": postgres_server, "REDIS_URL": redis_server}
JOIN_SECONDS = 60.0  # the owner may be creating its database


@dataclass(frozen=True)
class Servers:
    """The addresses to put into a command's environment."""

    urls: dict[str, str]
    group: ProcessGroup = field(default_factory=ProcessGroup)
    owner: int | None = None  # the process that runs the servers, where it is not this one


@contextmanager
def embedded_servers(state: State, *, durable: bool = True) -> Iterator[Servers]:
    """Provide PostgreSQL and Redis, except those that DATABASE_URL and REDIS_URL name already.

    They stop with the block, and with this process however it ends. Where another process runs the servers
    of this state, the block uses those, which stop with that process.
    """
    wanted = missing()
    if not wanted:
        yield Servers({})
    elif joined := lock_or_join(state, wanted):
        yield joined
    else:
        with own_servers(state, wanted, durable=durable) as owned:
            yield owned


def missing() -> list[str]:
    """Name the stores that the environment does not give."""
    return [name for name in MODULES if not os.environ.get(name)]


@contextmanager
def own_servers(state: State, wanted: list[str], *, durable: bool) -> Iterator[Servers]:
    """Run servers in a state that this process has locked, and unlock it in the end."""
    state.unpublish()  # what a killed owner left
    try:
        with ProcessGroup() as group:
            urls = {name: MODULES[name].start(state, group, durable=durable) for name in wanted}
            state.publish(urls)
            try:
                yield Servers(urls, group)
            finally:
                state.unpublish()  # before they stop: nobody may join servers on their way out
    finally:
        state.unlock()


def lock_or_join(state: State, wanted: list[str]) -> Servers | None:
    """Become the owner of the state (None), or find the servers that its owner runs."""
    deadline = time.monotonic() + JOIN_SECONDS
    while not state.lock():
        facts = state.published()
        urls = {name: facts[name] for name in wanted if name in facts}
        # A killed owner leaves its file behind, so the servers themselves must answer.
        if len(urls) == len(wanted) and all(MODULES[name].answers(url) for name, url in urls.items()):
            return Servers(urls, owner=int(facts["owner"]))
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"Another process holds {state.folder} but its servers do not answer. "
                "Wait for it to end, or choose another folder with --state."
            )
        time.sleep(0.1)
    return None
