"""Where allauth asks us: names, mail, whom to believe."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from requests import RequestException, Response, Session

from backend.accounts.models import User
from backend.accounts.selectors import address_is_taken
from backend.accounts.services import language_remember
from backend.common.encryption import fernet
from backend.observability.selectors import switch_is_on
from backend.observability.switches import SIGN_UP

PURPOSE = "second factors"
LONGEST_NEXT = 1_000
"""Characters of the address, with its answers, that a mail may carry."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts whose addresses nobody can guess from our answers."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | dict.fromkeys(
        ("email_password_mismatch", "username_password_mismatch"),
        _(
            "The name or address and the password are not correct together."
            " If you have just signed up, first follow the link in our mail."
        ),
    )

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return switch_is_on(SIGN_UP)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        language_remember(user=user, language=get_language() or "")

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Refuse what looks like an address: names are public, addresses are not."""
        if "@" in username:
            raise ValidationError(_("Everybody sees this name: choose one without @."))
        name: str = super().clean_username(username, shallow)
        return name

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        """Ask to confirm an address; where it is another account's already, tell its owner, and only them, so."""
        address: EmailAddress = emailconfirmation.email_address
        if address_is_taken(address=address):
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC) -> str:
        """Lead from the mail to where the person was: what a visitor judged is kept, in any browser."""
        url: str = super().get_email_confirmation_url(request, emailconfirmation)
        return _with_next(url, get_next_redirect_url(request))

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Lead to the account, or to log in."""
        if self.request.user.is_authenticated:
            return reverse("account")
        return reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")


def _with_next(url: str, target: str | None) -> str:
    return f"{url}?{urlencode({'next': target})}" if target and len(target) <= LONGEST_NEXT else url


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of another site."""

    def get_requests_session(self) -> Session:
        session: Session = super().get_requests_session()
        session.request = _answered(session.request)  # type: ignore[method-assign]
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Believe that an address is verified only a provider that we trust, and only if it says so."""
        trusted = sociallogin.provider.app.settings.get("trusts_email") is True
        for address in sociallogin.email_addresses:
            # Some providers write the word instead of the truth value; any other text counts as no.
            address.verified = trusted and str(address.verified).lower() == "true"


def _answered(request: Callable[..., Response]) -> Callable[..., Response]:
    """Lead to the page that says so, where a provider is silent or talks nonsense."""

    @wraps(request)
    def asked(method: str, *args: Any, **kwargs: Any) -> Response:
        try:
            response = request(method, *args, **kwargs)
            response.raise_for_status()
            if method.upper() == "GET":
                response.json()
        except RequestException as error:
            raise ImmediateHttpResponse(redirect("socialaccount_login_error")) from error
        return response

    return asked


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are unreadable in a copy of the database."""

    def encrypt(self, text: str) -> str:
        return fernet(PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return fernet(PURPOSE).decrypt(encrypted_text.encode()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        site: dict[str, Any] = super().get_public_key_credential_rp_entity()
        return site | {"name": settings.SITE_NAME}
