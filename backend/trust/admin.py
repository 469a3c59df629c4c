"""Admin pages of vouches. Pages promise that nobody is told for whom one vouches: superusers alone see it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import User
from backend.common.admin import BigTableAdmin, SuperusersOnly, confirmed
from backend.trust.models import Vouch
from backend.trust.services import vouch_delete


@admin.register(Vouch)
class VouchAdmin(SuperusersOnly[Vouch], BigTableAdmin[Vouch]):
    note = _("Who vouches for whom is told to nobody else: look here only to find accounts that vouch in a ring.")
    list_display = ("voucher", "vouchee", "value", "created_at")
    list_select_related = ("voucher", "vouchee")
    search_fields = ("=voucher__name", "=vouchee__name")
    actions = ("take_back",)

    @confirmed(
        description=_("Take back in the voucher's place"),
        explanation=_(
            "These vouches are gone from the next computations on. Their vouchers are not told, and may vouch again."
        ),
    )
    def take_back(self, row: Vouch, by: User) -> bool:
        return vouch_delete(voucher=row.voucher, vouchee=row.vouchee, by=by)
