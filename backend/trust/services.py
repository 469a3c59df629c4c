"""Writes: vouches. They move trust, and trust moves every poll's scores."""

import math

from django.db import transaction

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_require_active
from backend.common.audit import staff_log
from backend.common.errors import InvalidVouch, SelfVouch, VouchQuotaReached
from backend.observability.selectors import switch_require
from backend.observability.switches import COMPARING
from backend.polls.services import news_add_everywhere
from backend.trust.models import Vouch

QUOTA = 20
"""Vouches a contributor may give. Each further one makes the others weigh less anyway (LipschiTrust)."""


@transaction.atomic
def vouch_create(*, voucher: Contributor, vouchee: Contributor, value: float = 1.0) -> Vouch:
    """Vouch for somebody, or change what an earlier vouch is worth.

    Raises
    ------
    SelfVouch, InvalidVouch, VouchQuotaReached, ContributorSuspended, ComparingPaused
    """
    switch_require(COMPARING)
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
def vouch_delete(*, voucher: Contributor, vouchee: Contributor, by: User | None = None) -> bool:
    """Withdraw a vouch; tell whether there was one. ``by``: who of the staff did, if not the voucher.

    Raises
    ------
    ComparingPaused
        Not for the staff.
    """
    if by is None:
        switch_require(COMPARING)
    deleted, _ = Vouch.objects.filter(voucher=voucher, vouchee=vouchee).delete()
    if deleted:
        news_add_everywhere()
        # Of the two, the log names one: who vouches for whom stays between them.
        staff_log(by=by, row=vouchee, changes={"vouch": (True, None)})
    return bool(deleted)


# ---------------------------------------------------------------- by the staff
@transaction.atomic
def contributor_set_pretrusted(*, contributor: Contributor, is_pretrusted: bool, by: User | None = None) -> bool:
    """Count a contributor as one real person without anybody's vouch, or do not any more; tell whether that is new."""
    changed = Contributor.objects.filter(pk=contributor.pk, is_pretrusted=not is_pretrusted)
    if not changed.update(is_pretrusted=is_pretrusted):
        return False
    news_add_everywhere()
    staff_log(by=by, row=contributor, changes={"is_pretrusted": (not is_pretrusted, is_pretrusted)})
    return True


@transaction.atomic
def given_trust_forget(*, contributor: Contributor, by: User | None = None) -> bool:
    """Compute a contributor's trust in place of taking what came with an import; tell whether any had come."""
    # Locked, so that what the log tells is what was there.
    given = Contributor.objects.select_for_update(no_key=True).get(pk=contributor.pk).given_trust
    if given is None:
        return False
    Contributor.objects.filter(pk=contributor.pk).update(given_trust=None)
    news_add_everywhere()
    staff_log(by=by, row=contributor, changes={"given_trust": (given, None)})
    return True
