"""Bases of admin pages, and the log of the staff. What they have in common is told in docs/administration.md."""

from django.conf import settings
from django.contrib import admin

from backend.common.admin.actions import confirmed
from backend.common.admin.bases import (
    BigTableAdmin,
    CascadingAdmin,
    ModelAdmin,
    ModelForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    SuperusersOnly,
    TabularInline,
    UserAdmin,
)
from backend.common.admin.log import LogEntryAdmin
from backend.common.admin.pages import BoundedRelatedFilter

admin.site.site_header = admin.site.site_title = settings.SITE_NAME

__all__ = (
    "BigTableAdmin",
    "BoundedRelatedFilter",
    "CascadingAdmin",
    "LogEntryAdmin",
    "ModelAdmin",
    "ModelForm",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "SuperusersOnly",
    "TabularInline",
    "UserAdmin",
    "confirmed",
)
