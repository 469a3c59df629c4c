"""Admin pages of vouches."""

from django.contrib import admin

from backend.common.admin import ReadOnlyAdmin
from backend.trust.models import Vouch


@admin.register(Vouch)
class VouchAdmin(ReadOnlyAdmin[Vouch]):
    list_display = ("voucher", "vouchee", "value", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("voucher", "vouchee")
    search_fields = ("voucher__name", "vouchee__name")
