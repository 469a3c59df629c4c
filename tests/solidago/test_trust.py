"""LipschiTrust: its promises, and a plain twin written from the formula."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solidago import trust
from solidago.dataset import Dataset

SIZE = 8


@st.composite
def communities(draw: st.DrawFn) -> dict[str, Any]:
    """Who is pretrusted, whose trust is given, and weighted vouches."""
    people = st.integers(0, SIZE - 1)
    links = draw(st.lists(st.tuples(people, people).filter(lambda p: p[0] != p[1]), max_size=20, unique=True))
    return {
        "pretrusted": draw(st.lists(st.booleans(), min_size=SIZE, max_size=SIZE)),
        "given": draw(st.dictionaries(people, st.floats(0, 1), max_size=2)),
        "vouches": [(*link, draw(st.floats(0, 1))) for link in links],
    }


def community(pretrusted: list[bool], vouches: list[tuple[int, int, float]], given: dict[int, float] = {}) -> Dataset:  # noqa: B006
    names = [f"user-{i:02}" for i in range(len(pretrusted))]  # so that they sort by number
    return Dataset.from_columns(
        {"user": [], "left": [], "right": [], "criterion": [], "value": []},
        users={
            "user": names,
            "pretrusted": pretrusted,
            "trust": [given.get(i, float("nan")) for i in range(len(names))],
        },
        vouches={
            "voucher": [names[v[0]] for v in vouches],
            "vouchee": [names[v[1]] for v in vouches],
            "weight": [v[2] for v in vouches],
        },
    )


def naive(pretrusted: list[bool], vouches: list[tuple[int, int, float]], given: dict[int, float]) -> list[float]:
    """The formula, in a plain loop."""
    numbers = [sum(1 for v in vouches if v[0] == u) for u in range(len(pretrusted))]
    start = [given.get(u, 0.8 if pretrusted[u] else 0.0) for u in range(len(pretrusted))]
    now = start
    while True:
        after = list(start)
        for u, v, weight in vouches:
            after[v] += 0.8 * weight / (numbers[u] + 5) * now[u]
        after = [given.get(u, min(1.0, t)) for u, t in enumerate(after)]
        if sum(abs(a - b) for a, b in zip(after, now, strict=True)) < 1e-8:
            return after
        now = after


@settings(max_examples=40, deadline=None)
@given(communities())
def test_it_equals_the_plain_formula(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(trust.compute(community(**case)), naive(**case), rtol=0, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(communities())
def test_trust_lies_in_its_range_and_what_is_given_stays(case: dict[str, Any]) -> None:
    computed = trust.compute(community(**case))
    assert (computed >= 0).all()
    assert (computed <= 1).all()
    for user, pretrusted in enumerate(case["pretrusted"]):
        if user in case["given"]:
            assert computed[user] == case["given"][user]
        elif pretrusted:
            assert computed[user] >= 0.8


@settings(max_examples=40, deadline=None)
@given(communities())
def test_no_trust_without_a_path_from_a_trusted_user(case: dict[str, Any]) -> None:
    reached = {u for u in range(SIZE) if case["given"].get(u, 0.8 * case["pretrusted"][u]) > 0}
    for _ in range(SIZE):
        reached |= {v for u, v, weight in case["vouches"] if u in reached and weight > 0}
    computed = trust.compute(community(**case))
    assert {u for u in range(SIZE) if computed[u] > 0} <= reached | set(case["given"])


@settings(max_examples=40, deadline=None)
@given(communities(), st.integers(1, 5), st.data())
def test_fake_accounts_gain_together_no_more_than_honest_users_vouch(
    case: dict[str, Any], fakes: int, data: st.DataObject
) -> None:
    """The total is at most 1 / (1 - 0.8) = 5 times the trust that flows in, however the fakes vouch for each other."""
    people = st.integers(SIZE, SIZE + fakes - 1)
    among = data.draw(st.lists(st.tuples(people, people).filter(lambda p: p[0] != p[1]), max_size=20, unique=True))
    inward = data.draw(st.lists(st.tuples(st.integers(0, SIZE - 1), people), max_size=5, unique=True))
    vouches = case["vouches"] + [(*link, 1.0) for link in among + inward]
    computed = trust.compute(community(case["pretrusted"] + [False] * fakes, vouches, case["given"]))
    numbers = np.bincount([v[0] for v in vouches] or [0], minlength=SIZE + fakes)
    inflow = sum(0.8 / (numbers[u] + 5) * computed[u] for u, _ in inward)
    assert computed[SIZE:].sum() <= 5.0 * inflow + 1e-7


@settings(max_examples=40, deadline=None)
@given(communities(), st.integers(0, SIZE - 1))
def test_one_more_pretrusted_user_lowers_nobodys_trust(case: dict[str, Any], user: int) -> None:
    before = trust.compute(community(**case))
    more = case | {"pretrusted": [p or u == user for u, p in enumerate(case["pretrusted"])]}
    assert (trust.compute(community(**more)) >= before - 1e-7).all()


def test_one_vouch_by_hand() -> None:
    computed = trust.compute(community([True, False, False], [(0, 1, 1.0), (1, 2, 0.5)]))
    np.testing.assert_allclose(computed, [0.8, 0.8 / 6 * 0.8, 0.8 * 0.5 / 6 * 0.8 / 6 * 0.8], atol=1e-9)


def test_a_circle_of_vouches_reaches_its_fixed_point() -> None:
    computed = trust.compute(community([True, False], [(0, 1, 1.0), (1, 0, 1.0)]))
    flow = 0.8 / 6
    assert computed[0] == pytest.approx(0.8 / (1 - flow**2), abs=1e-8)


def test_nobody_at_all() -> None:
    assert len(trust.compute(community([], []))) == 0
