"""Calibrations: which sigma and root law suit a poll, measured by a worker on the judgments of its last run."""

import dataclasses
import logging
import time
from datetime import timedelta
from uuid import UUID, uuid4

import numpy as np
from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.common.errors import (
    ApplicationError,
    CalibrationAlreadyActive,
    CalibrationNotFound,
    NothingToCalibrate,
    TooFewJudgments,
)
from backend.pipeline.configuration import config_of, poll_configure
from backend.pipeline.models import Calibration, Snapshot
from backend.polls.models import Poll
from backend.polls.selectors import criterion_get
from solidago.calibration import calibrate
from solidago.dataset import Dataset, Judgments
from solidago.errors import SolidagoError
from solidago.io import snapshot as snapshot_io

logger = logging.getLogger(__name__)

MOST_JUDGMENTS = 50_000
"""Enough to tell constants apart, and measured in seconds; of more, so many are drawn."""
LEAST_JUDGMENTS = 50
FOLDS = 5
STALE = timedelta(seconds=120)
"""A calibration is given up after so long without a sign of life: one candidate takes a second or two."""
LOW = 9
"""Priority in Redis' queues, where 0 is served first: scores do not wait for a measurement."""
MOST_DIGITS = 18
TASK = "pipeline.calibration_execute"


class LeaseLost(Exception):
    """The calibration was given up, or belongs to somebody else by now."""


def calibration_create(*, poll: Poll, started_by: User) -> Calibration:
    """Queue a calibration and hand it to a worker once the transaction is committed.

    Raises
    ------
    NothingToCalibrate
    CalibrationAlreadyActive
    """
    if not Snapshot.objects.filter(poll=poll).exists():
        raise NothingToCalibrate
    try:
        with transaction.atomic():
            calibration = Calibration.objects.create(poll=poll, started_by=started_by)
    except IntegrityError as error:
        raise CalibrationAlreadyActive from error
    _enqueue(calibration)
    return calibration


def _enqueue(calibration: Calibration) -> None:
    # Robust: where Redis is down it stays queued, and `calibrations_recover` sends it again later.
    transaction.on_commit(lambda: current_app.send_task(TASK, [calibration.pk], priority=LOW), robust=True)


def calibration_execute(*, calibration_id: int) -> Calibration:
    """Execute a queued calibration in this process; whatever goes wrong is written on it.

    Safe to call twice: only a queued one is taken, by one caller. Call it outside of transactions.
    """
    lease = uuid4()
    queued = Calibration.objects.filter(pk=calibration_id, status=Calibration.Status.QUEUED)
    if queued.update(status=Calibration.Status.RUNNING, lease=lease, heartbeat_at=Now(), updated_at=Now()):
        _execute_or_fail(Calibration.objects.select_related("poll").get(pk=calibration_id), lease)
    return Calibration.objects.get(pk=calibration_id)


def _execute_or_fail(calibration: Calibration, lease: UUID) -> None:
    try:
        _write(calibration, lease, status=Calibration.Status.SUCCEEDED, **_measured(calibration, lease))
    except LeaseLost:
        logger.warning("Calibration %s was given up while it computed", calibration.pk)
    except (ApplicationError, SolidagoError) as error:
        logger.exception("Calibration %s failed", calibration.pk)
        _fail(calibration, lease, str(error))
    except Exception as error:
        logger.exception("Calibration %s failed unexpectedly", calibration.pk)
        message = _("The check broke off unexpectedly (%(kind)s); the log says where.")
        _fail(calibration, lease, message % {"kind": type(error).__name__})


def _fail(calibration: Calibration, lease: UUID, message: str) -> None:
    now = timezone.now()
    Calibration.objects.filter(pk=calibration.pk, lease=lease).update(
        status=Calibration.Status.FAILED, error=message, finished_at=now, updated_at=now
    )


def _write(calibration: Calibration, lease: UUID, **fields: object) -> None:
    """Write on the row, unless it was given up meanwhile."""
    held = Calibration.objects.filter(pk=calibration.pk, lease=lease, status=Calibration.Status.RUNNING)
    if not held.update(**fields, updated_at=timezone.now()):
        raise LeaseLost


def _measured(calibration: Calibration, lease: UUID) -> dict[str, object]:
    started = time.monotonic()
    stored = Snapshot.objects.filter(poll=calibration.poll).order_by("-pk").first()
    if stored is None:
        raise NothingToCalibrate
    criterion = criterion_get(poll=calibration.poll).name
    whole = snapshot_io.loads(bytes(stored.content))
    if criterion not in whole.criteria or len(whole.judgments[criterion]) < LEAST_JUDGMENTS:
        raise TooFewJudgments(least=LEAST_JUDGMENTS)
    dataset = _sampled(whole, criterion, seed=int(stored.digest[:8], 16))

    def progress(done: int, total: int) -> None:
        _write(calibration, lease, done=done, total=total, heartbeat_at=Now())

    # One thread: this is not urgent.
    found = calibrate(dataset, criterion, folds=FOLDS, threads=1, progress=progress)
    return {
        "snapshot_digest": stored.digest,
        "criterion": criterion,
        "judgments": len(whole.judgments[criterion]),
        "sampled": found.judgments,
        "candidates": [dataclasses.asdict(candidate) for candidate in found.candidates],
        "indifferent": found.indifferent,
        "seconds": round(time.monotonic() - started, 2),
        "finished_at": timezone.now(),
    }


def _sampled(dataset: Dataset, criterion: str, *, seed: int) -> Dataset:
    """Return the dataset with at most `MOST_JUDGMENTS` on the criterion: those of contributors drawn at random.

    Whole contributors, but for the last: models of a tenth of everybody's judgments would be other models.
    """
    judgments = dataset.judgments[criterion]
    if len(judgments) <= MOST_JUDGMENTS:
        return dataset
    rank = np.random.default_rng(seed).permutation(len(dataset.users))
    kept = np.sort(np.argsort(rank[judgments.user], kind="stable")[:MOST_JUDGMENTS])
    few = Judgments(judgments.user[kept], judgments.left[kept], judgments.right[kept], judgments.value[kept])
    return dataclasses.replace(dataset, judgments={**dataset.judgments, criterion: few})


def calibrations_recover() -> None:
    """Fail the calibrations whose worker has died, and hand queued ones whose message was lost to a worker again."""
    Calibration.objects.filter(status=Calibration.Status.RUNNING, heartbeat_at__lt=Now() - STALE).update(
        status=Calibration.Status.FAILED,
        lease=None,
        error=_("Its worker stopped before it was done. Start it again."),
        finished_at=Now(),
        updated_at=Now(),
    )
    for calibration in Calibration.objects.filter(status=Calibration.Status.QUEUED, updated_at__lte=Now() - STALE):
        # Touched, so that a queue that is merely long gets one more message now and then, not one every beat.
        Calibration.objects.filter(pk=calibration.pk).update(updated_at=Now())
        _enqueue(calibration)


def calibration_last(*, poll: Poll) -> Calibration | None:
    """Return the calibration of a poll that was started last."""
    return Calibration.objects.filter(poll=poll).first()


def calibration_get(*, poll: Poll, calibration_id: str) -> Calibration:
    """Return a finished calibration of a poll by its number.

    Raises
    ------
    CalibrationNotFound
    """
    is_number = calibration_id.isascii() and calibration_id.isdigit() and len(calibration_id) <= MOST_DIGITS
    finished = Calibration.objects.filter(poll=poll, status=Calibration.Status.SUCCEEDED)
    found = finished.filter(pk=int(calibration_id)).first() if is_number else None
    if found is None:
        raise CalibrationNotFound
    return found


def calibration_adopt(*, poll: Poll, user: User, version: str, calibration: Calibration) -> Poll:
    """Let a poll's next runs use the best constants of a finished calibration of it.

    Raises
    ------
    CalibrationNotFound
        It has none.
    PollChangedMeanwhile
    """
    if calibration.best is None:
        raise CalibrationNotFound
    chosen = {name: calibration.best[name] for name in ("sigma", "root_law")}
    return poll_configure(poll=poll, user=user, version=version, config={**config_of(poll), **chosen})
