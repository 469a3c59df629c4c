"""Datasets: canonical order, the rules of the edge, digests, snapshots."""

import io
import zipfile
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago.dataset import Dataset
from solidago.errors import InvalidFile, InvalidInput, InvalidRow
from solidago.io import snapshot

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=4)
CRITERIA = ("calm", "clear")


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Valid columns of a small dataset, as keyword arguments of `build`."""
    people = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    things = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    pair = st.tuples(st.sampled_from(things), st.sampled_from(things)).filter(lambda p: p[0] != p[1])
    row = st.tuples(st.sampled_from(people), pair, st.sampled_from(CRITERIA), st.integers(-10, 10))
    rows = draw(st.lists(row, max_size=20, unique_by=lambda r: (r[0], frozenset(r[1]), r[2])))
    links = st.tuples(st.sampled_from(people), st.sampled_from(people)).filter(lambda p: p[0] != p[1])
    unit = st.floats(0, 1)
    return {
        "judgments": [(user, *pair, criterion, value, 10) for user, pair, criterion, value in rows],
        "users": [(name, draw(st.one_of(unit, st.just(np.nan))), draw(st.booleans())) for name in people],
        "vouches": [(*link, draw(unit)) for link in draw(st.lists(links, max_size=4, unique=True))]
        if len(people) > 1
        else [],
        "private": draw(st.lists(st.tuples(st.sampled_from(people), st.sampled_from(things)), max_size=3, unique=True)),
    }


def build(judgments: list[Any], users: list[Any], vouches: list[Any] = (), private: list[Any] = ()) -> Dataset:  # type: ignore[assignment]
    def table(rows: list[Any], **columns: type) -> pl.DataFrame:
        return pl.DataFrame(list(rows), schema=columns, orient="row")

    return Dataset.from_columns(
        table(judgments, user=str, left=str, right=str, criterion=str, value=int, maximum=int),
        users=table(users, user=str, trust=float, pretrusted=bool),
        vouches=table(vouches, voucher=str, vouchee=str, weight=float),
        private=table(private, user=str, entity=str),
    )


def one(**changes: Any) -> Dataset:
    """A dataset of one judgment, with changed columns."""
    row = {"user": ["ada"], "left": ["b"], "right": ["a"], "criterion": ["good"], "value": [5.0], "maximum": [10.0]}
    return Dataset.from_columns(row | changes, users={"user": ["ada"], "trust": [1.0]})


def test_it_works() -> None:
    dataset = one()
    judgments = dataset.judgments["good"]
    assert list(dataset.users) == ["ada"]
    assert list(dataset.entities) == ["a", "b"]
    assert dataset.criteria == ("good",)
    assert (judgments.user[0], judgments.left[0], judgments.right[0], judgments.value[0]) == (0, 0, 1, -0.5)


@settings(max_examples=40, deadline=None)
@given(facts(), st.randoms(use_true_random=False), st.data())
def test_row_order_and_side_do_not_matter(columns: dict[str, Any], random: Any, data: st.DataObject) -> None:
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in columns.items()}
    shuffled["judgments"] = [
        (u, right, left, c, -v, m) if data.draw(st.booleans()) else (u, left, right, c, v, m)
        for u, left, right, c, v, m in shuffled["judgments"]
    ]
    assert snapshot.dumps(build(**columns)) == snapshot.dumps(build(**shuffled))


@settings(max_examples=40, deadline=None)
@given(facts())
def test_arrays_are_canonical_and_say_what_was_given(columns: dict[str, Any]) -> None:
    dataset = build(**columns)
    dataset.check_canonical()
    said = {
        (dataset.users[u], dataset.entities[left], dataset.entities[right], criterion, value)
        for criterion, rows in dataset.judgments.items()
        for u, left, right, value in zip(rows.user, rows.left, rows.right, rows.value, strict=True)
    }
    meant = {
        (u, min(left, right), max(left, right), c, v / m if left < right else -v / m)
        for u, left, right, c, v, m in columns["judgments"]
    }
    assert said == meant
    assert len(meant) == sum(map(len, dataset.judgments.values()))
    trust = dict(zip(dataset.users, dataset.trust, strict=True))
    assert all(trust[name] == t or np.isnan(trust[name]) == np.isnan(t) for name, t, _ in columns["users"])


@settings(max_examples=30, deadline=None)
@given(facts(), facts())
def test_digest_and_bytes_tell_datasets_apart(some: dict[str, Any], other: dict[str, Any]) -> None:
    one, two = build(**some), build(**other)
    assert (one.digest() == two.digest()) == (snapshot.dumps(one) == snapshot.dumps(two))


@settings(max_examples=40, deadline=None)
@given(facts())
def test_snapshot_comes_back_exactly(columns: dict[str, Any]) -> None:
    dataset = build(**columns)
    back = snapshot.loads(snapshot.dumps(dataset))
    assert back.digest() == dataset.digest()
    assert back.criteria == dataset.criteria
    for (name, before), (_, after) in zip(dataset.arrays(), back.arrays(), strict=True):
        assert np.array_equal(before, after, equal_nan=before.dtype.kind == "f"), name


def test_numpy_columns_and_object_arrays_are_columns_too() -> None:
    texts = {"user": ["ada"], "left": ["b"], "right": ["a"], "criterion": ["good"]}
    arrays = {name: np.array(column, object) for name, column in texts.items()}
    assert one(**arrays, value=np.array([5])).digest() == one().digest()


def test_no_judgment_at_all_is_a_dataset() -> None:
    dataset = build([], [])
    assert dataset.criteria == ()
    assert snapshot.loads(snapshot.dumps(dataset)).digest() == dataset.digest()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"user": ["bob"]}, "unknown user 'bob'"),
        ({"left": ["a"]}, "compares 'a' with itself"),
        ({"value": [10.5]}, "the value 10.5, beyond its maximum 10.0"),
        ({"value": [-11]}, "beyond its maximum"),
        ({"value": [float("nan")]}, "must be a finite number"),
        ({"value": [float("inf")]}, "must be a finite number"),
        ({"value": [None]}, "has no value"),
        ({"maximum": [0.0]}, "must be a positive number"),
        ({"maximum": [float("inf")]}, "must be a positive number"),
        ({"left": [""]}, "has an empty left"),
        ({"criterion": [None]}, "has an empty criterion"),
        ({"user": ["x" * 501]}, "more than 500 characters"),
        ({"right": ["é" * 10**6]}, "more than 500 characters"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidRow, match="Row 1 of judgments") as caught:
        one(**changes)
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("column", ["user", "left", "right", "criterion", "value"])
def test_a_missing_column_is_named(column: str) -> None:
    columns = {"user": ["ada"], "left": ["b"], "right": ["a"], "criterion": ["good"], "value": [0.5]}
    del columns[column]
    with pytest.raises(InvalidInput, match=f"column '{column}' of judgments is missing"):
        Dataset.from_columns(columns, users={"user": ["ada"]})


@pytest.mark.parametrize("changes", [{"user": [1]}, {"value": ["5"]}, {"left": ["b", "c", "d"]}, {"value": [[1, 2]]}])
def test_a_column_of_the_wrong_kind_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="judgments"):
        one(**changes)


def test_the_earliest_broken_row_is_the_one_named() -> None:
    rows = [("ada", "a", "b", "good", 1, 10), ("ada", "c", "d", "good", 11, 10), ("ada", "e", "e", "good", 1, 10)]
    with pytest.raises(InvalidRow) as caught:
        build(rows, [("ada", 1.0, False)])
    assert (caught.value.table, caught.value.row) == ("judgments", 1)


def test_a_pair_judged_twice_is_refused_from_either_side() -> None:
    rows = [("ada", "a", "b", "good", 1, 10), ("ada", "a", "b", "calm", 1, 10), ("ada", "b", "a", "good", 2, 10)]
    with pytest.raises(InvalidRow, match=r"Row 3 .* a second time for 'ada' on 'good'"):
        build(rows, [("ada", 1.0, False)])


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ({"users": [("ada", 1.5, False)]}, "Row 1 of users gives 'ada' the trust 1.5"),
        ({"users": [("ada", -0.1, False)]}, "must lie between 0 and 1"),
        ({"users": [("ada", 0.1, None)]}, "Row 1 of users has no pretrusted"),
        ({"users": [("ada", 0.1, False)] * 2}, "Row 2 of users names the user 'ada' a second time"),
        ({"vouches": [("ada", "ada", 1.0)]}, "vouch for themselves"),
        ({"vouches": [("ada", "bob", 1.0)] * 2}, "Row 2 of vouches lets 'ada' vouch for 'bob' a second time"),
        ({"vouches": [("ada", "bob", float("nan"))]}, "must lie between 0 and 1"),
        ({"vouches": [("ada", "eve", 1.0)]}, "unknown vouchee 'eve'"),
        ({"private": [("eve", "a")]}, "Row 1 of private names the unknown user 'eve'"),
        ({"private": [("ada", "a")] * 2}, "a second time"),
    ],
)
def test_users_vouches_and_privacy_have_rules_too(tables: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidRow) as caught:
        build(**{"judgments": [], "users": [("ada", 1.0, True), ("bob", 1.0, True)], **tables})
    assert problem in str(caught.value)


def test_keys_beyond_64_bits_still_sort_like_their_tuples() -> None:
    from solidago.tables import packed

    rng = np.random.default_rng(3)
    columns = [rng.integers(0, 4, 200) for _ in range(3)]
    key = packed(*((column, 2**40) for column in columns))
    assert np.array_equal(np.argsort(key, kind="stable"), np.lexsort(columns[::-1]))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_snapshot_is_refused_or_harmless(data: st.DataObject) -> None:
    block = bytearray(snapshot.dumps(one()))
    for _ in range(data.draw(st.integers(1, 4))):
        block[data.draw(st.integers(0, len(block) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(block), len(block) // 2]))
    try:
        dataset = snapshot.loads(bytes(block[:cut]))
    except InvalidFile:
        return
    dataset.check_canonical()


def forged(**arrays: np.ndarray[Any, Any] | bytes | None) -> bytes:
    """The snapshot of `one`, with arrays replaced, added or (None) left out."""
    block = io.BytesIO()
    with zipfile.ZipFile(block, "w") as archive:
        for name, array in {**dict(one().arrays()), **arrays}.items():
            if isinstance(array, bytes):
                archive.writestr(f"{name}.npy", array)
            elif array is not None:
                content = io.BytesIO()
                np.save(content, array)
                archive.writestr(f"{name}.npy", content.getvalue())
    return block.getvalue()


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("judgments.user", None),
        ("judgments.user", b""),
        ("judgments.user", b"\x93NUMPY\x01\x00\x10\x00{'descr': __import"),
        ("judgments.user", np.array([7], "<i4")),
        ("judgments.user", np.array([-1], "<i4")),
        ("judgments.user", np.array([0.0])),
        ("judgments.user", np.array([0, 0], "<i4")),
        ("judgments.left", np.array([1], "<i4")),
        ("judgments.value", np.array([1.5])),
        ("judgments.value", np.array([np.nan])),
        ("judgments.count", np.array([2], "<i8")),
        ("judgments.count", np.array([-1], "<i8")),
        ("trust", np.array([2.0])),
        ("trust", np.array([], "<f8")),
        ("users.length", np.array([2], "<i4")),
        ("users.text", np.frombuffer(b"\xff\xff\xff", np.uint8)),
        ("entities.text", np.frombuffer(b"ba", np.uint8)),
        ("users.text", np.array(["ada"], object)),
    ],
)
def test_a_forged_snapshot_is_refused(name: str, array: Any) -> None:
    assert snapshot.loads(forged()).digest() == one().digest()
    with pytest.raises(InvalidFile):
        snapshot.loads(forged(**{name: array}))


def test_a_snapshot_that_unpacks_to_gigabytes_is_refused() -> None:
    block = io.BytesIO()
    with zipfile.ZipFile(block, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trust.npy", bytes(10**6))
    data = bytearray(block.getvalue())
    size = (10**6).to_bytes(4, "little")
    data[data.rindex(size) : data.rindex(size) + 4] = (2**32 - 2).to_bytes(4, "little")
    with pytest.raises(InvalidFile, match="more than"):
        snapshot.loads(bytes(data))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip" * 100])
def test_what_is_no_archive_is_no_snapshot(data: bytes) -> None:
    with pytest.raises(InvalidFile):
        snapshot.loads(data)
