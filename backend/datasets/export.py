"""The public dataset of a poll: what its contributors make public, and the scores that were published from it.

It is made from the snapshot of the published score set, so that it can be verified, less what is not public now.
"""

import hashlib
import json
from typing import IO

from django.db import connection
from django.db.models import QuerySet

from backend.common.bulk import copy_out, copy_to
from backend.common.steady_zip import SteadyZip
from backend.datasets import export_frames as frames
from backend.datasets import export_queries as queries
from backend.datasets import export_texts as texts
from backend.datasets.errors import NoDatasetYet
from backend.datasets.export_frames import Names
from backend.pipeline.models import Snapshot
from backend.pipeline.snapshot import consistent_read
from backend.polls.models import Poll
from backend.polls.selectors import criterion_list
from backend.scores.models import ScoreSet
from backend.scores.selectors import score_set_published, shown_token
from solidago.io import published, tournesol
from solidago.io import snapshot as snapshot_io
from solidago.io.metadata import METADATA


def export_score_set(*, poll: Poll) -> ScoreSet:
    """Return the score set that an export of a poll would hold.

    Raises
    ------
    NoDatasetYet
        None is published, or its snapshot was deleted together with somebody's account.
    """
    score_set = score_set_published(poll=poll)
    if score_set is None or not _snapshot(score_set).exists():
        raise NoDatasetYet
    return score_set


def _snapshot(score_set: ScoreSet) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(poll=score_set.poll_id, digest=score_set.snapshot_digest)


def export_tag(*, poll: Poll, score_set: ScoreSet) -> str:
    """Return a text that changes whenever an export would, at the cost of a query that reads no judgment."""
    with connection.cursor() as cursor:
        cursor.execute(queries.STATE, {"poll": poll.pk})
        state = cursor.fetchone()
    seen = (texts.FORMAT, texts.README, shown_token(poll=poll), score_set.result_digest, state)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def export_write(*, poll: Poll, sink: IO[bytes]) -> None:
    """Write the public dataset of a poll as a zip archive; call it outside of transactions.

    The same state of the database gives the same bytes. What is held in memory are numbers: of the snapshot and of
    the judgments that are public now; texts are made and compressed a slice at a time.

    Raises
    ------
    NoDatasetYet
    """
    with consistent_read():
        score_set = export_score_set(poll=poll)
        with SteadyZip(sink) as archive:
            _write(poll, score_set, archive)


def _write(poll: Poll, score_set: ScoreSet, archive: SteadyZip) -> None:
    dataset = snapshot_io.loads(bytes(_snapshot(score_set).get().content))
    criteria = criterion_list(poll=poll)
    found = copy_out(queries.ENTITIES, [poll.pk], queries.ENTITY_COLUMNS)
    items = frames.item_names(found)
    judgments = frames.public_judgments(poll=poll, criteria=criteria, dataset=dataset)
    people = frames.people_names(score_set_id=score_set.pk, dataset=dataset, judgments=judgments)
    archive.text("README.txt", texts.readme(poll=poll))
    archive.text("LICENSE.txt", texts.licence(poll=poll))
    rows = {
        "judgments": archive.frames(tournesol.COMPARISONS, frames.comparison_frames(dataset, judgments, people, items)),
        "contributors": archive.frames(tournesol.USERS, [frames.user_frame(dataset, people)]),
        "vouches": archive.frames(tournesol.VOUCHERS, [frames.vouch_frame(people)]),
        "entities": archive.frames(published.ITEMS, [frames.item_frame(found, items)]),
        **_write_scores(score_set, archive, people, items),
    }
    # Last, for it holds the digests of all others.
    facts = texts.metadata(poll=poll, criteria=criteria, score_set=score_set, published=rows, digests=archive.digests)
    archive.text(METADATA, json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _write_scores(score_set: ScoreSet, archive: SteadyZip, people: Names, items: Names) -> dict[str, int]:
    """Write both files of scores, as the database formats them: with all digits, without being held here."""
    shown_people = [list(people), list(people.values())]
    shown_items = [list(items), list(items.values())]
    return {
        "individual_scores": _write_rows(
            archive, published.INDIVIDUAL, queries.INDIVIDUAL, [*shown_people, *shown_items, score_set.pk]
        ),
        "collective_scores": _write_rows(
            archive, published.COLLECTIVE, queries.COLLECTIVE, [*shown_items, score_set.pk]
        ),
    }


def _write_rows(archive: SteadyZip, name: str, query: str, parameters: list[object]) -> int:
    with archive.member(name) as write:
        write(",".join((*published.IDS[name], *published.NUMBERS[name])).encode() + b"\n")
        return copy_to(query, parameters, write)
