"""``manage.py encrypt_second_factors``: after a change of SECRET_KEY, so that the former one can go."""

from django.core.management.base import BaseCommand, CommandError

from backend.accounts.second_factors import second_factors_encrypt_anew


class Command(BaseCommand):
    """Can be repeated; people may log in meanwhile."""

    help = "Encrypt authenticator apps and recovery codes with the present SECRET_KEY, so that former ones can go."

    def handle(self, **_: object) -> None:
        count, unread = second_factors_encrypt_anew()
        if unread:
            raise CommandError(
                f"{unread} of {count} second factors were encrypted with a key that is neither SECRET_KEY nor among"
                " SECRET_KEY_FALLBACKS. They are as they were."
            )
        self.stdout.write(f"All {count} second factors are encrypted with the present SECRET_KEY.")
