"""The public dataset: what is public, all of it, and nothing else; and its scores come out again."""

import csv
import io
import json
import zipfile

import pytest
import time_machine
from django.core.management import CommandError, call_command

from backend.accounts.models import Contributor
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Comparison, Rating
from backend.comparisons.services import comparison_delete, rating_set_public
from backend.datasets.errors import NoDatasetYet
from backend.datasets.export import export_write
from backend.entities.models import Entity
from backend.pipeline.snapshot import snapshots_forget
from backend.polls.models import Criterion, Poll
from backend.trust.models import Vouch
from solidago.cli import main
from solidago.io import published, tournesol
from solidago.verify import Verdict, influence, verify
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, UserFactory, judged_poll, poll_with, say

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS = {
    "README.txt",
    "LICENSE.txt",
    "comparisons.csv",
    "users.csv",
    "vouchers.csv",
    "items.csv",
    "individual_criteria_scores.csv",
    "collective_criteria_scores.csv",
    "metadata.json",
}


def exported(poll: Poll) -> bytes:
    sink = io.BytesIO()
    export_write(poll=poll, sink=sink)
    return sink.getvalue()


def member(export: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(export)) as archive:
        return archive.read(name).decode()


def rows(export: bytes, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(member(export, name), newline="")))


def everything(export: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(export)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def verdict(export: bytes) -> Verdict:
    return verify(published.read(io.BytesIO(export)), threads=1).verdict


def make_public(poll: Poll) -> None:
    pairs = Comparison.objects.filter(poll=poll).values_list("contributor", "left", "right")
    rated = {(person, item) for person, left, right in pairs for item in (left, right)}
    Rating.objects.bulk_create(Rating(contributor_id=person, entity_id=item, is_public=True) for person, item in rated)


@pytest.fixture
def public_poll() -> Poll:
    """Return a poll of two criteria, computed, whose every rating is public."""
    poll = judged_poll(contributors=4, criteria=("good", "cheap"), licence="CC0 1.0", slug="lamps")
    make_public(poll)
    computed(poll)
    return poll


def test_it_works(public_poll):
    export = exported(public_poll)
    with zipfile.ZipFile(io.BytesIO(export)) as archive:
        assert set(archive.namelist()) == MEMBERS
        assert archive.testzip() is None
    assert member(export, "LICENSE.txt") == "CC0 1.0\n"
    assert len(rows(export, "comparisons.csv")) == 4 * 3 * 2
    assert len(rows(export, "collective_criteria_scores.csv")) == 4 * 2
    assert len(rows(export, "individual_criteria_scores.csv")) == 4 * 4 * 2


def test_a_poll_whose_every_rating_is_public_is_verified(public_poll):
    found = verify(published.read(io.BytesIO(exported(public_poll))), threads=1)
    assert found.verdict is Verdict.VERIFIED
    assert (found.collective.matching, found.individual.matching) == (8, 32)
    assert max(found.collective.largest, found.individual.largest) <= 1e-6
    assert found.same_code


def test_a_poll_of_the_other_method_is_verified_by_it(public_poll):
    computed(public_poll, method="licchavi")
    export = exported(public_poll)
    assert json.loads(member(export, "metadata.json"))["method"] == "licchavi"
    assert verdict(export) is Verdict.VERIFIED


def test_the_columns_are_those_of_tournesol_and_more(public_poll):
    export = exported(public_poll)
    theirs = {
        "comparisons.csv": {"public_username", "video_a", "video_b", "criteria", "score", "score_max", "week_date"},
        "users.csv": {"public_username", "trust_score"},
        "vouchers.csv": {"by_username", "to_username", "value"},
        "individual_criteria_scores.csv": {
            "public_username", "video", "criteria", "score", "uncertainty", "voting_right",
        },
        "collective_criteria_scores.csv": {"video", "criteria", "score", "uncertainty"},
    }  # fmt: skip
    for name, columns in theirs.items():
        assert columns <= set(next(csv.reader(io.StringIO(member(export, name)))))


def test_a_negative_score_prefers_video_a():
    poll, ada = poll_with(), ContributorFactory()
    say(ada, poll, "b", "a", good=7)
    make_public(poll)
    computed(poll)
    (row,) = rows(exported(poll), "comparisons.csv")
    preferred = row["video_a"] if float(row["score"]) < 0 else row["video_b"]
    assert (preferred, abs(float(row["score"])), row["score_max"]) == ("a", 7, "10")


def test_metadata_tell_what_was_used_and_what_is_public(public_poll):
    facts = json.loads(member(exported(public_poll), "metadata.json"))
    score_set = public_poll.publication.score_set
    assert facts["counts"]["used"] == {"judgments": 24, "contributors": 4, "entities": 4}
    assert facts["counts"]["published"] == {
        "judgments": 24,
        "contributors": 4,
        "vouches": 0,
        "entities": 4,
        "individual_scores": 32,
        "collective_scores": 8,
    }
    assert facts["config"] == score_set.config
    assert facts["snapshot_digest"] == score_set.snapshot_digest
    assert facts["result_digest"] == score_set.result_digest
    assert set(facts["files"]) == MEMBERS - {"metadata.json"}


def test_equal_states_give_equal_bytes_and_time_is_no_part_of_them(public_poll):
    first = exported(public_poll)
    with time_machine.travel("2040-01-01"):
        assert exported(public_poll) == first


def private_poll() -> tuple[Poll, Contributor, Contributor]:
    """Return a poll where ada shows a and b but not c, and "shy-bob" nothing; both judged all pairs."""
    poll = poll_with(items=3)
    ada, bob = ContributorFactory(name="ada", given_trust=0.625), ContributorFactory(name="shy-bob", given_trust=0.375)
    for person in (ada, bob):
        for pair in ("ab", "bc", "ac"):
            say(person, poll, *pair, good=3)
    for uid in "ab":
        rating_set_public(contributor=ada, entity=poll.entities.get(uid=uid), is_public=True)
    computed(poll)
    return poll, ada, bob


def test_only_comparisons_between_two_public_ratings_are_there():
    poll, *_ = private_poll()
    export = exported(poll)
    pairs = [(r["public_username"], {r["video_a"], r["video_b"]}) for r in rows(export, "comparisons.csv")]
    assert pairs == [("ada", {"a", "b"})]
    scored = {(r["public_username"], r["video"]) for r in rows(export, "individual_criteria_scores.csv")}
    assert scored == {("ada", "a"), ("ada", "b")}


def test_who_shows_nothing_does_not_appear_in_any_member():
    poll, ada, bob = private_poll()
    Vouch.objects.create(voucher=ada, vouchee=bob)
    export = exported(poll)
    assert "shy-bob" not in everything(export)
    assert "0.375" not in everything(export)
    assert [(r["public_username"], r["trust_score"]) for r in rows(export, "users.csv")] == [("ada", "0.625")]
    assert rows(export, "vouchers.csv") == []


def test_a_poll_with_private_ratings_says_what_is_missing():
    poll, *_ = private_poll()
    found = verify(published.read(io.BytesIO(exported(poll))), threads=1)
    assert found.verdict is Verdict.INCOMPLETE
    assert (found.missing.judgments, found.missing.contributors, found.missing.entities) == (5, 1, 1)


@pytest.mark.parametrize("what", ["private", "deleted", "hidden", "suspended", "account"])
def test_what_is_no_longer_public_is_left_out_before_the_next_run(public_poll, what):
    person = Contributor.objects.earliest("pk")
    a, b = (public_poll.entities.get(uid=uid) for uid in "ab")
    theirs = {"name": person.name, "pair": {"a", "b"}}
    if what == "private":
        rating_set_public(contributor=person, entity=a, is_public=False)
    elif what == "deleted":
        comparison_delete(contributor=person, poll=public_poll, left=a, right=b)
    elif what == "hidden":
        Entity.objects.filter(pk=a.pk).update(is_hidden=True)
    elif what == "suspended":
        Contributor.objects.filter(pk=person.pk).update(is_suspended=True)
    else:
        person.delete()
    export = exported(public_poll)
    shown = [(r["public_username"], {r["video_a"], r["video_b"]}) for r in rows(export, "comparisons.csv")]
    assert (theirs["name"], theirs["pair"]) not in shown
    assert len(shown) < 24
    if what in ("suspended", "account"):
        assert theirs["name"] not in everything(export)
    if what == "hidden":
        assert "a" not in {r["video"] for r in rows(export, "collective_criteria_scores.csv")}
    assert verdict(export) is Verdict.INCOMPLETE


def test_what_turned_public_after_the_run_waits_for_the_next():
    poll, ada, _ = private_poll()
    rating_set_public(contributor=ada, entity=poll.entities.get(uid="c"), is_public=True)
    assert len(rows(exported(poll), "comparisons.csv")) == 1


def test_other_polls_do_not_leak(public_poll):
    other = judged_poll(slug="other")
    make_public(other)
    computed(other)
    names = {r["public_username"] for r in rows(exported(public_poll), "users.csv")}
    assert names.isdisjoint(r["public_username"] for r in rows(exported(other), "users.csv"))


def test_vouches_between_accounts_stay_private_and_those_of_imports_do_not():
    poll = poll_with()
    people = [contributor_get_or_create(user=UserFactory()) for _ in range(2)]
    people += [ContributorFactory(origin="import:poll", name=name) for name in ("zoe", "yan")]
    for person in people:
        say(person, poll, "a", "b", good=1)
    for voucher, vouchee in ((people[0], people[1]), (people[0], people[2]), (people[2], people[3])):
        Vouch.objects.create(voucher=voucher, vouchee=vouchee, value=0.5)
    make_public(poll)
    computed(poll)
    export = exported(poll)
    assert [tuple(r.values()) for r in rows(export, "vouchers.csv")] == [("zoe", "yan", "0.5")]
    assert verdict(export) is Verdict.VERIFIED


def test_names_that_spreadsheets_evaluate_are_guarded_and_come_back():
    strange = ["=cmd|' /C calc'!A1", "'=1+1", "@SUM(A1)", "-ab_cdefghi", 'a,"b"\r\nc', "'quoted"]
    poll = poll_with(items=1)
    for uid in strange:
        Entity.objects.create(poll=poll, uid=uid, title="=1+1")
    for origin, name in (("", "eve"), ("import:x", "eve"), ("import:x", "+1 (2)")):
        for uid in strange:
            say(
                ContributorFactory.create(origin=origin, name=name)
                if uid == strange[0]
                else Contributor.objects.get(origin=origin, name=name),
                poll,
                "a",
                uid,
                good=1,
            )
    make_public(poll)
    computed(poll)
    export = exported(poll)
    names = {r["video"] for r in rows(export, "items.csv")}
    assert {"'=cmd|' /C calc'!A1", "''=1+1", "'@SUM(A1)", "-ab_cdefghi", "'quoted"} <= names
    back = tournesol.read(io.BytesIO(export))
    assert set(back.dataset.entities) == {"a", *strange}
    twin = Contributor.objects.get(origin="import:x", name="eve")
    assert set(back.dataset.users) == {"eve", f"eve #{twin.pk}", "+1 (2)"}
    assert verdict(export) is Verdict.VERIFIED


def test_values_that_no_slider_gives_come_back_exactly():
    poll, ada = poll_with(), ContributorFactory()
    comparison = say(ada, poll, "a", "b", good=1)
    comparison.judgments.update(value=1 / 3, maximum=0.7)
    say(ada, poll, "b", "c", good=-4)
    make_public(poll)
    computed(poll)
    assert verdict(exported(poll)) is Verdict.VERIFIED


def test_an_import_of_the_export_gives_the_same_scores(public_poll, tmp_path):
    path = tmp_path / "lamps.zip"
    path.write_bytes(exported(public_poll))
    call_command("import_dataset", path, poll="copy", stdout=io.StringIO())
    copy = Poll.objects.get(slug="copy")
    computed(copy)
    first, second = (
        {(r["video"], r["criteria"]): float(r["score"]) for r in rows(exported(poll), "collective_criteria_scores.csv")}
        for poll in (public_poll, copy)
    )
    assert first.keys() == second.keys()
    assert all(abs(first[key] - second[key]) < 1e-6 for key in first)


def test_what_somebody_changed_is_found(public_poll):
    export = published.read(io.BytesIO(exported(public_poll)))
    found = influence(export, [Contributor.objects.earliest("pk").name], threads=1)
    assert found.judgments == 6
    assert found.moved == found.scores == 8


def test_nothing_can_be_exported_before_a_run_or_after_the_snapshot_is_gone(public_poll):
    with pytest.raises(NoDatasetYet):
        exported(poll_with())
    snapshots_forget(contributor_id=Contributor.objects.earliest("pk").pk)
    with pytest.raises(NoDatasetYet, match="next computation"):
        exported(public_poll)


def test_a_deleted_criterion_is_left_out(public_poll):
    Criterion.objects.filter(poll=public_poll, name="cheap").delete()
    assert {r["criteria"] for r in rows(exported(public_poll), "comparisons.csv")} == {"good"}


def test_the_command_writes_a_file_that_the_other_command_verifies(public_poll, tmp_path, capsys):
    out = io.StringIO()
    path = tmp_path / "lamps.zip"
    call_command("export_dataset", poll="lamps", out=path, stdout=out)
    assert f"python -m solidago verify {path}" in out.getvalue()
    assert list(tmp_path.iterdir()) == [path]
    assert main(["verify", str(path), "--threads", "1"]) == 0
    assert "Verified" in capsys.readouterr().out


def test_the_command_refuses_in_words_and_writes_nothing(tmp_path):
    poll_with(slug="empty")
    for poll, out in (("nobody", tmp_path / "x.zip"), ("empty", tmp_path / "x.zip"), ("empty", tmp_path / "no" / "x")):
        with pytest.raises(CommandError):
            call_command("export_dataset", poll=poll, out=out)
    assert list(tmp_path.iterdir()) == []
