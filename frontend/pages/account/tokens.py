"""Personal tokens: what programs log in with. Made, seen once, listed, revoked."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import PersonalToken, User
from backend.accounts.tokens.selectors import token_get, token_list
from backend.accounts.tokens.services import MOST, token_create, token_revoke
from backend.common.api.scopes import Scope
from backend.common.errors import TooManyTokens
from frontend.pages.http import PageRequest, account, page

UNPROCESSABLE = 422
TERMS = ((30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("a year")))


class TokenForm(forms.Form):
    """What a token is called, what it may do, and for how long."""

    name = forms.CharField(
        label=gettext_lazy("Name, to tell it from others"),
        help_text=gettext_lazy("For example the program or the computer that will use it."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what it may do.")},
    )
    days = forms.TypedChoiceField(label=gettext_lazy("It works for"), choices=TERMS, coerce=int, initial=90)


@page("GET", "HEAD")
@login_required
def tokens(request: PageRequest) -> HttpResponse:
    context = {"tokens": [_row(token) for token in token_list(user=account(request))], "most": MOST}
    return render(request, "tokens/home.html", context)


def _row(token: PersonalToken) -> dict[str, Any]:
    return {
        "token": token,
        "scopes": [Scope(scope).label for scope in token.scopes],
        "has_expired": token.expires_at <= timezone.now(),
    }


@page("GET", "HEAD", "POST")
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def token_new(request: PageRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return _made(request, account(request), form.cleaned_data)
        except TooManyTokens as error:
            form.add_error(None, error.message)
    return render(request, "tokens/new.html", {"form": form}, status=UNPROCESSABLE if form.is_bound else 200)


def _made(request: PageRequest, user: User, asked: dict[str, Any]) -> HttpResponse:
    """Show the token in the answer itself: nowhere else is it ever, not even until the next page."""
    token, text = token_create(user=user, name=asked["name"], scopes=asked["scopes"], days=asked["days"])
    get_adapter(request).send_notification_mail("tokens/email/token_made", user, {"name": token.name})
    example = request.build_absolute_uri(reverse("api:token_list"))
    return render(request, "tokens/made.html", {"token": token, "text": text, "example": example}, status=201)


@page("GET", "HEAD", "POST")
@login_required
def token_end(request: PageRequest, token_id: int) -> HttpResponse:
    token = token_get(user=account(request), token_id=token_id)
    if request.method != "POST":
        return render(request, "tokens/revoke.html", {"token": token})
    token_revoke(token=token)
    messages.success(request, _("“%(name)s” is revoked: it works no longer.") % {"name": token.name})
    return redirect("tokens")
