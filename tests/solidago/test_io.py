"""The Tournesol layout: what is read, what is refused and where, what is written."""

import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from solidago import pipeline, trust
from solidago.config import Config
from solidago.errors import InvalidFile, InvalidInput
from solidago.generative import Recipe, generate
from solidago.io import archive, results, tournesol

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "tournesol_public_2024-01_tiny.zip"
COMPARISONS = """\
public_username,video_a,video_b,criteria,score,score_max,week_date
ada,v1,v2,largely_recommended,5,10,2024-01-01
bob,v3,v2,largely_recommended,-10,10,2024-01-01
bob,v3,v2,clear,1,4,2024-01-01
"""
USERS = "public_username,trust_score\nada,1.0\nbob,0.25\n"
VOUCHERS = "by_username,to_username,value\nada,bob,1.0\nada,eve,0.5\n"
Member = str | bytes


def zipped(members: Mapping[str, Member]) -> io.BytesIO:
    block = io.BytesIO()
    with zipfile.ZipFile(block, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return block


def export(**changes: Member | None) -> io.BytesIO:
    """An archive of the three members, with changed (or, None, without) contents."""
    members = {"comparisons": COMPARISONS, "users": USERS, "vouchers": VOUCHERS} | changes
    return zipped({f"{name}.csv": content for name, content in members.items() if content is not None})


def refusal(source: io.BytesIO | Path) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        tournesol.read(source)
    assert len(str(caught.value)) < 300
    return caught.value


# ---------------------------------------------------------------- reading


def test_it_works() -> None:
    read = tournesol.read(export())
    assert read.comparisons.rows()[1] == ("bob", "v3", "v2", "largely_recommended", -10.0, 10.0)
    assert read.users["user"].to_list() == ["ada", "bob", "eve"]
    assert read.vouches.rows() == [("ada", "bob", 1.0), ("ada", "eve", 0.5)]
    clear = read.dataset.judgments["clear"]
    # Turned, so that v2 is on the left: bob still prefers v2, by a quarter.
    assert (read.dataset.entities[clear.left[0]], clear.value[0]) == ("v2", -0.25)


def test_a_path_and_a_stream_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(export().getvalue())
    one, two = tournesol.read(path), tournesol.read(export())
    assert (one.sha256, one.dataset.digest()) == (two.sha256, two.dataset.digest())


def test_score_max_is_10_where_there_is_no_such_column() -> None:
    text = "public_username,video_a,video_b,criteria,score,week_date\nada,v1,v2,clear,5,2021-01-11\n"
    assert tournesol.read(export(comparisons=text)).dataset.judgments["clear"].value[0] == 0.5


def test_columns_come_in_any_order_with_others_beside_them() -> None:
    text = "score,note,criteria,video_b,video_a,public_username\r\n5,\xe9,clear,v2,v1,ada\r\n"
    assert tournesol.read(export(comparisons=text)).comparisons.row(0)[:4] == ("ada", "v1", "v2", "clear")


def test_a_byte_order_mark_and_quotes_are_understood() -> None:
    text = b'\xef\xbb\xbfpublic_username,trust_score\n"ada",1\n"bob",0.5\n"o""x,\ny",0\n'
    assert tournesol.read(export(users=text)).users["user"].to_list() == ["ada", "bob", 'o"x,\ny', "eve"]


def test_members_may_lie_in_one_folder() -> None:
    block = zipped({"d/comparisons.csv": COMPARISONS, "d/users.csv": USERS, "d/vouchers.csv": VOUCHERS, "LICENSE": ""})
    assert tournesol.read(block).dataset.digest() == tournesol.read(export()).dataset.digest()


def test_no_comparison_yet_is_no_error() -> None:
    assert tournesol.read(export(comparisons=COMPARISONS.partition("\n")[0])).dataset.criteria == ()


def test_trust_is_as_given() -> None:
    dataset = tournesol.read(export()).dataset
    assert trust.compute(dataset)[:2].tolist() == [1.0, 0.25]
    assert tournesol.read(export(vouchers=None)).dataset.trust.tolist() == [1.0, 0.25]


def test_trust_is_computed_where_users_are_pretrusted() -> None:
    dataset = tournesol.read(export(users="public_username,trust_score,is_pretrusted\nada,0,True\nbob,1,0\n")).dataset
    assert np.isnan(dataset.trust).all()
    np.testing.assert_allclose(trust.compute(dataset), [0.8, 0.8 * 0.8 / 7, 0.8 * 0.8 / 14], atol=1e-9)


def test_an_empty_trust_score_is_to_be_computed() -> None:
    users = tournesol.read(export(users="public_username,trust_score\nada,\nbob,0.5\n")).users
    assert [math.isnan(value) for value in users["trust"]] == [True, False, True]


@pytest.mark.skipif(not REAL.exists(), reason="the export of Tournesol is not beside the sources")
def test_the_real_export_of_january_2024_is_read() -> None:
    read = tournesol.read(REAL)
    counts = {name: len(rows) for name, rows in read.dataset.judgments.items()}
    assert counts == {"importance": 17_143, "largely_recommended": 21_244}
    assert (read.vouches.height, read.dataset.trust[~np.isnan(read.dataset.trust)].tolist()) == (129, [1.0] * 5)


# ---------------------------------------------------------------- refusing


def row(*fields: str) -> str:
    """The comparisons with a fourth row, on line 5."""
    return COMPARISONS + ",".join(fields) + "\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (row("ada", "v1", "v1", "clear", "1", "10", ""), "compares 'v1' with itself"),
        (row("ada", "v1", "v3", "clear", "11", "10", ""), "beyond its maximum"),
        (row("ada", "v1", "v3", "clear", "NaN", "10", ""), "'NaN' is not a finite number"),
        (row("ada", "v1", "v3", "clear", "inf", "10", ""), "'inf' is not a finite number"),
        (row("ada", "v1", "v3", "clear", "ten", "10", ""), "'ten' is not a finite number"),
        (row("ada", "v1", "v3", "clear", "9" * 10**6, "10", ""), "is not a finite number"),
        (row("ada", "v1", "v3", "clear", "", "10", ""), "has no value"),
        (row("ada", "v1", "v3", "clear", "0", "0", ""), "must be a positive number"),
        (row("ada", "v1", "v3", "clear", "0", "", ""), "has no maximum"),
        (row("eve2", "v1", "v3", "clear", "0", "10", ""), "unknown user 'eve2'"),
        (row("", "v1", "v3", "clear", "0", "10", ""), "has an empty user"),
        (row("ada", "v" * 10**6, "v3", "clear", "0", "10", ""), "more than 500 characters"),
        (row("ada", "v1", "v3", "c" * 10**6, "0", "10", ""), "more than 500 characters"),
        (row("bob", "v2", "v3", "clear", "0", "10", ""), "a second time"),
        (COMPARISONS + "\n" + "ada,v1,v3,clear,0,10,\n", "has an empty user"),
        (row("ada", "v1", "v3", "clear", "0", "10", "", "extra"), "has 8 fields where the header has 7"),
        (COMPARISONS.encode() + b"ada,v\xff,v3,clear,0,10,\n", "is not UTF-8"),
        (row("ada", "v\0", "v3", "clear", "0", "10", ""), "holds a zero byte"),
    ],
)
def test_a_bad_comparison_is_refused_by_its_line(text: Member, problem: str) -> None:
    error = refusal(export(comparisons=text))
    assert problem in error.problem
    assert (error.member, error.line) == ("comparisons.csv", 5)


def test_lines_are_counted_through_quoted_line_ends() -> None:
    users = 'public_username,trust_score\n"a\nd\na",1\nada,1\nbob,2\n'
    assert refusal(export(users=users)).line == 6


@pytest.mark.parametrize(
    ("users", "line", "problem"),
    [
        ("public_username\nada\n", 1, "'trust_score' (or 'is_pretrusted') is missing"),
        ("name,trust_score\nada,1\n", 1, "'public_username' is missing"),
        ("public_username,trust_score,trust_score\nada,1,1\n", 1, "'trust_score' is there twice"),
        ("public_username,trust_score\nada,1\nbob,1.01\n", 3, "must lie between 0 and 1"),
        ("public_username,trust_score\nada,1\nbob,nan\n", 3, "'nan' is not a finite number"),
        ("public_username,trust_score\nada,1\nada,1\nbob,1\n", 3, "a second time"),
        ("public_username,is_pretrusted\nada,True\nbob,maybe\n", 3, "'maybe' is not true or false"),
        ("public_username,is_pretrusted\nada,True\nbob,\n", 3, "'' is not true or false"),
        ("", 1, "has no header"),
        ("\n\nada,1", 1, "has no header"),
    ],
)
def test_bad_users_are_refused_by_their_line(users: str, line: int, problem: str) -> None:
    error = refusal(export(users=users))
    assert (error.member, error.line) == ("users.csv", line)
    assert problem in error.problem


@pytest.mark.parametrize(
    ("voucher", "problem"),
    [
        ("ada,ada,1", "vouch for themselves"),
        ("ada,eve,1", "a second time"),
        ("ada,bo,1.5", "must lie between 0 and 1"),
        ("ada,,1", "has an empty vouchee"),
        (f"{'x' * 501},bob,1", "more than 500 characters"),
    ],
)
def test_a_bad_vouch_is_refused_by_its_line(voucher: str, problem: str) -> None:
    error = refusal(export(vouchers=VOUCHERS + voucher + "\n"))
    assert (error.member, error.line) == ("vouchers.csv", 4)
    assert problem in error.problem


@pytest.mark.parametrize("column", ["public_username", "video_a", "video_b", "criteria", "score"])
def test_a_missing_column_is_named(column: str) -> None:
    error = refusal(export(comparisons=COMPARISONS.replace(column, "other", 1)))
    assert str(error) == f"comparisons.csv, line 1: the column '{column}' is missing"


@pytest.mark.parametrize("name", ["comparisons", "users"])
def test_a_missing_member_is_named(name: str) -> None:
    assert str(refusal(export(**{name: None}))) == f"{name}.csv: is missing from the archive"


def test_pretrusted_users_need_the_vouches() -> None:
    assert (
        refusal(export(users="public_username,is_pretrusted\nada,1\nbob,0\n", vouchers=None)).member == "vouchers.csv"
    )


@pytest.mark.parametrize(
    ("fields", "problem"),
    [('ada,"v1,v3,clear,0,10,', "a quote that is never closed"), ('ada,"v1"x",v3,clear",0,10,', "has no value")],
)
def test_broken_quotes_are_refused(fields: str, problem: str) -> None:
    assert problem in refusal(export(comparisons=f"{COMPARISONS}{fields}\n")).problem


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"a,b\n1,2\n"])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    assert "not a zip archive" in str(refusal(io.BytesIO(data)))


def test_an_empty_archive_is_refused() -> None:
    assert "archive is empty" in str(refusal(zipped({})))


def test_a_damaged_member_is_refused() -> None:
    data = bytearray(export().getvalue())
    data[60:90] = bytes(30)
    assert refusal(io.BytesIO(bytes(data))).member == "comparisons.csv"


@pytest.mark.parametrize("name", ["/etc/comparisons.csv", "../comparisons.csv", "a/../../users.csv", "..\\users.csv"])
def test_names_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    members = {"comparisons.csv": COMPARISONS, "users.csv": USERS, name: USERS}
    assert "leads out" in refusal(zipped(members)).problem


def test_a_member_that_is_there_twice_is_refused() -> None:
    members = {"comparisons.csv": COMPARISONS, "users.csv": USERS, "old/users.csv": USERS}
    assert "more than once" in refusal(zipped(members)).problem


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = COMPARISONS.encode() + bytes(archive.SMALL_MEMBER)
    error = refusal(export(comparisons=bomb))
    assert (error.member, error.line) == ("comparisons.csv", None)
    assert "bomb" in error.problem


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    assert "No such file" in str(refusal(tmp_path / "absent.zip"))
    assert "directory" in str(refusal(tmp_path))


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize("recipe", [Recipe(share_private=0), Recipe(share_private=0, answers=8, criteria=("b", "a"))])
def test_a_public_dataset_survives_writing_and_reading(recipe: Recipe, tmp_path: Path) -> None:
    dataset = generate(recipe, seed=3).dataset
    tournesol.write(tmp_path / "poll.zip", dataset)
    assert tournesol.read(tmp_path / "poll.zip").dataset.digest() == dataset.digest()


def test_what_is_private_is_not_written(tmp_path: Path) -> None:
    dataset = generate(Recipe(contributors=20), seed=3).dataset
    tournesol.write(tmp_path / "poll.zip", dataset)
    users, entities = dataset.users[dataset.private.user], dataset.entities[dataset.private.entity]
    names = set(zip(users, entities, strict=True))
    written = tournesol.read(tmp_path / "poll.zip").comparisons
    shown = set(written.select("user", "left").rows()) | set(written.select("user", "right").rows())
    assert names
    assert not shown & names
    everything = sum(map(len, dataset.judgments.values()))
    assert 0.5 * everything < written.height < 0.8 * everything  # 0.8^2 are between public ratings


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """Files of a run on two criteria, as tables."""
    dataset = generate(Recipe(contributors=30, entities=40, criteria=("b", "a")), seed=3).dataset
    folder = tmp_path_factory.mktemp("scores")
    results.write_tables(folder, dataset, pipeline.run(dataset, Config()))
    return {path.stem: pl.read_csv(path) for path in folder.iterdir()}


def test_tables_have_their_columns_and_are_sorted_by_name(scores: dict[str, pl.DataFrame]) -> None:
    assert scores["collective_criteria_scores"].columns == [
        "video", "criteria", "score", "uncertainty", "uncertainty_left", "uncertainty_right",
        "polarisation", "contributors",
    ]  # fmt: skip
    assert scores["individual_criteria_scores"].columns == [
        "public_username", "video", "criteria", "score", "uncertainty", "uncertainty_left", "uncertainty_right",
        "voting_right", "raw_score", "raw_uncertainty_left", "raw_uncertainty_right",
    ]  # fmt: skip
    assert scores["contributor_scalings"].columns == [
        "public_username", "criteria", "multiplier", "translation",
        "multiplier_uncertainty", "translation_uncertainty", "is_scaler",
    ]  # fmt: skip
    for table in scores.values():
        names = table.select(pl.selectors.string()).rows()
        assert names == sorted(set(names))
        assert {criterion for *_, criterion in names} == {"a", "b"}


def test_tables_agree_with_each_other(scores: dict[str, pl.DataFrame]) -> None:
    individual, collective = scores["individual_criteria_scores"], scores["collective_criteria_scores"]
    counted = individual.group_by("video", "criteria").len().sort("video", "criteria")
    assert counted["len"].to_list() == collective["contributors"].to_list()
    scaled = individual.join(scores["contributor_scalings"], on=["public_username", "criteria"])
    raw = scaled["multiplier"] * scaled["raw_score"] + scaled["translation"]
    np.testing.assert_allclose(scaled["score"], 100 * raw / (1 + raw**2).sqrt(), rtol=1e-9, atol=1e-9)


def test_numbers_are_written_in_full(tmp_path: Path) -> None:
    dataset = generate(Recipe(contributors=5, entities=10), seed=3).dataset
    result = pipeline.run(dataset, Config())
    results.write_tables(tmp_path, dataset, result)
    written = pl.read_csv(tmp_path / "individual_criteria_scores.csv")["raw_score"].to_numpy()
    assert np.array_equal(written, result.criteria["largely_recommended"].individual.raw_score)


def test_no_criterion_gives_tables_without_rows(tmp_path: Path) -> None:
    dataset = tournesol.read(export(comparisons=COMPARISONS.partition("\n")[0])).dataset
    results.write_tables(tmp_path, dataset, pipeline.run(dataset, Config()))
    assert (tmp_path / "collective_criteria_scores.csv").read_text().count("\n") == 1


def test_nothing_appears_unless_all_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def interrupted() -> None:
        with results.all_or_nothing(out) as folder:
            (folder / "a.csv").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(out.iterdir()) == []
    with results.all_or_nothing(out) as folder:
        (folder / "a.csv").write_text("whole")
    assert [path.name for path in out.iterdir()] == ["a.csv"]


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="Cannot write to"), results.all_or_nothing(tmp_path / "file"):
        pytest.fail("the block must not run")
