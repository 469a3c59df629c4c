"""``manage.py recompute``: compute and publish the scores of polls now."""

import time
from argparse import ArgumentParser

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
    """Snapshot, scores, publication: in this process, or by a worker with --follow."""

    help = "Compute and publish the scores of a poll, or of all polls."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--poll", metavar="SLUG", help="only this poll")
        parser.add_argument("--follow", action="store_true", help="let a worker do it and show its progress")

    def handle(self, *, poll: str | None, follow: bool, **_: object) -> None:
        runs = [self._run(found, follow=follow) for found in _polls(poll)]
        if any(run.status != Run.Status.SUCCEEDED for run in runs):
            raise CommandError("Not every run succeeded; published scores of the others are as they were.")

    def _run(self, poll: Poll, *, follow: bool) -> Run:
        try:
            run = run_create(poll=poll, trigger=Run.Trigger.COMMAND)
        except RunAlreadyActive as error:
            if not follow:
                raise CommandError(f"{poll.slug}: {error}") from error
            run = Run.objects.filter(poll=poll).latest("pk")
        except ApplicationError as error:
            raise CommandError(f"{poll.slug}: {error}") from error
        if follow:
            run_enqueue(run=run)
            run = self._followed(run)
        else:
            run = run_execute(run_id=run.pk)
        self._say_result(poll, run)
        return run

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
        seconds = sum(run.seconds.values())
        self.stdout.write(f"{poll.slug}: {counts} computed and published in {seconds:.1f} s (run {run.pk}).")


def _polls(slug: str | None) -> list[Poll]:
    polls = list(Poll.objects.filter(slug=slug) if slug else Poll.objects.all())
    if slug and not polls:
        known = ", ".join(Poll.objects.values_list("slug", flat=True)) or "none"
        raise CommandError(f"There is no poll {slug!r}. Polls: {known}.")
    return polls


def _line(run: Run) -> str:
    if run.status == Run.Status.QUEUED:
        return "waiting for a worker"
    filled = BAR * run.done // run.total if run.total else 0
    return f"{run.step:<16} [{'#' * filled}{'.' * (BAR - filled)}]" if run.step else "starting"
