"""Bases of admin pages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backend.common.admin.pages import BoundedPaginator

if TYPE_CHECKING:
    DjangoModelAdmin = admin.ModelAdmin
    DjangoTabularInline = admin.TabularInline
    ModelForm = forms.ModelForm
    SubscriptableUserAdmin = DjangoUserAdmin
else:

    class Subscriptable:
        """Lets ``ModelAdmin[Poll]``, which type checkers ask for, run: Django's own classes refuse it."""

        def __class_getitem__(cls, _model):
            return cls

    class DjangoModelAdmin(Subscriptable, admin.ModelAdmin): ...

    class DjangoTabularInline(Subscriptable, admin.TabularInline): ...

    class ModelForm(Subscriptable, forms.ModelForm): ...

    class SubscriptableUserAdmin(Subscriptable, DjangoUserAdmin): ...


M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)
U = TypeVar("U", bound=AbstractBaseUser)

# Deleting many rows at once is an action of those pages alone where nothing hangs on a row.
admin.site.disable_action("delete_selected")


class ModelAdmin(DjangoModelAdmin[M]):
    """A page of a table that may be large: it counts and turns pages no further than the database does so quickly."""

    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    note: ClassVar[str | Promise] = ""
    """Shown above the list: what people should know before they look for something here."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may do what the actions do, also where no row can be edited by hand."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))

    def may_act(self, request: HttpRequest, row: M) -> bool:
        """Tell whether an action may be done to one row; pages of people have more to say."""
        return True


class UserAdmin(ModelAdmin[U], SubscriptableUserAdmin[U]):
    """Django's page of accounts, with ours beneath."""


class TabularInline(DjangoTabularInline[M, P]):
    """Rows of a row."""


class ReadOnlyInline(TabularInline[M, P]):
    """Rows of a row that can be read there."""

    extra = max_num = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return False


class CascadingAdmin(ModelAdmin[M]):
    """Deletes a row with all that hangs on it, though some of that cannot be deleted by itself.

    What hangs on it is counted, not listed: that may be a million judgments. Only superusers may delete what people's
    judgments hang on; others hide or close it.
    """

    def weight_of(self, row: M) -> list[str]:
        """Return in words, with numbers, what of other people's goes when this row does."""
        return []

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or bool(request.user.is_superuser) or not self.weight_of(obj))

    def get_deleted_objects(self, objs: QuerySet[M] | Sequence[M], request: HttpRequest) -> Any:
        rows = [_("%(row)s, and all that hangs on it") % {"row": row} for row in objs]
        weights = [words for row in objs for words in self.weight_of(row)]
        return [*rows, *weights], {self.opts.verbose_name_plural: len(rows)}, set(), []


class ReadOnlyAdmin(ModelAdmin[M]):
    """Shows rows that only services write; adds, changes and deletes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class BigTableAdmin(ReadOnlyAdmin[M]):
    """Of a table with a row for each thing that anybody said: read by its key, for nothing else sorts it quickly."""

    ordering = ("-pk",)
    sortable_by = ()


class SuperusersOnly(ModelAdmin[M]):
    """What the platform promised to show to nobody else: superusers, who can read the database anyway, may see it.

    A permission given to others of the staff opens nothing here.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(request.user.is_superuser) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(request.user.is_superuser) and super().has_delete_permission(request, obj)
