"""Vouching for people by name, without letting anybody find out who has an account."""

from dataclasses import dataclass, replace

from django.core import signing
from django.db.models import Avg, Exists, OuterRef

from backend.accounts.models import Contributor
from backend.accounts.selectors import contributor_is_pretrusted
from backend.common.errors import NobodyToVouchFor, VouchLinkInvalid
from backend.comparisons.models import Rating
from backend.participation.vouches.trust_level import Degree, trust_level
from backend.polls.models import Poll
from backend.scores.selectors import own_scores
from backend.trust.models import Vouch
from backend.trust.services import vouch_create

SALT = "vouch-for"
CODE_DAYS = 30
LONGEST = 150
"""Characters of a username."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A contributor's trust, and where it comes from.

    ``level``: from 0 to 1, as the next run will find it. ``voting_right``: usual weight in a poll's published scores,
    if any.
    """

    level: float
    degree: Degree
    given: float | None
    is_pretrusted: bool
    vouches: int
    voting_right: float | None = None


NEWCOMER = Standing(level=0.0, degree=Degree.NONE, given=None, is_pretrusted=False, vouches=0)
"""Of an account that has not taken part yet."""


# ---------------------------------------------------------------- reads
def standing_of(*, contributor: Contributor) -> Standing:
    """Return how much a contributor is trusted, and why. Who vouches for them is not told, but how many do."""
    level = trust_level(contributor=contributor)
    return Standing(
        level=level,
        degree=Degree.of(level),
        given=contributor.given_trust,
        is_pretrusted=contributor_is_pretrusted(contributor=contributor),
        vouches=Vouch.objects.filter(vouchee=contributor, voucher__is_suspended=False, value__gt=0).count(),
    )


def standing_in(*, contributor: Contributor, poll: Poll) -> Standing:
    """Return the same, with what the contributor usually weighs in a poll."""
    scores = own_scores(contributor=contributor, poll=poll).order_by()
    mean = scores.aggregate(mean=Avg("voting_right"))["mean"]
    return replace(standing_of(contributor=contributor), voting_right=mean)


def vouch_code(*, contributor: Contributor) -> str:
    """Return a code with which whoever gets it can vouch for the contributor."""
    return signing.dumps(contributor.pk, salt=SALT)


def is_code(text: str) -> bool:
    """Tell a code from a username: none of these has a colon, every one of those has."""
    return ":" in text


def person_of_link(*, code: str) -> Contributor:
    """Return who handed over a link to be vouched for by.

    Raises
    ------
    VouchLinkInvalid
    """
    found = _by_code(code)
    if found is None:
        raise VouchLinkInvalid(days=CODE_DAYS)
    return found


def person_to_vouch_for(*, name: str) -> Contributor:
    """Return an account by a code of theirs, or by their username if they show an opinion in a public poll.

    Raises
    ------
    NobodyToVouchFor
        The same for a username that nobody has and for one whose account shows nothing.
    """
    found = _by_code(name) if is_code(name) else _by_username(name)
    if found is None:
        raise NobodyToVouchFor(field="username", name=name[:LONGEST])
    return found


def _by_code(code: str) -> Contributor | None:
    try:
        key = signing.loads(code, salt=SALT, max_age=CODE_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    return Contributor.objects.filter(pk=key, is_suspended=False, user__is_active=True).first()


def _by_username(name: str) -> Contributor | None:
    if len(name) > LONGEST or "\0" in name:
        return None
    public = Rating.objects.filter(
        contributor=OuterRef("pk"), is_public=True, entity__is_hidden=False, entity__poll__visibility="public"
    )
    people = Contributor.objects.filter(Exists(public), is_suspended=False, user__is_active=True)
    return people.filter(user__username__iexact=name).first()


# ---------------------------------------------------------------- writes
def vouch_by_name(*, voucher: Contributor, name: str) -> Vouch:
    """Vouch for somebody by their username or a code of theirs.

    Raises
    ------
    NobodyToVouchFor, SelfVouch, VouchQuotaReached, ContributorSuspended
    """
    return vouch_create(voucher=voucher, vouchee=person_to_vouch_for(name=name.strip()))
