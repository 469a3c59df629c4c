"""``manage.py sendtestemail ADDRESS``: try the mail server now; Django's own command would leave it to a worker."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Send a mail to try EMAIL_URL: at once, from this process, so that whatever is wrong is said here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="+", help="to whom")

    def handle(self, *, address: list[str], **options: Any) -> None:
        subject, body = f"{settings.SITE_NAME}: a test", f"Mail leaves {settings.SITE_URL} as it should.\n"
        try:
            EmailMessage(subject, body, to=address, connection=get_connection(settings.EMAIL_DELIVERY_BACKEND)).send()
        except OSError as error:
            raise CommandError(f"The mail server did not take it: {error}. Look at EMAIL_URL.") from error
        self.stdout.write("The mail server took it.")
