"""allauth's forms, in our words and without what they would give away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.socialaccount import forms as social_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.selectors import user_of_address

UNREADABLE = _("This passkey could not be read. Try again.")


class UnguessableSignup:
    """Signs everybody up alike.

    An address may be given by many, and becomes the account's of who verifies it first. A form that refused an address,
    or made no account for one that is taken, would tell that it is: by its answer, its delay, or by the username that
    is then still free. The mail alone tells, to whom the address belongs.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = self.fields  # type: ignore[attr-defined]
        fields["username"].help_text = _("Everybody sees this name beside what you publish.")
        fields["email"].label = _("E-mail address")
        fields["email"].help_text = _("Nobody sees it. We send a link there.")

    def validate_unique_email(self, value: str) -> str:
        return value


class SignupForm(UnguessableSignup, account_forms.SignupForm):  # type: ignore[misc]
    """Signs up with a password."""


class SocialSignupForm(UnguessableSignup, social_forms.SignupForm):  # type: ignore[misc]
    """Signs up with an account at another site."""


class ResetPasswordForm(account_forms.ResetPasswordForm):  # type: ignore[misc]
    """Sends one mail, whether the address is known or not."""

    def clean_email(self) -> str:
        email: str = super().clean_email()
        owner = user_of_address(email=email)
        # Of several that gave an address which nobody verified, the newest may set a password.
        newest: list[Any] = sorted(self.users, key=lambda user: user.pk)[-1:]
        self.users: list[Any] = newest if owner is None else [owner] * owner.is_active
        return email


class CredentialField(forms.JSONField):
    """What a browser says of a passkey, as an object that the database can hold."""

    LONGEST = 20_000

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and (len(value) > self.LONGEST or "\\u0000" in value):
            raise ValidationError(UNREADABLE)
        try:
            credential = super().to_python(value)
        except RecursionError:
            credential = None
        if not isinstance(credential, dict):
            raise ValidationError(UNREADABLE)
        return credential


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]
    """Adds a passkey; by default one that logs in alone."""

    name = forms.CharField(label=_("Name, to tell it from others"), required=False, max_length=100)
    credential = CredentialField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        passwordless = self.fields["passwordless"]
        passwordless.label = _("Log in with it alone, without a password")
        passwordless.help_text = ""
        passwordless.initial = True

    def clean(self) -> dict[str, Any]:
        with readable():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class ReadablePasskey(forms.Form):
    """Answers a passkey that cannot be read, whatever it is, as a wrong one."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Authenticator:
        with readable():
            authenticator: Authenticator = super().clean_credential()  # type: ignore[misc]
        return authenticator


class AuthenticatePasskeyForm(ReadablePasskey, webauthn_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """Proves a passkey after the password."""


class LoginPasskeyForm(ReadablePasskey, webauthn_forms.LoginWebAuthnForm):  # type: ignore[misc]
    """Logs in with a passkey alone."""


class ReauthenticatePasskeyForm(ReadablePasskey, webauthn_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """Proves once more who is there."""


@contextmanager
def readable() -> Iterator[None]:
    """Turn what parsers raise at malformed input into an error of the form."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValidationError(UNREADABLE) from error
