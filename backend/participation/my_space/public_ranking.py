"""What a contributor shows of their opinions: read by everybody who may see the poll."""

from django.db.models import Exists, OuterRef, QuerySet

from backend.accounts.models import Contributor
from backend.common.errors import NoPublicRanking
from backend.comparisons.models import Rating
from backend.polls.models import Criterion, Poll
from backend.scores.models import IndividualScore
from backend.scores.selectors import own_scores

LONGEST_NAME = 500


def public_scores(*, contributor: Contributor, poll: Poll) -> QuerySet[IndividualScore]:
    """Return the published scores that were public when they were computed *and* still are, best first."""
    still = Rating.objects.filter(contributor=contributor, entity=OuterRef("entity_id"), is_public=True)
    return own_scores(contributor=contributor, poll=poll).filter(Exists(still), is_public=True)


def public_contributor(*, poll: Poll, name: str) -> Contributor:
    """Return who shows an opinion in a poll under a name; an account before those that came with datasets.

    Raises
    ------
    NoPublicRanking
        The same where nobody has the name and where whoever has it shows nothing.
    """
    usable = len(name) <= LONGEST_NAME and "\0" not in name
    named = Contributor.objects.filter(name=name, is_suspended=False).order_by("origin") if usable else ()
    for contributor in named:  # one an origin
        if public_scores(contributor=contributor, poll=poll).exists():
            return contributor
    raise NoPublicRanking(field="name", name=name[:100])


def public_criterion_scores(*, contributor: Contributor, poll: Poll, criterion: Criterion) -> QuerySet[IndividualScore]:
    """Return the public scores on one criterion, best first."""
    return public_scores(contributor=contributor, poll=poll).filter(criterion=criterion)
