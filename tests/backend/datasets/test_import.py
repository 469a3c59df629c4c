"""Importing an export: all of it, once, or nothing."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison, Judgment, Rating
from backend.entities.models import Entity
from backend.polls.models import Criterion, News, Poll
from backend.trust.models import Vouch
from tests.factories import ContributorFactory, poll_with, say

pytestmark = pytest.mark.django_db

USERS = "public_username,trust_score\nada,0.9\nbob,\n"
VOUCHERS = "by_username,to_username,value\nada,bob,0.5\n"
HEADER = "public_username,video_a,video_b,criteria,score,score_max\n"
COMPARISONS = HEADER + (
    "ada,aaaaaaaaaaa,bbb,good,3,10\n"
    "ada,aaaaaaaaaaa,bbb,cheap,-1,2\n"
    "bob,bbb,aaaaaaaaaaa,good,-10,10\n"
)  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(**members: str | bytes) -> Path:
        files = {"comparisons": COMPARISONS, "users": USERS, "vouchers": VOUCHERS} | members
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                if content is not None:
                    archive.writestr(f"{name}.csv", content)
        return path

    return write


def load(path: Path, slug: str = "videos", **options: str) -> str:
    out = io.StringIO()
    call_command("import_dataset", path, poll=slug, stdout=out, **options)
    return out.getvalue()


def stored() -> set[tuple]:
    rows = Judgment.objects.values_list(
        "comparison__contributor__name",
        "comparison__left__uid",
        "comparison__right__uid",
        "criterion__name",
        "value",
        "maximum",
    )
    return set(rows)


def counts() -> list[int]:
    return [
        m.objects.count() for m in (Poll, Criterion, Entity, Contributor, Comparison, Judgment, Rating, Vouch, News)
    ]


def test_it_works(write):
    assert "Imported." in load(write(), title="Videos")
    poll = Poll.objects.get()
    assert (poll.slug, poll.title) == ("videos", "Videos")
    assert [criterion.name for criterion in poll.criteria.all()] == ["good", "cheap"]
    assert stored() == {
        ("ada", "aaaaaaaaaaa", "bbb", "good", 3, 10),
        ("ada", "aaaaaaaaaaa", "bbb", "cheap", -1, 2),
        ("bob", "bbb", "aaaaaaaaaaa", "good", -10, 10),
    }
    people = Contributor.objects.values_list("name", "origin", "given_trust", "user")
    assert set(people) == {("ada", "import:videos", 0.9, None), ("bob", "import:videos", None, None)}
    assert [(v.voucher.name, v.vouchee.name, v.value) for v in Vouch.objects.all()] == [("ada", "bob", 0.5)]
    assert Rating.objects.filter(is_public=True).count() == 4
    assert News.objects.count() == 1


def test_video_like_items_get_their_address_and_others_none(write):
    load(write())
    addresses = dict(Entity.objects.values_list("uid", "url"))
    assert addresses == {"aaaaaaaaaaa": "https://www.youtube.com/watch?v=aaaaaaaaaaa", "bbb": ""}


def test_a_new_poll_bears_the_licence_of_its_data_and_keeps_it(write):
    load(write(), licence="Of the videos' people, ODC-By 1.0")
    load(write(), licence="Another")
    assert Poll.objects.get().licence == "Of the videos' people, ODC-By 1.0"


def test_a_second_time_changes_nothing_and_says_so(write):
    load(write())
    before = counts()
    assert "nothing changed" in load(write())
    assert counts() == before


def test_changed_rows_are_brought_up_to_date_and_missing_ones_left_alone(write):
    load(write())
    text = load(
        write(
            comparisons=HEADER + "ada,bbb,aaaaaaaaaaa,good,5,10\n",
            users="public_username,trust_score\nada,0.1\n",
            vouchers=VOUCHERS.replace("0.5", "0.25"),
        )
    )
    assert "judgments: 0 new, 1 changed" in text
    assert ("ada", "aaaaaaaaaaa", "bbb", "good", -5, 10) in stored()
    assert len(stored()) == 3
    assert Contributor.objects.get(name="ada").given_trust == 0.1
    assert Vouch.objects.get().value == 0.25
    assert News.objects.count() == 2


def test_criteria_of_one_pair_given_different_ways_round_become_one_comparison(write):
    load(write(comparisons=HEADER + "ada,a,b,good,3,10\nada,b,a,cheap,4,10\n"))
    assert stored() == {("ada", "a", "b", "good", 3, 10), ("ada", "a", "b", "cheap", -4, 10)}
    assert Comparison.objects.count() == 1


def test_an_existing_poll_keeps_its_title_criteria_and_items(write):
    poll = poll_with(slug="videos", title="Mine", criteria=("cheap", "good"), items=0)
    Entity.objects.create(poll=poll, uid="bbb", title="A bridge")
    load(write(), title="Other")
    poll.refresh_from_db()
    assert poll.title == "Mine"
    assert [criterion.name for criterion in poll.criteria.all()] == ["cheap", "good"]
    assert Entity.objects.get(uid="bbb").title == "A bridge"


def test_an_export_without_maximum_or_trust_uses_ten_and_pretrusted(write):
    load(
        write(
            comparisons="criteria,score,video_b,video_a,public_username,week\ngood,3,b,a,ada,x\n",
            users="is_pretrusted,public_username\n1,ada\n0,bob\n",
        )
    )
    assert stored() == {("ada", "a", "b", "good", 3, 10)}
    assert set(Contributor.objects.values_list("name", "is_pretrusted", "given_trust")) == {
        ("ada", True, None),
        ("bob", False, None),
    }


ROW = "ada,a,b,good,3,10\n"
LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"comparisons": None}, "comparisons.csv"),
        ({"users": None}, "users.csv"),
        ({"comparisons": ""}, "comparisons.csv"),
        ({"comparisons": COMPARISONS.replace("video_b", "other")}, "video_b"),
        ({"comparisons": HEADER + ROW + "ada,a,c,good,nan,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a,c,good,three,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a,c,good,,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a,c,good,11,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a,c,good,1,0\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a,a,good,1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + ROW}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,b,a,good,1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "eve,a,b,good,1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + ",a,b,good,1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + f"ada,{LONG},b,good,1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + f"ada,a,c,{LONG},1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a\0,c,good,1,10\n"}, "line 3"),
        ({"comparisons": HEADER + ROW + "ada,a,c,good,1,inf\n"}, "line 3"),
        ({"comparisons": (HEADER + ROW).encode() + b"ada,\xff,b,good,1,10\n"}, "UTF-8"),
        ({"users": "public_username\nada\n"}, "trust_score"),
        ({"users": USERS + "eve,1.5\n"}, "line 4"),
        ({"users": USERS + "ada,0.5\n"}, "line 4"),
        ({"vouchers": VOUCHERS + "ada,ada,1\n"}, "line 3"),
        ({"vouchers": VOUCHERS + "bob,ada,2\n"}, "line 3"),
    ],
)
def test_bad_files_are_refused_with_the_place_and_nothing_is_stored(write, members, message):
    with pytest.raises(CommandError, match=message) as caught:
        load(write(**members))
    assert str(caught.value).startswith("Nothing was imported.")
    assert len(str(caught.value)) < 500
    assert counts() == [0] * 9


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_export_is_refused(tmp_path, content):
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=r"^Nothing was imported\."):
        load(path)
    assert counts() == [0] * 9


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        load(tmp_path / "none.zip")
    with pytest.raises(CommandError, match=r"^Nothing was imported\."):
        load(tmp_path)


@pytest.mark.parametrize("slug", ["no spaces", "", "x" * 101, "é"])
def test_a_poll_that_cannot_be_named_so_is_refused(write, slug):
    with pytest.raises(CommandError, match="slug"):
        load(write(), slug)
    assert counts() == [0] * 9


@pytest.mark.django_db(transaction=True)
def test_people_can_judge_while_a_dataset_is_imported(write):
    poll, contributor = poll_with(slug="videos"), ContributorFactory()

    def judge() -> None:
        say(contributor, poll, "a", "b", good=1)
        connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        load(write())
        pool.submit(judge).result(timeout=60)
    assert Judgment.objects.filter(comparison__contributor=contributor).exists()
