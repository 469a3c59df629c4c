"""Bases of admin pages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    ModelForm = forms.ModelForm
    UserAdmin = DjangoUserAdmin
else:

    class Subscriptable:
        """Lets ``ModelAdmin[Poll]``, which type checkers ask for, run: Django's own classes refuse it."""

        def __class_getitem__(cls, _model):
            return cls

    class ModelAdmin(Subscriptable, admin.ModelAdmin): ...

    class TabularInline(Subscriptable, admin.TabularInline): ...

    class ModelForm(Subscriptable, forms.ModelForm): ...

    class UserAdmin(Subscriptable, DjangoUserAdmin): ...


M = TypeVar("M", bound=Model)


class CascadingAdmin(ModelAdmin[M]):
    """Deletes a row with all that hangs on it, though some of that cannot be deleted by itself.

    What hangs on it is not listed before: that may be a million judgments.
    """

    def get_deleted_objects(self, objs: QuerySet[M] | Sequence[M], request: HttpRequest) -> Any:
        rows = [_("%(row)s, and all that hangs on it") % {"row": row} for row in objs]
        return rows, {self.opts.verbose_name_plural: len(rows)}, set(), []


class ReadOnlyAdmin(ModelAdmin[M]):
    """Shows rows that only services write; adds, changes and deletes none."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
