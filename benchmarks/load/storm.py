"""The load itself: contributors against the running platform; then what they believe beside what is stored."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.comparisons.models import Comparison, Judgment
from backend.pipeline.models import Run, Snapshot
from backend.polls.models import News, Poll
from backend.scores.selectors import score_set_published
from benchmarks import platform
from solidago.io import snapshot as snapshot_io

SCRIPT = Path(__file__).with_name("contributors.py")
RAMP = 10
"""Seconds in which people arrive."""
GRACE = 40
"""Seconds for what is under way at the end."""
SETTLED_SECONDS = 90.0
Said = dict[tuple[str, str, str, str], float]
"""Values from -10 to 10 by contributor, left and right item, the smaller uid first, and criterion."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What happened: how the platform answered, what the contributors believe is stored, and the runs meanwhile."""

    answers: dict[str, dict[str, Any]]
    errors: list[str]
    believed: Said
    uncertain: set[tuple[str, str, str]]
    seconds: float
    runs: list[Run]

    def certain(self, said: Said) -> Said:
        """Leave out the pairs whose answers did not come before the end: nobody knows what is stored of them."""
        return {key: value for key, value in said.items() if key[:3] not in self.uncertain}

    @property
    def count(self) -> int:
        """Requests in all."""
        return sum(answer["count"] for answer in self.answers.values())


def storm(folder: Path, *, poll: Poll, port: int, people: int, seconds: int, think: float) -> Storm:
    """Let the people of ``folder / "crowd"`` compare for so long."""
    last = Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    env = os.environ | {"CROWD": str(folder / "crowd"), "OUTCOME": str(folder / "outcome"), "THINK": str(think)}
    command = [
        *(sys.executable, "-m", "locust", "-f", str(SCRIPT), "--headless", "--only-summary", "--loglevel", "WARNING"),
        *("--host", f"http://{platform.HOST}:{port}", "-u", str(people), "-r", str(max(1, people // RAMP))),
        *("-t", str(seconds), "--stop-timeout", str(GRACE), "--exit-code-on-error", "0"),
    ]
    with (folder / "locust.log").open("wb") as log:
        subprocess.run(command, env=env, stdout=log, stderr=log, check=True, timeout=seconds + 2 * GRACE + 30)
    outcome = json.loads((folder / "outcome").read_text())
    runs = list(Run.objects.filter(poll=poll, pk__gt=last).order_by("pk"))
    uncertain = {(name, *pair) for name, person in outcome["people"].items() for pair in person["uncertain"]}
    return Storm(outcome["answers"], outcome["errors"], _believed(outcome["people"]), uncertain, float(seconds), runs)


def _believed(people: dict[str, Any]) -> Said:
    return {
        (name, left, right, criterion): value
        for name, person in people.items()
        for left, right, values in person["stored"]
        for criterion, value in values.items()
    }


def settle(poll: Poll) -> None:
    """Wait until a run has published all that was said.

    Raises
    ------
    TimeoutError
    """
    deadline = time.monotonic() + SETTLED_SECONDS
    while News.objects.filter(poll=poll).exists() or Run.objects.filter(poll=poll, status__in=Run.ACTIVE).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"News of {poll.slug} still wait after {SETTLED_SECONDS:.0f} seconds.")
        time.sleep(0.2)


# ---------------------------------------------------------------- what is stored
def said_in_database(poll: Poll) -> Said:
    """Return what is stored of the accounts."""
    rows = Judgment.objects.filter(comparison__poll=poll, comparison__contributor__user__isnull=False).values_list(
        "comparison__contributor__name", "comparison__left__uid", "comparison__right__uid", "criterion__name", "value"
    )
    return dict(_oriented(*row) for row in rows)


def said_in_snapshot(poll: Poll) -> Said:
    """Return what the published scores were made from, of the accounts."""
    shown = score_set_published(poll=poll)
    stored = Snapshot.objects.get(poll=poll, digest=shown.snapshot_digest if shown else "")
    dataset = snapshot_io.loads(bytes(stored.content))
    people = Comparison.objects.filter(poll=poll, contributor__user__isnull=False)
    names = {str(pk): name for pk, name in people.values_list("contributor_id", "contributor__name").distinct()}
    uids = {str(pk): uid for pk, uid in poll.entities.values_list("pk", "uid")}
    return dict(
        _oriented(names[user], uids[dataset.entities[left]], uids[dataset.entities[right]], criterion, 10.0 * value)
        for criterion, rows in dataset.judgments.items()
        for user, left, right, value in zip(
            dataset.users[rows.user].tolist(), rows.left.tolist(), rows.right.tolist(), rows.value.tolist(), strict=True
        )
        if user in names
    )


def _oriented(
    name: str, left: str, right: str, criterion: str, value: float
) -> tuple[tuple[str, str, str, str], float]:
    pair, sign = ((left, right), 1) if left < right else ((right, left), -1)
    return (name, *pair, criterion), sign * value + 0.0


def different(first: Said, second: Said) -> list[str]:
    """Return in words what two do not have in common."""
    keys = sorted({*first, *second})
    pairs = ((key, first.get(key), second.get(key)) for key in keys)
    return [f"{key}: {one} and {two}" for key, one, two in pairs if not _close(one, two)]


def _close(one: float | None, two: float | None) -> bool:
    return one is not None and two is not None and abs(one - two) < 1e-9
