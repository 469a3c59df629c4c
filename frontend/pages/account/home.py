"""The contributor's account: what there is to see and to change."""

from dataclasses import dataclass

from allauth.socialaccount.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.selectors import contributor_of
from backend.participation.vouches.services import standing_of
from frontend.pages.http import PageRequest, page


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the account: the name of its route, and words."""

    route: str
    title: str | Promise
    summary: str | Promise

    @property
    def url(self) -> str:
        return reverse(self.route)


PLACES = (
    Place("account_email", _("E-mail address"), _("Where we write to you, and what you log in with.")),
    Place("account_change_password", _("Password"), _("Changing it logs you out everywhere else.")),
    Place("mfa_index", _("Two steps"), _("A code or a key besides the password; recovery codes.")),
    Place("mfa_list_webauthn", _("Passkeys"), _("Log in with your device or a key, without a password.")),
    Place("usersessions_list", _("Where you are logged in"), _("Devices and browsers; log out the others.")),
    Place("tokens", _("Tokens"), _("Let programs of yours compare, read and manage in your name.")),
    Place("yours", _("Your data"), _("Take everything away, or delete your account.")),
)
"""What everybody's account has, in this order."""

CONNECTIONS = Place("socialaccount_connections", _("Other sites"), _("Accounts elsewhere that log you in here."))


@page("GET", "HEAD")
@login_required
def home(request: PageRequest) -> HttpResponse:
    has_providers = bool(get_adapter().list_providers(request))
    contributor = contributor_of(user=request.user)
    context = {
        "places": [*PLACES, *[CONNECTIONS] * has_providers],
        "standing": standing_of(contributor=contributor) if contributor else None,
    }
    return render(request, "account/home.html", context)
