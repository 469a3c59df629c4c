"""Somebody who reads published scores over and over, in a process of their own, and notes how long each answer took."""

import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import platform

platform.begin("benchmarks.readers")

from django.db import connection  # noqa: E402

from backend.accounts.models import Contributor  # noqa: E402
from backend.entities.models import Entity  # noqa: E402
from backend.polls.models import Poll  # noqa: E402
from backend.scores.selectors import own_scalings, ranking, score_distribution, score_set_published  # noqa: E402

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


class Readers:
    """What a reading process noted: when each read began, how long it took, and how many sessions waited for a lock."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def between(self, begun: float, ended: float) -> tuple[list[float], int]:
        """Return the seconds of the reads that were under way in a span of time, and the most that waited at once."""
        rows = [json.loads(line) for line in self._log.read_text().splitlines(keepends=True) if line.endswith("\n")]
        meant = [(took, waited) for at, took, waited in rows if at + took > begun and at < ended]
        return [took for took, _ in meant], max((waited for _, waited in meant), default=0)


@contextmanager
def reading(folder: Path, poll: Poll) -> Iterator[Readers]:
    """Read until the block ends."""
    log = folder / "reads"
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.readers", str(poll.pk), str(log)])
    try:
        while not log.exists():
            if process.poll() is not None:
                raise SystemExit("The reading process ended.")
            time.sleep(0.05)
        yield Readers(log)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Read for ever."""
    poll, log = Poll.objects.get(pk=sys.argv[1]), Path(sys.argv[2])
    reads = itertools.cycle(_reads(poll))
    for read in itertools.islice(reads, 12):  # caches fill before the first note
        read()
    with log.open("w", buffering=1) as notes:
        for read in reads:
            at, begun = time.time(), time.perf_counter()
            read()
            took = time.perf_counter() - begun
            notes.write(json.dumps([at, took, _waiting()]) + "\n")


def _reads(poll: Poll) -> list[Callable[[], object]]:
    """Return what pages ask: the best items, how an item's scores spread, how somebody's scores are scaled."""
    criterion, person = poll.criteria.first(), Contributor.objects.order_by("pk")[7]
    item = Entity.objects.filter(poll=poll).order_by("pk")[7]
    if criterion is None:
        raise SystemExit("This poll has no criterion.")
    return [
        lambda: list(ranking(poll=poll, criterion=criterion)[:20]),
        lambda: score_distribution(entity=item, criterion=criterion),
        lambda: own_scalings(contributor=person, poll=poll),
        lambda: score_set_published(poll=poll),
    ]


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        [count] = cursor.fetchone()
    return int(count)


if __name__ == "__main__":
    main()
