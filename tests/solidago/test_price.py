"""The price of robustness: what every preset keeps of the best estimate, and what hostile contributors take."""

import numpy as np
import pytest

from solidago.config import Config
from solidago.dataset import Dataset
from solidago.experiments import price
from solidago.generative import Recipe, generate
from solidago.pipeline import run
from solidago.primitives import qr_median

AT_HOME = [(preset, size) for preset, sizes in price.HOME.items() for size in sizes if size < 1_000]
SEEDS = {20: 12, 60: 8, 260: 2}


def measured(size, company):
    return price.correlations(price.recipe_of(size, **company.recipe), range(SEEDS[size]), price.CONFIGS)


@pytest.fixture(scope="module")
def correlations():
    """By size and company; each computed once, and only if asked for."""
    known = {}

    def of(size, company):
        if (size, company.name) not in known:
            known[size, company.name] = measured(size, company)
        return known[size, company.name]

    return of


@pytest.mark.parametrize(("preset", "size"), AT_HOME)
def test_a_preset_loses_little_of_the_best_honest_estimate(correlations, preset, size):
    found = correlations(size, price.HONEST)
    lost, error = price.loss(found[preset], found[price.BEST])
    assert error < 0.01
    assert lost <= 0.03
    assert price.loss(found["tournesol"], found[price.BEST])[0] > 0.1


@pytest.mark.parametrize("company", [price.NEGATING, price.BOOSTING, price.BOUGHT], ids=lambda company: company.name)
@pytest.mark.parametrize(("preset", "size"), AT_HOME)
def test_a_preset_leads_what_there_was_when_a_fifth_is_hostile(correlations, preset, size, company):
    found = correlations(size, company)
    others = [name for name in found if name not in (price.BEST, *price.HOME)]
    assert len(others) == 4
    assert found[preset].mean() > max(found[name].mean() for name in others)


def test_asking_for_contradictions_is_what_stops_those_who_negate():
    recipe = price.recipe_of(60, **price.NEGATING.recipe)
    configs = {str(limit): Config(contradiction_limit=limit) for limit in (0.0, 2.0)}
    found = price.correlations(recipe, range(6), configs)
    assert found["2.0"].mean() > found["0.0"].mean() + 0.05


def test_an_honest_minority_that_cares_about_something_else_keeps_most_of_its_voting_rights():
    unrelated, opposed = (
        price.rights_kept(price.recipe_of(60, **kind), range(6), Config()) for kind in (price.UNRELATED, price.OPPOSED)
    )
    assert 0.75 < unrelated <= 1.1
    assert 0.4 < opposed < 0.8


def test_the_best_estimate_ignores_what_hostile_contributors_say():
    honest, joined = (
        price.correlations(price.recipe_of(20, share_hostile=share), range(6), {})[price.BEST] for share in (0.0, 0.3)
    )
    assert honest.mean() - 0.15 < joined.mean() < honest.mean()


def _poll(liar: float) -> Dataset:
    """A poll of the generator, joined by somebody of full trust who compares everything, all one way."""
    poll = generate(Recipe(contributors=12, entities=8, criteria=("good",), share_private=0.0), 3).dataset
    rows, names = poll.judgments["good"], poll.entities
    others = [i for i in range(len(names)) if i]
    columns = {
        "user": [*poll.users[rows.user], *["liar"] * len(others)],
        "left": [*names[rows.left], *[names[0]] * len(others)],
        "right": [*names[rows.right], *names[others]],
        "criterion": ["good"] * (len(rows) + len(others)),
        "value": [*rows.value, *[liar] * len(others)],
    }
    return Dataset.from_columns(columns, users={"user": [*poll.users, "liar"], "trust": [0.8] * 12 + [1.0]})


@pytest.mark.parametrize("preset", [*price.HOME, "tournesol"])
def test_influence_stays_within_the_resilience_times_the_right(preset):
    """The theorem, on scores of a whole run: without the liar's rating, or with any other value, by at most L w."""
    config = Config.preset(preset)
    found = run(_poll(-1.0), config).criteria["good"]
    own, bound = found.individual, config.aggregation_lipschitz
    liar = int(own.user.max())
    for at, e in enumerate(found.collective.entity):
        here = own.entity == e
        value, right = own.scaled_score[here], own.voting_right[here]
        eta = {"left": own.scaled_left[here], "right": own.scaled_right[here]}
        score = qr_median(value, rights=right, lipschitz=bound, **eta)
        assert score == pytest.approx(found.collective.scaled_score[at], abs=1e-8)
        mine = own.user[here] == liar
        for lie in (-1e9, 0.0, 1e9):
            lied = qr_median(np.where(mine, lie, value), rights=right, lipschitz=bound, **eta)
            alone = qr_median(value, rights=np.where(mine, 0.0, right), lipschitz=bound, **eta)
            assert abs(lied - alone) <= bound * right[mine].sum() + 1e-9
