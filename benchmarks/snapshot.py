"""How long a run takes to read its judgments from PostgreSQL, beside a bare COPY of the same rows; and its memory.

``python -m benchmarks.snapshot [--judgments N] [--repeats N]``
"""

import argparse
import json
import os
import subprocess
import sys
import time
from statistics import median
from uuid import uuid4

from benchmarks import platform
from benchmarks.timing import seconds, surroundings, told

platform.begin("benchmarks.snapshot")

from django.db import connection  # noqa: E402

from backend.pipeline.models import Snapshot  # noqa: E402
from backend.pipeline.snapshot import JUDGMENTS, PUBLIC, facts_read, snapshot_store  # noqa: E402
from backend.polls.models import Poll  # noqa: E402
from benchmarks.filling import fill  # noqa: E402
from solidago.engine import warm  # noqa: E402

SLOWEST, LARGEST = 5.0, 1024
"""Wanted of a million judgments: seconds and MB at most."""
TABLES = {"bench_judgments": JUDGMENTS, "bench_public": PUBLIC}


def main() -> None:
    """Fill a poll, read it again and again in a process like a worker's, and print medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.snapshot", description=__doc__.splitlines()[0])
    parser.add_argument("--judgments", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        read_often(given.child, given.repeats)
        return
    with platform.own_database():
        poll = fill(given.judgments)
        _copy_aside(poll)
        raw = [seconds(_copy_out) for _ in range(given.repeats)]
        taken, peak = _read_elsewhere(poll.pk, given.repeats)
        raw += [seconds(_copy_out) for _ in range(given.repeats)]
    both = [sum(pair) for pair in zip(taken["read"], taken["store"], strict=True)]
    print(f"{given.judgments:,} judgments, {surroundings()}")
    print(f"read and checked: {told(taken['read'])}")
    print(f"compressed and stored: {told(taken['store'])}")
    print(f"together: {told(both)}; wanted of a million: {SLOWEST:.0f} s")
    print(f"bare COPY of the same rows from unlogged tables: {told(raw)}")
    print(f"ratio of the medians: {median(both) / median(raw):.1f}")
    print(f"peak memory of the process, kernels loaded: {peak:.0f} MB; wanted of a million: {LARGEST} MB")


def _copy_aside(poll: Poll) -> None:
    """Make tables of the rows that a run reads, joined already."""
    with connection.cursor() as cursor:
        for name, query in TABLES.items():
            cursor.execute(f"CREATE UNLOGGED TABLE {name} AS {query}", [poll.pk])


def _copy_out() -> None:
    for name in TABLES:
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} TO STDOUT (FORMAT csv)") as copy:
            for _block in copy:
                pass


def _read_elsewhere(poll: int, repeats: int) -> tuple[dict[str, list[float]], float]:
    """Return seconds by part, and the peak memory in MB of a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.snapshot", "--child", str(poll), "--repeats", str(repeats)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    written = child.stdout.read() if child.stdout else ""
    _, status, usage = os.wait4(child.pid, 0)  # unlike Popen.wait, tells what the child used
    child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"The process that reads ended with status {child.returncode}.")
    taken: dict[str, list[float]] = json.loads(written)
    return taken, usage.ru_maxrss / 1024


def read_often(poll_id: int, repeats: int) -> None:
    """Do as a worker does; print seconds by part."""
    warm()
    poll = Poll.objects.get(pk=poll_id)
    taken: dict[str, list[float]] = {"read": [], "store": []}
    for _ in range(repeats):
        begun = time.perf_counter()
        facts = facts_read(poll=poll)
        read = time.perf_counter()
        snapshot_store(poll=poll, facts=facts, lease=uuid4())
        taken["read"].append(read - begun)
        taken["store"].append(time.perf_counter() - read)
        Snapshot.objects.all().delete()
        del facts  # a worker, too, has none of the run before
    print(json.dumps(taken))


if __name__ == "__main__":
    main()
