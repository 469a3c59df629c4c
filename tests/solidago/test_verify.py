"""Verification: what matches is said to match, whatever was changed is found, and what is missing is told."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago import pipeline, trust
from solidago.cli import main
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.errors import InvalidFile, InvalidInput
from solidago.generative import Recipe, generate
from solidago.io import published, results, tournesol
from solidago.io.guard import guarded, unguarded
from solidago.verify import Verdict, influence, verify

TOURNESOL = sorted((Path(__file__).parents[3] / "shared" / "data").glob("tournesol_public_*.zip"))
CONFIG = Config(sigma=5.0)
COLLECTIVE, INDIVIDUAL = published.COLLECTIVE, published.INDIVIDUAL
Members = dict[str, str]


def made(dataset: Dataset, folder: Path) -> Members:
    """Return the members of an export of a dataset, with its scores, keys and metadata."""
    path = folder / "poll.zip"
    tournesol.write(path, dataset)
    results.write_tables(folder, dataset, pipeline.run(dataset, CONFIG, threads=1))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    members |= {name: (folder / name).read_text() for name in (COLLECTIVE, INDIVIDUAL)}
    judging = pl.read_csv(io.StringIO(members["comparisons.csv"]))
    used = {
        "judgments": sum(map(len, dataset.judgments.values())),
        "contributors": judging["public_username"].n_unique(),
        "entities": len(dataset.entities),
    }
    facts = {"format": "helianthus 1", "config": CONFIG.to_mapping(), "counts": {"used": used}}
    return members | {"metadata.json": json.dumps(facts)}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """Return an export of a poll where everything is public."""
    recipe = Recipe(contributors=15, entities=20, criteria=("good", "fun"), share_private=0.0)
    dataset = generate(recipe, seed=1).dataset
    trusted = replace(dataset, trust=trust.compute(dataset))
    return made(trusted, tmp_path_factory.mktemp("public"))


@pytest.fixture(scope="module")
def partly(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """Return an export of a poll where much is private."""
    recipe = Recipe(contributors=15, entities=20, criteria=("good",), share_private=0.4)
    return made(generate(recipe, seed=1).dataset, tmp_path_factory.mktemp("partly"))


def packed(members: Members) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream


def verdict(members: Members) -> Verdict:
    return verify(published.read(packed(members)), threads=1).verdict


def edited(members: Members, name: str, edit: Callable[[list[list[str]]], object]) -> Members:
    rows = list(csv.reader(io.StringIO(members[name], newline="")))
    edit(rows)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return members | {name: out.getvalue()}


def with_fact(members: Members, **facts: object) -> Members:
    return members | {"metadata.json": json.dumps(json.loads(members["metadata.json"]) | facts)}


def test_it_works(public: Members) -> None:
    found = verify(published.read(packed(public)), threads=1)
    assert found.verdict is Verdict.VERIFIED
    assert found.collective.matching == found.collective.published > 0
    assert found.individual.matching == found.individual.published > 0
    assert found.collective.largest <= 1e-6
    assert found.collective.worst.is_empty()


def add(amount: float, column: int, row: int = 1) -> Callable[[list[list[str]]], None]:
    def edit(rows: list[list[str]]) -> None:
        rows[row][column] = repr(float(rows[row][column]) + amount)

    return edit


def halve(rows: list[list[str]]) -> None:
    for row in rows[1:]:
        row[1] = repr(float(row[1]) / 2)


def remove(rows: list[list[str]]) -> None:
    del rows[1]


def turn(rows: list[list[str]]) -> None:
    score = rows[0].index("score")
    row = next(row for row in rows[1:] if float(row[score]))
    row[score] = repr(-float(row[score]))


@pytest.mark.parametrize(
    ("name", "edit"),
    [
        (COLLECTIVE, add(2e-6, 2)),
        (COLLECTIVE, add(0.1, 3)),
        (COLLECTIVE, remove),
        (INDIVIDUAL, add(-2e-6, 3)),
        (INDIVIDUAL, remove),
        ("comparisons.csv", turn),
        ("users.csv", halve),
    ],
)
def test_whatever_is_changed_is_found(public: Members, name: str, edit: Callable[[list[list[str]]], object]) -> None:
    assert verdict(edited(public, name, edit)) is Verdict.DIFFERENT


def test_a_changed_score_is_named(public: Members) -> None:
    tampered = edited(public, COLLECTIVE, add(3.0, 2, row=7))
    video, criterion = tampered[COLLECTIVE].splitlines()[7].split(",")[:2]
    found = verify(published.read(packed(tampered)), threads=1).collective
    assert (found.differing, found.largest) == (1, pytest.approx(3.0))
    (worst,) = found.worst.rows(named=True)
    assert (worst["video"], worst["criteria"], worst["number"]) == (video, criterion, "score")
    assert worst["published"] - worst["recomputed"] == pytest.approx(3.0)


def test_a_removed_comparison_is_missed(public: Members) -> None:
    found = verify(published.read(packed(edited(public, "comparisons.csv", remove))), threads=1)
    assert found.verdict is Verdict.INCOMPLETE
    assert found.missing.judgments == 1


def test_a_member_that_is_not_what_the_metadata_say_is_named(partly: Members) -> None:
    stated = with_fact(partly, files={"comparisons.csv": "0" * 64, "absent.csv": "1" * 64})
    found = verify(published.read(packed(stated)), threads=1)
    assert found.verdict is Verdict.DIFFERENT
    assert found.damage == ("comparisons.csv", "absent.csv")


def test_what_is_private_is_told(partly: Members) -> None:
    found = verify(published.read(packed(partly)), threads=1)
    assert found.verdict is Verdict.INCOMPLETE
    assert found.missing.judgments > 0
    assert found.collective.largest > 1e-3


def test_the_keys_of_the_run_stand_for_names(public: Members, tmp_path: Path) -> None:
    """Renaming everybody, with their old names as keys, changes no score."""
    recipe = Recipe(contributors=15, entities=20, criteria=("good", "fun"), share_private=0.0)
    dataset = generate(recipe, seed=1).dataset
    names = {str(user): f"person {99 - i}" for i, user in enumerate(dataset.users)}

    def key(rows: list[list[str]]) -> None:
        rows[0].append("user_key")
        for row in rows[1:]:
            row.append(row[0])
            row[0] = names[row[0]]

    def rename(rows: list[list[str]]) -> None:
        for row in rows[1:]:
            row[0] = names[row[0]]

    def rename_both(rows: list[list[str]]) -> None:
        rows[1:] = [[names[voucher], names[vouchee], *rest] for voucher, vouchee, *rest in rows[1:]]

    renamed = edited(edited(public, "users.csv", key), "comparisons.csv", rename)
    renamed = edited(renamed, INDIVIDUAL, rename)
    renamed = edited(renamed, "vouchers.csv", rename_both)
    assert verdict(renamed) is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("facts", "problem"),
    [({"config": [1]}, "configuration"), ({"config": {"sigma": -1}}, "sigma"), ({"config": {"x": 1}}, "unknown")],
)
def test_a_configuration_that_is_none_is_refused(public: Members, facts: dict[str, object], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        verdict(with_fact(public, **facts))


@pytest.mark.parametrize("facts", ["[]", "{", '{"counts": 3, "files": [], "format": "helianthus"}', '"helianthus"'])
def test_metadata_of_any_shape_end_in_a_verdict(public: Members, facts: str) -> None:
    assert verdict(public | {"metadata.json": facts}) in Verdict


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("items.csv", "video,item_key\na,1\na,2\n", "the same twice"),
        ("items.csv", "video,item_key\na,1\nb,1\n", "the same twice"),
        ("items.csv", "video,item_key\na,\n", "lacks a item_key"),
        (COLLECTIVE, "video,criteria,score\na,good,1\na,good,2\n", "twice"),
        (COLLECTIVE, "video,criteria,score\na,good,x\n", "not a finite number"),
    ],
)
def test_broken_members_are_refused_by_name(public: Members, name: str, content: str, problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem) as caught:
        verdict(public | {name: content})
    assert caught.value.member == name


def test_influence_is_the_difference_to_a_run_without_them(public: Members) -> None:
    export = published.read(packed(public))
    name = str(export.comparisons["user"][0])
    found = influence(export, [name], threads=1)
    without = pipeline.run(export.dataset(without=frozenset([name])), CONFIG, threads=1)
    scores = without.criteria["fun"].collective
    dataset = export.dataset(without=frozenset([name]))
    moved = {(row["video"], row["without"]) for row in found.moves.iter_rows(named=True) if row["criteria"] == "fun"}
    assert moved
    assert moved <= {(dataset.entities[e], s) for e, s in zip(scores.entity, scores.score, strict=True)} | {
        (video, None) for video, score in moved if score is None
    }
    assert found.moves["points"].abs().is_sorted(descending=True)


def test_an_unknown_user_is_answered_with_near_names(public: Members) -> None:
    export = published.read(packed(public))
    name = str(export.comparisons["user"][0])
    with pytest.raises(InvalidInput, match=f"Did you mean.*{name}"):
        influence(export, [f"{name}x"])
    with pytest.raises(InvalidInput, match=r"users\.csv"):
        influence(export, ["~" * 40])


def saved(members: Members, folder: Path) -> str:
    path = folder / "export.zip"
    path.write_bytes(packed(members).getvalue())
    return str(path)


def test_the_exit_status_tells_the_verdict(
    public: Members, partly: Members, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = {name: content for name, content in public.items() if name != "metadata.json"}
    tampered = edited(public, COLLECTIVE, add(1.0, 2))
    said = {}
    for status, members in ((0, public), (3, partly), (4, tampered), (5, foreign)):
        assert main(["verify", saved(members, tmp_path), "--threads", "1"]) == status
        said[status] = capsys.readouterr().out
    assert "every published score comes out again" in said[0]
    assert "are private" in said[3]
    assert "DIFFERENT" in said[4]
    assert "published, " in said[4]
    assert "other software" in said[5]


def test_the_report_comes_as_json_too(public: Members, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = published.read(packed(public)).comparisons["user"][0]
    assert main(["verify", saved(public, tmp_path), "--threads", "1", "--json", "--without", name]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "verified"
    assert report["without"]["users"] == [name]
    assert report["without"]["moves"][0]["points"]


def test_without_a_person_the_command_lists_what_moved(
    public: Members, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, name = saved(public, tmp_path), published.read(packed(public)).comparisons["user"][0]
    assert main(["verify", path, "--threads", "1", "--without", name]) == 0
    assert "points)" in capsys.readouterr().out
    assert main(["verify", path, "--without", f"{name}x"]) == 2
    assert f"Did you mean: {name}" in capsys.readouterr().err


@pytest.mark.skipif(not TOURNESOL, reason="no Tournesol export beside the repository (../shared/data)")
def test_scores_of_other_software_are_not_called_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(TOURNESOL[0]), "--threads", "1"]) == 5
    said = capsys.readouterr().out
    assert "Not verifiable: these scores come from other software" in said
    assert "in the median" in said


@given(st.lists(st.text(alphabet="'=+-@\t\rab1 (.＝é", max_size=6) | st.text(max_size=5), max_size=20))
def test_guarded_names_come_back_and_no_formula_is_left(names: list[str]) -> None:
    written = [guarded(name) for name in names]
    frame = pl.DataFrame({"name": written}, schema={"name": pl.String})
    assert frame.select(unguarded("name"))["name"].to_list() == names
    for text in written:
        assert text[:1] not in ("=", "\t", "\r") or not text
        assert text[:1] not in ("+", "-", "@") or all(c.isalnum() or c in "_.@+-" for c in text)


def test_names_of_accounts_and_videos_stay_as_they_are() -> None:
    for name in ("ada", "-ab_cdefghi", "+1", "@home", "J.-L. Côté", "d'Arc"):
        assert guarded(name) == name
