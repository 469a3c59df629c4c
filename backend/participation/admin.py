"""Admin pages of people: deleting or suspending them reaches down into every app below."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.accounts.models import Contributor, EmailDomain, User
from backend.common.admin import CascadingAdmin, ModelAdmin, TabularInline, UserAdmin
from backend.participation.models import RateLater, SetAside
from backend.participation.services import contributor_delete, contributor_set_suspended
from backend.polls.services import news_add_everywhere


class EmailAddressInline(TabularInline[EmailAddress, User]):
    model = EmailAddress
    extra = 0


@admin.register(User)
class UserAdminWithContributor(CascadingAdmin[User], UserAdmin[User]):
    """Accounts; deleting one deletes all that came from its contributor."""

    list_display = ("username", "email", "is_staff", "is_active", "date_joined", "last_login")
    inlines = (EmailAddressInline,)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Rename the contributor too: the account's old name may be somebody else's tomorrow."""
        super().save_model(request, obj, form, change)
        Contributor.objects.filter(user=obj).update(name=obj.username)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        _user_delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset.select_related("contributor"):
            _user_delete(user)


def _user_delete(user: User) -> None:
    contributor = Contributor.objects.filter(user=user).first()
    if contributor is None:
        user.delete()
    else:
        contributor_delete(contributor=contributor)


@admin.register(Contributor)
class ContributorAdmin(CascadingAdmin[Contributor]):
    list_display = ("name", "origin", "user", "given_trust", "is_pretrusted", "is_simulated", "is_suspended")
    list_filter = ("is_suspended", "is_simulated", "is_pretrusted", ("origin", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("name", "origin", "user__email")
    raw_id_fields = ("user",)
    readonly_fields = ("is_suspended", "created_at", "updated_at")
    actions = ("suspend", "bring_back")

    @admin.action(description="Suspend: leave their judgments out of the next runs")
    def suspend(self, request: HttpRequest, queryset: QuerySet[Contributor]) -> None:
        for contributor in queryset:
            contributor_set_suspended(contributor=contributor, is_suspended=True)

    @admin.action(description="Bring back: end the suspension")
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Contributor]) -> None:
        for contributor in queryset:
            contributor_set_suspended(contributor=contributor, is_suspended=False)

    def save_model(self, request: HttpRequest, obj: Contributor, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if {"given_trust", "is_pretrusted"} & {*form.changed_data}:
            news_add_everywhere()

    def delete_model(self, request: HttpRequest, obj: Contributor) -> None:
        contributor_delete(contributor=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Contributor]) -> None:
        for contributor in queryset.select_related("user"):
            contributor_delete(contributor=contributor)


@admin.register(RateLater)
class RateLaterAdmin(ModelAdmin[RateLater]):
    list_display = ("contributor", "entity", "created_at")
    list_select_related = ("contributor", "entity")
    raw_id_fields = ("contributor", "entity")


@admin.register(SetAside)
class SetAsideAdmin(ModelAdmin[SetAside]):
    list_display = ("contributor", "left", "right", "reason", "created_at")
    list_filter = ("reason",)
    list_select_related = ("contributor", "left", "right")
    raw_id_fields = ("contributor", "left", "right")


@admin.register(EmailDomain)
class EmailDomainAdmin(ModelAdmin[EmailDomain]):
    list_display = ("domain", "is_trusted", "updated_at")
    list_filter = ("is_trusted",)
    search_fields = ("domain",)
