"""Reads: vouches."""

from django.db.models import QuerySet

from backend.accounts.models import Contributor
from backend.trust.models import Vouch


def vouches_given(*, contributor: Contributor) -> QuerySet[Vouch]:
    """Return whom a contributor vouches for, newest first."""
    return Vouch.objects.filter(voucher=contributor).select_related("vouchee").order_by("-created_at", "-pk")
