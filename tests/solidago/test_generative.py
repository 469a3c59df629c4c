"""Synthetic polls: sizes, laws and ground truth are what the recipe says."""

from typing import Any

import numpy as np
import pytest

from solidago import trust
from solidago.errors import InvalidConfig
from solidago.generative import Recipe, SyntheticPoll, generate
from solidago.generative.answers import draw_answers


def rated(poll: SyntheticPoll) -> np.ndarray[Any, Any]:
    """Distinct (user, entity) of the first criterion."""
    judgments = next(iter(poll.dataset.judgments.values()))
    sides = [np.stack([judgments.user, side]) for side in (judgments.left, judgments.right)]
    return np.unique(np.concatenate(sides, axis=1), axis=1)


def test_the_same_seed_gives_the_same_poll_and_another_does_not() -> None:
    recipe = Recipe(contributors=20, entities=30, share_hostile=0.3)
    digests = [generate(recipe, seed).dataset.digest() for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_sizes_are_as_asked() -> None:
    poll = generate(Recipe(contributors=300, entities=500, judgments=20_000, popularity_exponent=1.0), 1)
    assert len(poll.dataset.users) == 300 == len(poll.hostile)
    assert len(poll.dataset.judgments["largely_recommended"]) == 20_000
    assert len(poll.quality["largely_recommended"]) == len(poll.dataset.entities) <= 500


def test_contributors_compare_an_entity_about_three_times() -> None:
    poll = generate(Recipe(contributors=300, entities=2_000), 1)
    judgments = poll.dataset.judgments["largely_recommended"]
    assert 2.5 < 2 * len(judgments) / rated(poll).shape[1] < 3.5


def test_activity_and_popularity_follow_zipf() -> None:
    poll = generate(Recipe(contributors=1_000, entities=2_000, judgments=50_000, popularity_exponent=1.0), 1)
    by_user = np.sort(np.bincount(poll.dataset.judgments["largely_recommended"].user))[::-1]
    assert by_user[:10].sum() > 8 * by_user[490:500].sum()
    raters = np.sort(np.bincount(rated(poll)[1]))[::-1]
    assert raters[:10].sum() > 8 * raters[490:500].sum()
    even = generate(Recipe(contributors=1_000, entities=2_000, judgments=50_000, activity_exponent=0.0), 1)
    assert np.ptp(np.bincount(even.dataset.judgments["largely_recommended"].user)) <= 1


@pytest.mark.parametrize("difference", [0.0, 1e-13, 0.7, -3.0, 40.0])
@pytest.mark.parametrize("answers", [2, 5, 21])
def test_answers_follow_the_k_nary_law(difference: float, answers: int) -> None:
    size = 40_000
    drawn = draw_answers(np.full(size, difference), answers, np.random.default_rng(5))
    positions = np.linspace(-1, 1, answers)
    weights = np.exp(difference * positions - abs(difference))
    observed = np.bincount(np.rint(drawn + (answers - 1) / 2).astype(int), minlength=answers) / size
    assert np.abs(observed - weights / weights.sum()).max() < 5 * np.sqrt(0.25 / size)


def test_honest_answers_follow_quality_and_hostile_ones_oppose_it() -> None:
    poll = generate(Recipe(contributors=200, entities=100, share_hostile=0.5), 1)
    judgments, quality = poll.dataset.judgments["largely_recommended"], poll.quality["largely_recommended"]
    gap = quality[judgments.right] - quality[judgments.left]
    hostile = poll.hostile[judgments.user]
    assert np.corrcoef(gap[~hostile], judgments.value[~hostile])[0, 1] > 0.3
    assert np.corrcoef(gap[hostile], judgments.value[hostile])[0, 1] < -0.3


def test_boosters_always_praise_one_entity() -> None:
    poll = generate(Recipe(contributors=100, share_hostile=0.4, hostile_behaviour="boost"), 1)
    judgments = poll.dataset.judgments["largely_recommended"]
    target = int(np.flatnonzero(poll.dataset.entities == poll.target)[0])
    hostile = poll.hostile[judgments.user]
    about = hostile & ((judgments.left == target) | (judgments.right == target))
    praise = np.where(judgments.right == target, 1.0, -1.0)
    assert 0.35 < about.sum() / hostile.sum() < 0.6
    assert (judgments.value[about] == praise[about]).all()


def test_criteria_have_tastes_of_their_own() -> None:
    poll = generate(Recipe(contributors=100, criteria=("first", "second"), secondary_share=0.5), 1)
    first, second = poll.dataset.judgments["first"], poll.dataset.judgments["second"]
    assert 0.45 < len(second) / len(first) < 0.55
    for own, other in (("first", "second"), ("second", "first")):
        judgments = poll.dataset.judgments[own]
        gaps = {c: q[judgments.right] - q[judgments.left] for c, q in poll.quality.items()}
        agreement = {c: np.corrcoef(gap, judgments.value)[0, 1] for c, gap in gaps.items()}
        assert agreement[own] > 0.3 > 0.15 > abs(agreement[other])


def test_vouches_stay_within_a_kind_so_that_hostile_contributors_have_no_trust() -> None:
    poll = generate(Recipe(contributors=300, share_hostile=0.4), 1)
    vouches = poll.dataset.vouches
    assert len(vouches.voucher) > 400
    assert (poll.hostile[vouches.voucher] == poll.hostile[vouches.vouchee]).all()
    assert vouches.weight.mean() == pytest.approx(2 / 3, abs=0.05)  # of 1 - U^2
    assert 0.12 < poll.dataset.pretrusted[~poll.hostile].mean() < 0.28
    computed = trust.compute(poll.dataset)
    assert (computed[poll.hostile] == 0).all()
    assert (computed[~poll.hostile] > 0).mean() > 0.5


def test_a_fifth_of_ratings_is_private() -> None:
    poll = generate(Recipe(contributors=100), 1)
    assert 0.17 < len(poll.dataset.private.user) / rated(poll).shape[1] < 0.23


def test_multipliers_stretch_some_contributors() -> None:
    plain, stretched = (
        generate(Recipe(contributors=200, multiplier_shape=shape), 1).dataset.judgments["largely_recommended"]
        for shape in (None, 0.5)
    )
    spreads = [
        np.bincount(j.user, np.abs(j.value), 200) / np.bincount(j.user, minlength=200) for j in (plain, stretched)
    ]
    assert np.nanstd(spreads[1]) > 1.3 * np.nanstd(spreads[0])


def test_entities_can_be_named() -> None:
    names = [f"item {i}" for i in range(30)]
    poll = generate(Recipe(contributors=30, entities=30), 1, entities=names[::-1])
    unnamed = generate(Recipe(contributors=30, entities=30), 1)
    assert set(poll.dataset.entities) <= set(names)
    quality = dict(zip(unnamed.dataset.entities, unnamed.quality["largely_recommended"], strict=True))
    for name, value in zip(poll.dataset.entities, poll.quality["largely_recommended"], strict=True):
        assert quality[f"entity-{29 - int(name.split()[1]):02}"] == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contributors", 0),
        ("entities", 1),
        ("share_hostile", 1.5),
        ("share_private", float("nan")),
        ("answers", 1),
        ("answers", "21"),
        ("judgments", True),
        ("hostile_behaviour", "sabotage"),
        ("criteria", ()),
        ("criteria", ("a", "a")),
        ("criteria", tuple("abcdef")),
    ],
)
def test_an_impossible_recipe_is_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidConfig) as caught:
        Recipe(**{field: value})
    assert caught.value.field == field


def test_names_must_match_the_entities() -> None:
    with pytest.raises(InvalidConfig, match="entities"):
        generate(Recipe(entities=3), 1, entities=["a", "b", "b"])


def test_hostile_contributors_can_buy_trust() -> None:
    poll = generate(Recipe(contributors=300, share_hostile=0.4, hostile_trusted=True), 1)
    computed, vouches = trust.compute(poll.dataset), poll.dataset.vouches
    assert 0.12 < poll.dataset.pretrusted[poll.hostile].mean() < 0.28
    assert computed[poll.hostile].mean() == pytest.approx(computed[~poll.hostile].mean(), abs=0.07)
    assert (poll.hostile[vouches.voucher] != poll.hostile[vouches.vouchee]).any()


@pytest.mark.parametrize(("opposes", "low", "high"), [(False, -0.15, 0.15), (True, -1.0, -0.3)])
def test_an_honest_minority_cares_about_something_else_or_the_contrary(opposes: bool, low: float, high: float) -> None:
    recipe = Recipe(contributors=200, entities=100, share_minority=0.3, minority_opposes=opposes)
    poll = generate(recipe, 1)
    judgments, quality = poll.dataset.judgments["largely_recommended"], poll.quality["largely_recommended"]
    gap, theirs = quality[judgments.right] - quality[judgments.left], poll.minority[judgments.user]
    assert 0.2 < poll.minority.mean() < 0.4
    assert low < np.corrcoef(gap[theirs], judgments.value[theirs])[0, 1] < high
    assert np.corrcoef(gap[~theirs], judgments.value[~theirs])[0, 1] > 0.3
