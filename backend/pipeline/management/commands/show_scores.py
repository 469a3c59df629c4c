"""``manage.py show_scores``: which scores a poll shows; back to those of an earlier run, and forward again."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from backend.accounts.models import User
from backend.common.errors import ApplicationError
from backend.pipeline.rollback.selectors import Shown, shown_of
from backend.pipeline.rollback.services import scores_go_forward, scores_turn_back
from backend.polls.models import Poll


class Command(BaseCommand):
    """Without --run and --forward it changes nothing."""

    help = "Tell which scores a poll shows; go back to those of an earlier run and hold them, or forward again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("poll", metavar="SLUG")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--run", type=int, metavar="NUMBER", help="go back to this run's scores; needs --reason")
        where.add_argument("--forward", action="store_true", help="go forward to the newest scores")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why; everybody can read it")
        parser.add_argument("--by", metavar="USERNAME", help="who decided it, for those who manage the poll")

    def handle(self, *, poll: str, run: int | None, forward: bool, reason: str, by: str | None, **_: object) -> None:
        found, user = _poll(poll), _user(by)
        try:
            if run is not None:
                scores_turn_back(poll=found, run_id=run, reason=reason, user=user)
            elif forward:
                scores_go_forward(poll=found, user=user)
        except ApplicationError as error:
            raise CommandError(f"{poll}: {error}") from error
        self._tell(shown_of(poll=found))

    def _tell(self, shown: Shown) -> None:
        if shown.run is None:
            self.stdout.write("No scores yet.")
            return
        self.stdout.write(f"Shown: run {shown.run.pk}, {'the newest scores' if shown.is_newest else 'earlier scores'}.")
        if shown.hold:
            self.stdout.write(f"Held since {shown.hold.since:%Y-%m-%d %H:%M} UTC: {shown.hold.reason}")
            self.stdout.write(f"News that wait: {shown.waiting}.")
        numbers = ", ".join(str(run.pk) for run in shown.choices) or "none"
        self.stdout.write(f"Runs whose scores can be shown instead: {numbers}.")


def _poll(slug: str) -> Poll:
    poll = Poll.objects.filter(slug=slug).first()
    if poll is None:
        raise CommandError(f"There is no poll {slug!r}.")
    return poll


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no account {username!r}.")
    return user
