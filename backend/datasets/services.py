"""Writes: datasets from outside."""

from pathlib import Path

import polars as pl
from django.core.exceptions import ValidationError
from django.db import transaction

from backend.common.errors import InvalidImport
from backend.datasets.loading import Rows, Say, Tally, rows_load
from backend.polls.models import Poll
from solidago.errors import InvalidFile
from solidago.io import tournesol

QUESTION = "Which of the two should be recommended more?"


def dataset_import(*, path: Path, slug: str, title: str | None, licence: str | None, say: Say) -> list[Tally]:
    """Bring a poll up to date with an export in Tournesol's layout; the poll is made where it is missing.

    Everything in such an export is public. Its contributors get an origin of their own, so that nobody can sign up
    under a name and own what the export says of it. ``title`` and ``licence`` (whose data, under which terms: the page
    of the poll shows it) are for a poll that is made; an existing one keeps its own.

    Raises
    ------
    InvalidImport
        Says what is wrong, with the file and the line. Nothing is stored then.
    """
    say(f"reading {path.name}")
    try:
        export = tournesol.read(path)
    except InvalidFile as error:
        raise InvalidImport(reason=str(error)) from error
    except OSError as error:
        raise InvalidImport(reason=f"{path} cannot be read: {error.strerror}.") from error
    rows = Rows(
        judgments=export.comparisons,
        users=export.users.with_columns(trust=pl.col("trust").fill_nan(None)),
        vouches=export.vouches,
        private=pl.DataFrame(schema={"user": pl.String, "entity": pl.String}),
    )
    say(f"{len(rows.judgments):,} judgments read and checked")
    with transaction.atomic():
        poll = _poll(slug, title, licence)
        return rows_load(poll=poll, origin=f"import:{slug}", rows=rows, is_simulated=False, say=say)


def _poll(slug: str, title: str | None, licence: str | None) -> Poll:
    found = Poll.objects.filter(slug=slug).first()
    if found is not None:
        return found
    poll = Poll(slug=slug, title=title or slug, question=QUESTION, licence=licence or "")
    try:
        poll.full_clean()
    except ValidationError as error:
        reasons = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
        raise InvalidImport(reason=f"The poll cannot be made. {reasons}") from error
    poll.save()
    return poll
