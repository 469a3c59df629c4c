"""Writes: vouches. They move trust, and trust moves every poll's scores."""

import math

from django.db import transaction

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_require_active
from backend.common.errors import InvalidVouch, SelfVouch, VouchQuotaReached
from backend.polls.services import news_add_everywhere
from backend.trust.models import Vouch

QUOTA = 20
"""Vouches a contributor may give. Each further one makes the others weigh less anyway (LipschiTrust)."""


@transaction.atomic
def vouch_create(*, voucher: Contributor, vouchee: Contributor, value: float = 1.0) -> Vouch:
    """Vouch for somebody, or change what an earlier vouch is worth.

    Raises
    ------
    SelfVouch, InvalidVouch, VouchQuotaReached, ContributorSuspended
    """
    if voucher.pk == vouchee.pk:
        raise SelfVouch(field="vouchee")
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise InvalidVouch(field="value")
    # Locked, so that two vouches at the same moment cannot both be the last one of the quota.
    contributor_require_active(contributor=_locked(voucher))
    others = Vouch.objects.filter(voucher=voucher).exclude(vouchee=vouchee).count()
    if others >= QUOTA:
        raise VouchQuotaReached(quota=QUOTA)
    vouch, _ = Vouch.objects.update_or_create(voucher=voucher, vouchee=vouchee, defaults={"value": value})
    news_add_everywhere()
    return vouch


def _locked(voucher: Contributor) -> Contributor:
    # Without the key, which the voucher's judgments need.
    return Contributor.objects.select_for_update(no_key=True).get(pk=voucher.pk)


@transaction.atomic
def vouch_delete(*, voucher: Contributor, vouchee: Contributor) -> bool:
    """Withdraw a vouch; tell whether there was one."""
    deleted, _ = Vouch.objects.filter(voucher=voucher, vouchee=vouchee).delete()
    if deleted:
        news_add_everywhere()
    return bool(deleted)
