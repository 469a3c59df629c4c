"""What is stored about the reader: to take away, or to delete together with the account."""

from functools import partial
from typing import IO

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.ratelimit import respond_429
from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import User
from backend.common.downloads import ZIP, zip_response
from backend.common.errors import LastSuperuser
from backend.common.limits import is_over_limit
from backend.participation.own_data.deletion import account_delete
from backend.participation.own_data.export import personal_export_write
from backend.participation.own_data.files import FILES
from frontend.pages.http import PageRequest, account, download, page

UNPROCESSABLE = 422


class DeleteForm(forms.Form):
    """The account's name, typed: nobody deletes an account by a slip."""

    name = forms.CharField(
        label=gettext_lazy("Type your name to confirm"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: object, user: User, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.user = user

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.user.username:
            raise ValidationError(_("Your name here is “%(name)s”.") % {"name": self.user.username})
        return name


@page("GET", "HEAD")
@login_required
def yours(request: PageRequest) -> HttpResponse:
    return render(request, "yours/home.html", {"files": FILES})


@download
@login_required
def yours_export(request: PageRequest) -> HttpResponseBase:
    user = account(request)
    if request.method == "HEAD":
        return HttpResponse(content_type=ZIP)
    if is_over_limit(request, scope="exports"):
        refused: HttpResponseBase = respond_429(request)
        return refused
    return zip_response(f"{user.username}.zip", partial(_write, user))


def _write(user: User, sink: IO[bytes]) -> None:
    personal_export_write(user=user, sink=sink)


@page("GET", "HEAD", "POST")
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
def yours_delete(request: PageRequest) -> HttpResponse:
    user = account(request)
    form = DeleteForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        try:
            return _deleted(request, user)
        except LastSuperuser as error:
            form.add_error(None, error.message)
    context = {"form": form, "polls": user.polls.count()}
    return render(request, "yours/delete.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _deleted(request: PageRequest, user: User) -> HttpResponse:
    name, address = user.username, user.email
    account_delete(user=user)
    request.session.flush()
    request.user = AnonymousUser()
    _say_goodbye(request, name, address)
    return redirect("goodbye")


def _say_goodbye(request: PageRequest, name: str, address: str) -> None:
    """Confirm by mail."""
    if address:
        get_adapter(request).send_mail("yours/email/account_deleted", address, {"name": name})


@page("GET", "HEAD")
def goodbye(request: PageRequest) -> HttpResponse:
    return render(request, "yours/goodbye.html")
