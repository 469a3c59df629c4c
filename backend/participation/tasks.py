"""What workers do."""
# mypy: disable-error-code="untyped-decorator"
# Celery has no type hints.

from celery import shared_task

from backend.participation.recommendations.similarity import poll_graph_build
from backend.polls.models import Criterion
from backend.scores.models import ScoreSet


@shared_task(name="participation.poll_graph_build", expires=300)
def poll_graph_build_task(score_set_id: int, criterion_id: int) -> None:
    """Make the graph of similar items; nothing to do for a score set or a criterion that is gone by now."""
    score_set = ScoreSet.objects.select_related("poll").filter(pk=score_set_id).first()
    criterion = Criterion.objects.filter(pk=criterion_id).first()
    if score_set and criterion:
        poll_graph_build(poll=score_set.poll, criterion=criterion, score_set=score_set)
