"""Admin pages of accounts' parts: addresses, second steps, sessions, other sites. Those of people are in participation.

Whoever may change accounts could make themselves superuser, or take over a colleague's account by its address, its
second step or its session. So the accounts of the staff are changed by superusers alone, here and on the page of users.
"""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import EmailDomain, PersonalToken, User
from backend.accounts.services import email_address_verify, email_domain_set_trusted, session_end
from backend.common.admin import ModelAdmin, SuperusersOnly, confirmed
from backend.common.audit import Change, number_of, staff_log

M = TypeVar("M", bound=Model)

# Providers come from the environment, which also tells the browser's policy of them; their tokens are not kept.
for model in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken, Group):
    admin.site.unregister(model)


def account_may_be_changed(*, by: Any, account: User | None) -> bool:
    """Tell whether one of the staff may change an account: that of a colleague only as superuser."""
    return by.is_superuser or account is None or not (account.is_staff or account.is_superuser)


class OfAccountAdmin(ModelAdmin[M]):
    """Rows of an account, its ``user``, on whose row the log is kept: it is forgotten with the account."""

    list_select_related = ("user",)
    raw_id_fields = ("user",)

    def may_act(self, request: HttpRequest, row: M) -> bool:
        return account_may_be_changed(by=request.user, account=row.user)  # type: ignore[attr-defined] # all have one

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self.may_act(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or self.may_act(request, obj))

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        # Of a new row, nobody knows the account before the form is sent.
        if not self.may_act(request, obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: M, message: Any) -> Any:
        self._log(request, obj, (None, number_of(obj)))

    def log_deletions(self, request: HttpRequest, queryset: Iterable[M]) -> Any:
        for row in queryset:
            self._log(request, row, (number_of(row), None))

    def _log(self, request: HttpRequest, row: M, change: Change) -> None:
        user: User = row.user  # type: ignore[attr-defined] # all have one
        staff_log(by=cast(User, request.user), row=user, changes={str(self.opts.verbose_name): change})


class DeletableAdmin(OfAccountAdmin[M]):
    """Rows that allauth writes: they can be read, and taken away."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


@admin.register(EmailAddress)
class EmailAddressAdmin(OfAccountAdmin[EmailAddress]):
    """Addresses are made here for accounts that cannot receive our mail; changed, they would not be the proven ones."""

    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email", "user__username")
    actions = ("verify",)

    def get_readonly_fields(self, request: HttpRequest, obj: EmailAddress | None = None) -> tuple[str, ...]:
        return ("user", "email", "primary", "verified") if obj else ()

    def save_model(self, request: HttpRequest, obj: EmailAddress, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.primary:
            User.objects.filter(pk=obj.user_id).update(email=obj.email)

    def delete_model(self, request: HttpRequest, obj: EmailAddress) -> None:
        obj.remove()  # the account's own field follows

    @confirmed(
        description=_("Verify: believe that it is theirs"),
        explanation=_(
            "These accounts can log in with these addresses from now on, and are trusted where the domain is. Do this"
            " only for people of whom you know that the address is theirs."
        ),
    )
    def verify(self, row: EmailAddress, by: User) -> bool:
        return email_address_verify(address=row, by=by)


@admin.register(Authenticator)
class AuthenticatorAdmin(DeletableAdmin[Authenticator]):
    note = _(
        "Codes and passkeys of accounts, without their secrets. Delete one where somebody lost their device, and only"
        " once you know that it is they who ask: afterwards the password alone lets them in."
    )
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__username",)
    date_hierarchy = "created_at"
    exclude = ("data",)


@admin.register(UserSession)
class UserSessionAdmin(DeletableAdmin[UserSession]):
    note = _("Where people are logged in. End a session that is not its owner's.")
    list_display = ("user", "created_at", "last_seen_at", "ip", "user_agent")
    search_fields = ("user__username", "ip")
    date_hierarchy = "last_seen_at"
    exclude = ("data", "session_key")  # with the key, anybody is that person
    actions = ("end",)

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        obj.end()

    @confirmed(description=_("End: log out there"), explanation=_("These browsers are logged out at once."))
    def end(self, row: UserSession, by: User) -> bool:
        return session_end(session=row, by=by)


@admin.register(PersonalToken)
class PersonalTokenAdmin(DeletableAdmin[PersonalToken]):
    note = _("What programs log in with as people. Delete a token that others may have: it ends at once.")
    list_display = ("name", "start", "user", "scopes", "expires_at", "last_used_at")
    search_fields = ("user__username", "start")
    date_hierarchy = "created_at"
    exclude = ("digest",)


@admin.register(SocialAccount)
class SocialAccountAdmin(DeletableAdmin[SocialAccount]):
    note = _("Accounts elsewhere that log people in here. Deleting one closes that way in.")
    list_display = ("user", "uid", "provider", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__username", "uid")
    exclude = ("extra_data",)


@admin.register(Group)
class GroupAdmin(SuperusersOnly[Group], DjangoGroupAdmin):
    """Whoever may change groups may do everything: superusers alone."""


@admin.register(EmailDomain)
class EmailDomainAdmin(ModelAdmin[EmailDomain]):
    note = _("Whoever verifies an address at a trusted domain counts as one real person.")
    list_display = ("domain", "is_trusted", "updated_at")
    list_filter = ("is_trusted",)
    search_fields = ("domain",)
    readonly_fields = ("created_at", "updated_at")
    actions = ("trust", "distrust")

    def get_readonly_fields(self, request: HttpRequest, obj: EmailDomain | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *(("domain",) if obj else ()))

    @confirmed(
        description=_("Trust: each verified address is one real person"),
        explanation=_("Accounts with a verified address at these domains are trusted from the next computations on."),
    )
    def trust(self, row: EmailDomain, by: User) -> bool:
        return email_domain_set_trusted(domain=row, is_trusted=True, by=by)

    @confirmed(
        description=_("Do not trust any more"),
        explanation=_("Accounts at these domains need vouches of others from the next computations on."),
    )
    def distrust(self, row: EmailDomain, by: User) -> bool:
        return email_domain_set_trusted(domain=row, is_trusted=False, by=by)
