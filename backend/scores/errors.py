"""What can be in the way of showing other scores of a poll."""

from django.utils.translation import gettext_lazy as _

from backend.common.errors import ApplicationError, NotFound


class ScoresHeld(ApplicationError):
    code = "scores_held"
    status = 409
    template = _("The scores of this poll are held as an earlier run found them. Go forward to the newest ones first.")


class ScoresNotHeld(ApplicationError):
    code = "scores_not_held"
    status = 409
    template = _("The scores of this poll are not held: it shows the newest ones already.")


class ScoresNotKept(ApplicationError):
    code = "scores_not_kept"
    status = 409
    template = _(
        "The scores of run %(run_id)s are no longer kept whole: what single contributors think of the items is gone,"
        " and pages need it. You can only go back to the newest %(kept)s score sets."
    )


class ScoresForgotten(ApplicationError):
    code = "scores_forgotten"
    status = 409
    template = _(
        "The scores of run %(run_id)s cannot be shown again: somebody whose judgments are in them has deleted their"
        " account since."
    )


class ScoresShownAlready(ApplicationError):
    code = "scores_shown_already"
    status = 409
    template = _("The poll shows the scores of run %(run_id)s already.")


class ScoresChangedMeanwhile(ApplicationError):
    code = "scores_changed_meanwhile"
    status = 409
    template = _("Other scores were published while you were at it, so nothing was changed. Look again, then decide.")


class ScoresBusy(ApplicationError):
    code = "scores_busy"
    status = 409
    template = _("A run is publishing just now, so nothing was changed. Try again in a moment.")


class NoReasonGiven(ApplicationError):
    code = "no_reason_given"
    template = _("Say why, in at most %(longest)s characters. Everybody can read it.")


class RunWithoutScores(NotFound):
    code = "run_without_scores"
    template = _("The scores of run %(run_id)s are not kept any more, or it never published any.")


class NoEarlierRun(NotFound):
    code = "no_earlier_run"
    template = _("No scores of an earlier run are kept, so there is nothing to compare with.")
