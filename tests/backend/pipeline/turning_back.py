"""What tests of turning back share."""

from django.utils import timezone

from backend.pipeline.models import Run
from backend.pipeline.reaper import NEWS_AGE
from backend.pipeline.rollback.services import scores_turn_back
from backend.polls.models import News, Poll
from backend.scores.selectors import ranking
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, judged_poll, say

WHY = "Somebody pushed an item."


def two_runs() -> tuple[Poll, Run, Run]:
    """Return a poll with the run before somebody spoke up against everybody, and the one after."""
    poll = judged_poll()
    first = computed(poll)
    say(ContributorFactory(given_trust=1.0), poll, "a", "d", good=-10)
    return poll, first, computed(poll)


def back(poll: Poll, run: Run, **fields: object):
    return scores_turn_back(poll=poll, run_id=run.pk, reason=WHY, user=None, **fields)


def scores(poll: Poll) -> dict[str, float]:
    return {entity.uid: entity.score for entity in ranking(poll=poll, criterion=poll.criteria.get())}


def wait_for_news(poll: Poll) -> None:
    News.objects.filter(poll=poll).update(created_at=timezone.now() - 2 * NEWS_AGE)
