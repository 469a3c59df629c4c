"""``manage.py recompute``: compute and publish the scores of polls now."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.common.errors import ApplicationError, RunAlreadyActive
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_enqueue, run_execute
from backend.polls.models import Poll

LOOK_EVERY = 0.2
"""Seconds between two looks at a run that is followed."""
BAR = 24
"""Characters of the progress bar."""


class Command(BaseCommand):
    """Snapshot, scores, publication: in this process, or by a worker with --follow or --queue."""

    help = "Compute and publish the scores of a poll, or of all polls."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--poll", metavar="SLUG", help="only this poll")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--follow", action="store_true", help="let a worker do it and show its progress")
        where.add_argument("--queue", action="store_true", help="let workers do it, all polls at once, and end here")
        parser.add_argument("--dry-run", action="store_true", help="publish nothing; tell what would change")
        parser.add_argument(
            "--set",
            metavar="NAME=VALUE",
            action="append",
            default=[],
            help="a constant of these runs alone, such as preset=jury or sigma=4; as often as you like",
        )

    def handle(self, *, poll: str | None, follow: bool, queue: bool, **options: Any) -> None:
        asked = {"config": _parsed(options["set"]), "is_dry_run": options["dry_run"]}
        runs = [
            self._run(found, asked, follow=follow, queue=queue) for found in _polls(poll, with_held=options["dry_run"])
        ]
        if any(run.status != Run.Status.SUCCEEDED for run in runs) and not queue:
            raise CommandError("Not every run succeeded; published scores of the others are as they were.")

    def _run(self, poll: Poll, asked: Mapping[str, Any], *, follow: bool, queue: bool) -> Run:
        run = self._created(poll, asked, may_be_active=follow or queue)
        if queue:
            run_enqueue(run=run)
            self.stdout.write(f"{poll.slug}: run {run.pk} is {run.get_status_display().lower()}.")
            return run
        if follow:
            run_enqueue(run=run)
            run = self._followed(run)
        else:
            run = run_execute(run_id=run.pk)
        self._say_result(poll, run)
        return run

    def _created(self, poll: Poll, asked: Mapping[str, Any], *, may_be_active: bool) -> Run:
        try:
            return run_create(poll=poll, trigger=Run.Trigger.COMMAND, **asked)
        except RunAlreadyActive as error:
            if not may_be_active or asked["config"] or asked["is_dry_run"]:
                raise CommandError(f"{poll.slug}: {error}") from error
            return Run.objects.filter(poll=poll).latest("pk")
        except ApplicationError as error:
            raise CommandError(f"{poll.slug}: {error}") from error

    def _followed(self, run: Run) -> Run:
        shown = ""
        while run.status in Run.ACTIVE:
            line = _line(run)
            if line != shown:
                self._show(line)
                shown = line
            time.sleep(LOOK_EVERY)
            run.refresh_from_db()
        self._show("")
        return run

    def _show(self, line: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\x1b[K{line}", ending="")
            self.stdout.flush()
        elif line:
            self.stdout.write(line)

    def _say_result(self, poll: Poll, run: Run) -> None:
        if run.status != Run.Status.SUCCEEDED:
            self.stderr.write(f"{poll.slug}: run {run.pk} {run.get_status_display().lower()}. {run.error}")
            return
        counts = "{judgments} judgments of {contributors} contributors on {entities} items".format(**run.report)
        seconds, done = (
            sum(run.seconds.values()),
            "computed, not published," if run.is_dry_run else "computed and published",
        )
        self.stdout.write(f"{poll.slug}: {counts} {done} in {seconds:.1f} s (run {run.pk}).")
        for criterion, effect in run.report.get("effect", {}).get("criteria", {}).items():
            self.stdout.write(_effect(criterion, effect))


def _parsed(settings: list[str]) -> dict[str, object]:
    """Read constants: numbers as numbers, everything else as text."""
    parsed: dict[str, object] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise CommandError(f"--set takes NAME=VALUE, not {setting!r}.")
        try:
            parsed[name] = json.loads(value)
        except ValueError:
            parsed[name] = value
    return parsed


def _polls(slug: str | None, *, with_held: bool) -> list[Poll]:
    """Return one poll, or all; of these, polls whose scores are held wait until somebody goes forward."""
    every = Poll.objects.all() if with_held else Poll.objects.filter(hold=None)
    polls = list(Poll.objects.filter(slug=slug) if slug else every)
    if slug and not polls:
        known = ", ".join(Poll.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no poll {slug!r}. Polls: {known}.")
    return polls


def _line(run: Run) -> str:
    if run.status == Run.Status.QUEUED:
        return "waiting for a worker"
    filled = BAR * run.done // run.total if run.total else 0
    return f"{run.step:<16} [{'#' * filled}{'.' * (BAR - filled)}]" if run.step else "starting"


def _effect(criterion: str, effect: Mapping[str, Any]) -> str:
    if effect["median"] is None:
        return f"  {criterion}: {effect['come']} items would get a first score."
    moves = "{moved} of {compared} scores would move, usually by {median:.2f} points, at most by {largest:.2f}"
    return f"  {criterion}: {moves.format(**effect)}; {effect['come']} would come and {effect['go']} go."
