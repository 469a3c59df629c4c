"""To be forgotten outweighs a hold."""

from backend.pipeline.models import Snapshot
from backend.scores.holding import hold_drop
from backend.scores.models import Hold, ScoreSet, Turn


def snapshot_is_kept(*, score_set: ScoreSet) -> bool:
    """Tell whether the judgments behind a score set are kept: they go with the account of anybody who is in them."""
    return Snapshot.objects.filter(poll=score_set.poll_id, digest=score_set.snapshot_digest).exists()


def holds_release_forgotten() -> None:
    """End the holds of scores whose judgments are gone: somebody in them deletes their account in this transaction.

    The scores stay until the next run, which the deletion asks for. The publication is not locked: whoever turns a
    poll back now, and has it locked, waits for the snapshot that is being deleted.
    """
    for hold in Hold.objects.select_related("poll__publication__score_set"):
        shown = hold.poll.publication
        if not snapshot_is_kept(score_set=shown.score_set):
            hold_drop(publication=shown, user=None, action=Turn.Action.LIFTED, to=shown.score_set)
