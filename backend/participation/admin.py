"""Admin pages of people: deleting or suspending them reaches down into every app below."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backend.accounts.admin import account_may_be_changed
from backend.accounts.models import Contributor, User
from backend.accounts.services import account_log_out, account_set_active
from backend.common.admin import BigTableAdmin, CascadingAdmin, ReadOnlyInline, SuperusersOnly, UserAdmin, confirmed
from backend.participation.models import RateLater, SetAside
from backend.participation.own_data.deletion import account_delete, person_delete
from backend.participation.services import contributor_set_suspended
from backend.polls.services import news_add_everywhere
from backend.trust.services import contributor_set_pretrusted, given_trust_forget

GONE = _(
    "They are deleted at once, with their accounts and all that they said; the next computations equal ones that"
    " never saw them. This cannot be undone: suspend them where it might have to be."
)
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class PeopleAdmin(CascadingAdmin[Any]):
    """Of accounts, or of contributors with their account."""

    def account_of(self, row: Any) -> User | None:
        """Return the account of a row."""
        raise NotImplementedError

    def may_act(self, request: HttpRequest, row: Any) -> bool:
        return account_may_be_changed(by=request.user, account=self.account_of(row))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        # Of a new row, nobody knows the account before the form is sent.
        if not self.may_act(request, obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or self.may_act(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The last superuser stays: nobody could administer the site.
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or (self.may_act(request, obj) and not _is_last(self.account_of(obj))))


def _is_last(account: User | None) -> bool:
    if account is None or not account.is_superuser:
        return False
    return not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=account.pk).exists()


class EmailAddressInline(ReadOnlyInline[EmailAddress, User]):
    model = EmailAddress
    fields = readonly_fields = ("email", "primary", "verified")
    show_change_link = True


@admin.register(User)
class UserAdminWithContributor(PeopleAdmin, UserAdmin[User]):
    """Accounts; deleting one deletes all that came from its contributor."""

    note = _("The accounts of the staff are changed by superusers alone.")
    list_display = ("username", "email", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    ordering = ("-pk",)
    date_hierarchy = "date_joined"
    search_fields = ("username", "email")
    inlines = (EmailAddressInline,)
    actions = ("close", "reopen", "log_out", "delete_wholly")

    def account_of(self, row: User) -> User:
        return row

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        fixed = (*super().get_readonly_fields(request, obj), "email", "date_joined", "last_login")
        if _is_last(obj):
            return (*fixed, *POWERS, "is_active")
        return fixed if request.user.is_superuser else (*fixed, *POWERS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Rename the contributor too: the account's old name may be somebody else's tomorrow."""
        super().save_model(request, obj, form, change)
        Contributor.objects.filter(user=obj).update(name=obj.username)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        account_delete(user=obj)

    @confirmed(
        description=_("Close: nobody logs in"),
        explanation=_(
            "They are logged out and cannot log in. What they said stays and counts: to change that, suspend the"
            " contributor."
        ),
    )
    def close(self, row: User, by: User) -> bool:
        return account_set_active(user=row, is_active=False, by=by)

    @confirmed(description=_("Open again"), explanation=_("They can log in again."))
    def reopen(self, row: User, by: User) -> bool:
        return account_set_active(user=row, is_active=True, by=by)

    @confirmed(description=_("Log out everywhere"), explanation=_("All their browsers are logged out at once."))
    def log_out(self, row: User, by: User) -> bool:
        return account_log_out(user=row, by=by)

    @confirmed(description=_("Delete with all that they said"), explanation=GONE, permission="delete")
    def delete_wholly(self, row: User, by: User) -> bool:
        account_delete(user=row)
        return True


@admin.register(Contributor)
class ContributorAdmin(PeopleAdmin):
    list_display = ("name", "origin", "user", "given_trust", "is_pretrusted", "is_simulated", "is_suspended")
    list_filter = ("is_suspended", "is_simulated", "is_pretrusted", ("origin", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("name", "=origin")
    raw_id_fields = ("user",)
    readonly_fields = ("is_suspended", "created_at", "updated_at")
    actions = ("suspend", "bring_back", "pretrust", "stop_pretrusting", "compute_trust", "delete_wholly")

    def account_of(self, row: Contributor) -> User | None:
        return row.user

    def get_readonly_fields(self, request: HttpRequest, obj: Contributor | None = None) -> tuple[str, ...]:
        # An account keeps its contributor: another's judgments would become theirs.
        fixed = ("user",) if obj else ()
        # The name of an account is changed on the account's page.
        return (
            *super().get_readonly_fields(request, obj),
            *fixed,
            *(("name", "origin") if obj and obj.user_id else ()),
        )

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search addresses too, for those who may read them: others could find out whose an address is."""
        fields = ("name", "=origin", "=user__username")
        return (*fields, "user__email") if request.user.has_perm("accounts.view_user") else fields

    @confirmed(
        description=_("Suspend: leave their judgments out of the next runs"),
        explanation=_(
            "Their judgments and vouches count for nothing from the next computations on, and they cannot"
            " add any. Nothing is deleted."
        ),
    )
    def suspend(self, row: Contributor, by: User) -> bool:
        changes = not row.is_suspended
        contributor_set_suspended(contributor=row, is_suspended=True, by=by)
        return changes

    @confirmed(
        description=_("Bring back: end the suspension"),
        explanation=_("Their judgments and vouches count again from the next computations on."),
    )
    def bring_back(self, row: Contributor, by: User) -> bool:
        changes = row.is_suspended
        contributor_set_suspended(contributor=row, is_suspended=False, by=by)
        return changes

    @confirmed(
        description=_("Trust as one real person"),
        explanation=_(
            "They weigh like somebody with an address at a trusted domain. Do this only for people whom you know."
        ),
    )
    def pretrust(self, row: Contributor, by: User) -> bool:
        return contributor_set_pretrusted(contributor=row, is_pretrusted=True, by=by)

    @confirmed(
        description=_("Do not trust without vouches any more"),
        explanation=_("Their trust comes from a trusted domain or from vouches of others, if from anywhere."),
    )
    def stop_pretrusting(self, row: Contributor, by: User) -> bool:
        return contributor_set_pretrusted(contributor=row, is_pretrusted=False, by=by)

    @confirmed(
        description=_("Compute their trust in place of the imported one"),
        explanation=_("The trust that came with an import is forgotten; only importing again would bring it back."),
    )
    def compute_trust(self, row: Contributor, by: User) -> bool:
        return given_trust_forget(contributor=row, by=by)

    @confirmed(description=_("Delete with all that they said"), explanation=GONE, permission="delete")
    def delete_wholly(self, row: Contributor, by: User) -> bool:
        person_delete(contributor=row)
        return True

    def save_model(self, request: HttpRequest, obj: Contributor, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"given_trust", "is_pretrusted"} & {*form.changed_data}:
            news_add_everywhere()

    def delete_model(self, request: HttpRequest, obj: Contributor) -> None:
        person_delete(contributor=obj)


@admin.register(RateLater)
class RateLaterAdmin(SuperusersOnly[RateLater], BigTableAdmin[RateLater]):
    note = _("People's own lists, which are shown to nobody else.")
    list_display = ("contributor", "entity", "created_at")
    list_select_related = ("contributor", "entity")
    search_fields = ("=contributor__name", "=entity__uid")


@admin.register(SetAside)
class SetAsideAdmin(SuperusersOnly[SetAside], BigTableAdmin[SetAside]):
    note = _("People's own lists, which are shown to nobody else.")
    list_display = ("contributor", "left", "right", "reason", "created_at")
    list_filter = ("reason",)
    list_select_related = ("contributor", "left", "right")
    search_fields = ("=contributor__name", "=left__uid", "=right__uid")
