"""What an export says of itself, in words and for programs. In English always: equal exports have equal bytes."""

from collections.abc import Mapping
from datetime import UTC

from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from solidago.io.guard import MARK
from solidago.io.metadata import FORMULA_GUARD
from solidago.io.published import OURS

FORMAT = f"{OURS} 1"
NO_LICENCE = (
    "The people who run this poll state no licence. Ask them before you use these data beyond what the law allows."
)

README = """\
{title}
{line}

{question}

What contributors of this poll make public, and the scores that were published from it. The layout is that of
Tournesol's public dataset, with more columns.

Licence: see LICENSE.txt.

What is in here
---------------
comparisons.csv: a row for each judgment. {sign}
    The maximum of |score| is score_max. week_date is the Monday of the week in which the pair was first compared.
users.csv: whoever appears in another file, with the trust (0 to 1) that the computation gave them.
vouchers.csv: who vouches for whom (0 to 1), among those people, where both came with a public dataset or are
    simulated. Vouches between accounts are private.
items.csv: the items, by the name in the other files, with their titles.
individual_criteria_scores.csv: what each contributor's own score of an item is, on a scale from -100 to 100 that is
    common to all. uncertainty is the sum of uncertainty_left and uncertainty_right: the interval of the score.
collective_criteria_scores.csv: the score of each item, from all contributors, those included that are private here.
metadata.json: how the scores were computed, from how much, and the SHA-256 of the other files.

user_key and item_key are the ids by which the computation sorts and draws. They are needed to repeat it to the last
digit, and mean nothing else.

What is not in here
-------------------
Ratings that their contributors keep private, comparisons unless both items are public for that contributor, hidden
items, suspended and deleted contributors. They may have counted in the scores.

Names
-----
A name that a spreadsheet would take for a formula has an apostrophe before it; names made of letters, digits and
_ . @ + - are never changed. Two people of the same name are told apart by their key: "ada #12".

How to verify
-------------
    python -m solidago verify THIS.zip
    python -m solidago verify THIS.zip --without NAME

computes all scores again and compares. If everything is public they match to a millionth of a point; otherwise
the command says what is missing.
"""
SIGN = "A negative score prefers video_a, a positive one video_b, 0 neither."


def readme(*, poll: Poll) -> str:
    """Return README.txt."""
    return README.format(title=poll.title, line="=" * len(poll.title), question=poll.question, sign=SIGN)


def licence(*, poll: Poll) -> str:
    """Return LICENSE.txt."""
    return f"{poll.licence or NO_LICENCE}\n"


def metadata(
    *,
    poll: Poll,
    criteria: list[Criterion],
    score_set: ScoreSet,
    published: Mapping[str, int],
    digests: Mapping[str, str],
) -> dict[str, object]:
    """Return metadata.json: all that is needed to compute the scores again, and to tell what is missing for it."""
    created = score_set.created_at.astimezone(UTC)
    return {
        "format": FORMAT,
        "generated_by": "Helianthus",
        "data_included_until": created.date().isoformat(),
        "published_at": created.isoformat(timespec="seconds"),
        "license": poll.licence,
        "poll": {
            "slug": poll.slug,
            "title": poll.title,
            "question": poll.question,
            "is_simulated": poll.is_simulated,
            "criteria": [{"name": c.name, "title": c.title} for c in criteria],
        },
        "method": score_set.config.get("method", "mehestan"),
        "config": score_set.config,
        "code_version": score_set.code_version,
        "snapshot_digest": score_set.snapshot_digest,
        "result_digest": score_set.result_digest,
        "counts": {
            "used": {
                "judgments": score_set.judgments,
                "contributors": score_set.contributors,
                "entities": score_set.entities,
            },
            "published": dict(published),
        },
        FORMULA_GUARD: MARK,
        "files": dict(digests),
    }
