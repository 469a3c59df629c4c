"""Proof of participation: that somebody took part in a poll, how much at least, and when; nothing of what they said."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.core import signing
from django.utils import timezone

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_require_active
from backend.common.errors import InvalidProof, NothingToProve
from backend.comparisons.models import Comparison
from backend.polls.models import Poll

SALT = "proof-of-participation"
STEPS = (1, 10, 50, 100, 500, 1_000, 5_000)
"""Numbers of comparisons that a proof tells: the exact one would tell when somebody judged, from proof to proof."""
LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof says. Names are those of its moment, so that it can be read whatever became of account and poll."""

    name: str
    poll: str
    title: str
    least: int
    at: int

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


def proof_make(*, contributor: Contributor, poll: Poll) -> str:
    """Return a text, signed by this site, that the contributor took part in a poll until now.

    Raises
    ------
    ContributorSuspended, NothingToProve
    """
    contributor_require_active(contributor=contributor)
    count = Comparison.objects.filter(contributor=contributor, poll=poll).count()
    if not count:
        raise NothingToProve
    least = max(step for step in STEPS if step <= count)
    proof = Proof(contributor.name, poll.slug, poll.title, least, int(timezone.now().timestamp()))
    return signing.dumps(asdict(proof), salt=SALT, compress=True)


def proof_read(*, text: str) -> Proof:
    """Return what a proof of this site says.

    Raises
    ------
    InvalidProof
        This site has not signed it, or not in these words.
    """
    try:
        return Proof(**signing.loads("".join(text[:LONGEST].split()), salt=SALT))
    except signing.BadSignature as error:
        raise InvalidProof(field="proof") from error
