"""To whom, and in which language."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef

from backend.accounts.models import User
from backend.accounts.selectors import user_of_address
from backend.pipeline.models import Run
from backend.polls.models import Poll
from backend.polls.selectors import poll_is_managed


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, and the language that its reader last chose here."""

    address: str
    language: str


def site_recipients() -> list[Recipient]:
    """Return those whom ALERT_EMAILS names; whoever has an account with the address reads their own language."""
    return [_of_address(address) for address in settings.ALERT_EMAILS]


def poll_recipients(*, poll: Poll, since: datetime) -> list[Recipient]:
    """Return whom to tell of a poll's runs, each once.

    The site's people, the poll's owner, and who started a run that failed since then, as long as they may see runs.
    """
    failed = Run.objects.filter(poll=poll, status=Run.Status.FAILED, finished_at__gte=since)
    started = Exists(failed.filter(started_by=OuterRef("pk")))
    people = User.objects.filter(started | Exists(Poll.objects.filter(pk=poll.pk, owner=OuterRef("pk"))))
    found = [_of_user(user) for user in people if poll_is_managed(poll=poll, user=user)]
    told = [*site_recipients(), *(recipient for recipient in found if recipient is not None)]
    return list({recipient.address: recipient for recipient in told}.values())


def _of_address(address: str) -> Recipient:
    user = user_of_address(email=address)
    return Recipient(address.lower(), _language(user))


def _of_user(user: User) -> Recipient | None:
    """Return an account with an address that it has proved to be its own; to no other goes what only it may read."""
    own = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary").first()
    return Recipient(own.email.lower(), _language(user)) if own else None


def _language(user: User | None) -> str:
    known = dict(settings.LANGUAGES)
    return user.language if user is not None and user.language in known else settings.LANGUAGE_CODE
