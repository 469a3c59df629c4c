"""Reads: which scores of a poll can be shown again, whether they are held, and what was turned when."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.pipeline.models import Run, Snapshot
from backend.pipeline.rollback.forgetting import snapshot_is_kept
from backend.polls.models import Poll
from backend.scores.errors import RunWithoutScores, ScoresForgotten, ScoresNotKept
from backend.scores.holding import news_waiting
from backend.scores.models import Hold, ScoreSet, Turn
from backend.scores.selectors import hold_of, score_set_published, turns_of
from backend.scores.services import KEPT, score_sets_kept_whole

TURNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """What a poll shows: which scores, of which run, whether they are held, and what else there is.

    ``choices`` are runs whose scores could be shown instead, newest first; ``newest`` is true where the poll shows the
    newest scores; ``waiting`` counts the news that no run has seen.
    """

    score_set: ScoreSet | None
    run: Run | None
    hold: Hold | None
    is_newest: bool
    waiting: int
    choices: Sequence[Run]
    turns: Sequence[Turn]


def shown_of(*, poll: Poll) -> Shown:
    """Return what a poll shows, and what it could show instead."""
    score_set = score_set_published(poll=poll)
    others = [run for run in runs_to_show(poll=poll) if score_set is None or run.score_set_id != score_set.pk]
    return Shown(
        score_set=score_set,
        run=Run.objects.filter(score_set=score_set).first() if score_set else None,
        hold=hold_of(poll=poll),
        is_newest=score_set == score_set_newest(poll=poll),
        waiting=news_waiting(poll=poll),
        choices=others,
        turns=list(turns_of(poll=poll)[:TURNS_SHOWN]),
    )


def score_set_newest(*, poll: Poll) -> ScoreSet | None:
    """Return the score set that was computed last."""
    return ScoreSet.objects.filter(poll=poll).order_by("-pk").first()


def runs_to_show(*, poll: Poll) -> list[Run]:
    """Return the runs whose scores a poll can show: kept whole, and of nobody who has left since."""
    whole = score_sets_kept_whole(poll=poll)
    digests = Snapshot.objects.filter(poll=poll).values("digest")
    runs = Run.objects.filter(score_set__in=whole, score_set__snapshot_digest__in=digests)
    return list(runs.select_related("score_set").order_by("-score_set_id"))


def score_set_to_show(*, poll: Poll, run_id: int) -> ScoreSet:
    """Return the scores of a run, if the poll can show them; they are locked against being forgotten meanwhile.

    Raises
    ------
    RunWithoutScores
        The poll has no such run, or it never published.
    ScoresNotKept
        Its collective scores are history; what single contributors think is gone.
    ScoresForgotten
        The judgments behind them are gone, together with somebody's account.
    """
    score_set = ScoreSet.objects.filter(poll=poll, run=run_id).first()
    if score_set is None:
        raise RunWithoutScores(field="run", run_id=run_id)
    if score_set not in score_sets_kept_whole(poll=poll):
        raise ScoresNotKept(field="run", run_id=run_id, kept=KEPT)
    if not snapshot_is_kept(score_set=score_set):
        raise ScoresForgotten(field="run", run_id=run_id)
    return score_set
