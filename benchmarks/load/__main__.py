"""``python -m benchmarks.load [--people N] [--seconds N] [--judgments N] [--think SECONDS]``."""

import argparse
import sys
from collections import Counter

from benchmarks import platform
from benchmarks.timing import surroundings

platform.begin("benchmarks.load")

from backend.polls.models import Poll  # noqa: E402
from benchmarks.load.crowd import crowd_write, poll_make  # noqa: E402
from benchmarks.load.storm import Storm, different, said_in_database, said_in_snapshot, settle, storm  # noqa: E402
from benchmarks.report import markdown  # noqa: E402


def main() -> None:
    """Let people compare, print how soon they were answered, and fail where anything failed or is lost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load", description=sys.modules["benchmarks.load"].__doc__
    )
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--judgments", type=int, default=100_000, help="of others, in the same poll")
    parser.add_argument("--think", type=float, default=10.0, help="mean seconds between an answer and the next click")
    given = parser.parse_args()
    with platform.own_database() as folder:
        poll = poll_make(given.judgments)
        crowd_write(folder / "crowd", poll=poll, size=given.people)
        port = platform.free_port()
        with platform.processes(folder, {}, port=port):
            found = storm(folder, poll=poll, port=port, people=given.people, seconds=given.seconds, think=given.think)
            load = surroundings()
            settle(poll)
        print(
            f"{given.people} people, {given.think:g} s between clicks, {given.judgments:,} judgments of others, {load}"
        )
        sys.exit(_told(found, poll))


def _told(found: Storm, poll: Poll) -> int:
    """Print what happened; return the status to end with."""
    rows = [["", "requests", "failed", "median (ms)", "95 % (ms)", "99 % (ms)"]]
    for name, answer in sorted(found.answers.items()):
        times = [f"{figure:.0f}" for figure in answer["milliseconds"]]
        rows.append([name, f"{answer['count']:,}", str(answer["failures"]), *times])
    print(markdown(rows))
    ended = Counter(run.status for run in found.runs)
    stored = said_in_database(poll)
    lost = different(found.certain(found.believed), found.certain(stored))
    unread = different(found.certain(stored), found.certain(said_in_snapshot(poll)))
    print(f"{found.count / found.seconds:.1f} requests a second; runs meanwhile: {dict(ended)}")
    print(f"judgments stored: {len(stored):,}, {len(lost)} other than said, {len(unread)} other in the last snapshot")
    for line in [*found.errors, *lost, *unread][:20]:
        print(line)
    return bool(found.errors or lost or unread)


main()
