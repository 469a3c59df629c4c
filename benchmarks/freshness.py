"""How long it takes from a judgment that is saved to collective scores that know of it, by HTTP, with all processes.

``python -m benchmarks.freshness [--judgments N] [--repeats N]``
"""

import argparse
import json
import random
import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from benchmarks import platform
from benchmarks.timing import surroundings, told

platform.begin("benchmarks.freshness")

from django.core.management import call_command  # noqa: E402

from backend.accounts.models import Contributor  # noqa: E402
from backend.pipeline.execution import STEPS  # noqa: E402
from backend.pipeline.models import Run  # noqa: E402
from backend.polls.models import Poll  # noqa: E402
from benchmarks.load.crowd import crowd_write, poll_make  # noqa: E402

SLOWEST = 30.0
LONGEST_PAUSE = 5.0
"""Seconds between two judgments, at random, so that beat finds them at any time of its period."""
GLANCE = 0.1


@dataclass(frozen=True, slots=True)
class Way:
    """Seconds of a judgment's way: to the answer, the start of a run, a worker, the end of it, the sight of scores."""

    answered: float
    triggered: float
    taken: float
    computed: float
    seen: float
    whole: float
    run: int


class Client:
    """Somebody who is logged in, and speaks with the API."""

    def __init__(self, address: str, member: dict[str, str]) -> None:
        cookies = f"sessionid={member['session']}; csrftoken={member['secret']}"
        self._headers = {"Cookie": cookies, "X-CSRFToken": member["secret"], "Content-Type": "application/json"}
        self._address = address

    def get(self, path: str) -> Any:
        return self._ask(Request(self._address + path, headers=self._headers))

    def post(self, path: str, body: object) -> Any:
        return self._ask(Request(self._address + path, json.dumps(body).encode(), self._headers))

    def _ask(self, request: Request) -> Any:
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)


def main() -> None:
    """Judge again and again, and print where the time goes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.freshness", description=__doc__.splitlines()[0])
    parser.add_argument("--judgments", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=8)
    given = parser.parse_args()
    with platform.own_database() as folder:
        poll = poll_make(given.judgments)
        crowd_write(folder / "crowd", poll=poll, size=1)
        Contributor.objects.exclude(user=None).update(given_trust=1.0)  # whose voice is heard
        [member] = json.loads((folder / "crowd").read_text())["members"]
        port = platform.free_port()
        with platform.processes(folder, {}, port=port):
            call_command("recompute", poll=poll.slug, follow=True, verbosity=0)
            client = Client(f"http://{platform.HOST}:{port}/api/v1/polls/{poll.slug}", member)
            ways = [_follow(client, poll, random.Random(number)) for number in range(given.repeats)]
        _tell(ways, given.judgments)


def _follow(client: Client, poll: Poll, chance: random.Random) -> Way:
    """Judge a pair, and wait until the published scores of its items are others."""
    time.sleep(chance.uniform(0.0, LONGEST_PAUSE))
    [pair] = client.get("/suggestions/?count=1")["results"]
    left, right = pair["left"]["uid"], pair["right"]["uid"]
    before = _scores(client, left), _scores(client, right)
    criterion, begun = poll.criteria.all()[0].name, time.time()
    said = client.post("/comparisons/", {"left": left, "right": right, "judgments": {criterion: 7}})
    answered = time.time()
    if not said["changes"]:
        raise SystemExit("The answer does not show the own scores.")
    while (_scores(client, left), _scores(client, right)) == before:
        if time.time() - begun > 4 * SLOWEST:
            raise SystemExit(f"After {4 * SLOWEST:.0f} s the published scores are the same.")
        time.sleep(GLANCE)
    return _way(Run.objects.filter(poll=poll).latest("pk"), begun, answered, time.time())


def _scores(client: Client, uid: str) -> Any:
    return client.get(f"/entities/{uid}/")["scores"]


def _way(run: Run, begun: float, answered: float, seen: float) -> Way:
    if run.started_at is None or run.finished_at is None:
        raise SystemExit(f"{run} has published, but is not over.")
    created, started, ended = (moment.timestamp() for moment in (run.created_at, run.started_at, run.finished_at))
    return Way(
        answered=answered - begun,
        triggered=created - answered,
        taken=started - created,
        computed=ended - started,
        seen=seen - ended,
        whole=seen - begun,
        run=run.pk,
    )


def _tell(ways: list[Way], judgments: int) -> None:
    print(f"{judgments:,} judgments, {surroundings()}")
    print(f"from the click to published scores that know of it: {told([w.whole for w in ways], digits=1)}", end="; ")
    print(f"wanted: {SLOWEST:.0f} s")
    parts = {
        "saved, with the own scores in the same answer": [way.answered for way in ways],
        "until beat starts a run": [way.triggered for way in ways],
        "until a worker takes it": [way.taken for way in ways],
        "the run": [way.computed for way in ways],
        "until the API tells": [way.seen for way in ways],
    }
    for name, values in parts.items():
        print(f"  {name}: {told(values)}")
    # Read now: the publication's own time is noted after it.
    steps = Run.objects.filter(pk__in=[way.run for way in ways]).values_list("seconds", flat=True)
    for step in STEPS:
        print(f"    {step}: {median(found.get(step, 0.0) for found in steps):.2f} s")


if __name__ == "__main__":
    main()
