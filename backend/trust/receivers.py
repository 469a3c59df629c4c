"""Who is pretrusted changes where nobody calls our services: in allauth's pages and in the admin."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import post_delete, post_save

from backend.accounts.models import EmailDomain
from backend.polls.services import news_add_everywhere


def connect() -> None:
    """Listen to e-mail addresses and domains; called once, when the app is ready."""
    for signal in (post_save, post_delete):
        signal.connect(email_address_changed, sender=EmailAddress)
        signal.connect(email_domain_changed, sender=EmailDomain)


def email_address_changed(instance: EmailAddress, *, created: bool = False, **_: Any) -> None:
    """Leave news when a verified address comes or goes; a new one that is not verified yet changes no trust."""
    if instance.verified or not created:
        news_add_everywhere()


def email_domain_changed(**_: Any) -> None:
    """Leave news when a domain becomes trusted or stops to be."""
    news_add_everywhere()
