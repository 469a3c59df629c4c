import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidago.engine.jit import kernel
from solidago.engine.threads import Threads
from solidago.kernels import pairs
from solidago.preference import gbt
from solidago.ratings import Ratings, index_ratings
from solidago.scaling.mehestan import choose_scalers, collaborative_scaling
from solidago.scaling.pooled import pooled_weights
from solidago.scaling.quantile_shift import shift
from solidago.scaling.scaling import UserScalings
from solidago.scaling.standardise import spread
from solidago.triples import Triples
from tests.solidago.constants import tournesol
from tests.solidago.naive import scaling as naive
from tests.solidago.strategies import CRITERION, few, floats, polls, random_poll, some

ONE = Threads(1)
TOLERANCE = 1e-7


def indexed(dataset):
    return index_ratings(
        dataset.judgments[CRITERION], len(dataset.users), len(dataset.entities), dataset.private, 0.5, ONE
    )


def as_scores(ratings, raw):
    """{user: {entity: triple}} and {(user, entity): privacy}, with the dataset's indices."""
    scores, privacy = {}, {}
    for i, (u, e) in enumerate(zip(ratings.user.tolist(), ratings.entity.tolist(), strict=True)):
        scores.setdefault(u, {})[e] = (raw.score[i], raw.left[i], raw.right[i])
        privacy[u, e] = ratings.privacy[i]
    return scores, privacy


def table(scores):
    """Ratings of users who all score the same entities: (U, E) scores to Ratings without judgments."""
    users, entities = scores.shape
    user = np.repeat(np.arange(users, dtype=np.int32), entities)
    entity = np.tile(np.arange(entities, dtype=np.int32), users)
    rows = (np.arange(users + 1) * entities).astype(np.int32)
    none = np.zeros(0, np.int32)
    return Ratings(user, entity, rows, none, none, none, np.zeros(0), np.ones(len(user)), entities)


def names(n):
    return np.array([f"u{u:03}" for u in range(n)], object)


def scale_table(scores, uncertainty, trust, config, threads=ONE):
    ratings = table(scores)
    around = np.full(scores.size, uncertainty)
    raw = Triples(scores.ravel().copy(), around, around.copy())
    found = collaborative_scaling(ratings, raw, np.array(trust, float), names(len(scores)), config, threads)
    return ratings, raw, found


@given(poll=polls, n_scalers=st.sampled_from([0, 2, 100]), min_activity=st.sampled_from([0.0, 1.0, 3.0]))
@few
def test_scalings_are_those_of_plain_loops(poll, n_scalers, min_activity):
    config = tournesol(n_scalers=n_scalers, min_activity=min_activity, k=0.01)
    dataset = poll.dataset()
    ratings = indexed(dataset)
    raw, _ = gbt.fit(ratings, config, ONE)
    found = collaborative_scaling(ratings, raw, dataset.trust, dataset.users, config, ONE)
    scores, privacy = as_scores(ratings, raw)
    expected, scalers = naive.mehestan(scores, dataset.trust, privacy, n_scalers, min_activity)
    assert np.flatnonzero(found.is_scaler).tolist() == scalers
    for u, (m, dm, tau, dtau) in expected.items():
        assert found.multiplier[u] == pytest.approx(m, abs=TOLERANCE)
        assert found.multiplier_uncertainty[u] == pytest.approx(dm, abs=TOLERANCE)
        assert found.translation[u] == pytest.approx(tau, abs=TOLERANCE)
        assert found.translation_uncertainty[u] == pytest.approx(dtau, abs=TOLERANCE)
    scaled = found.apply(ratings, raw, ONE)
    for i, (u, e) in enumerate(zip(ratings.user, ratings.entity, strict=True)):
        exact = naive.apply(expected[u], scores[u][e])
        np.testing.assert_allclose([scaled.score[i], scaled.left[i], scaled.right[i]], exact, atol=1e-5)


@given(poll=polls)
@few
def test_common_unit_is_that_of_plain_loops(poll):
    ratings = indexed(poll.dataset())
    raw, _ = gbt.fit(ratings, tournesol(), ONE)
    rights = np.random.default_rng(0).random(len(ratings))
    keys = list(zip(ratings.user.tolist(), ratings.entity.tolist(), strict=True))
    triples = dict(zip(keys, zip(raw.score, raw.left, raw.right, strict=True), strict=True))
    _, deviation, zero = naive.common_unit(triples, dict(zip(keys, rights, strict=True)))
    weights = pooled_weights(ratings, rights)
    found = spread(raw, weights, tournesol())
    unit = UserScalings.identity(ratings.n_users).divided(found).apply(ratings, raw, ONE)
    assert found == pytest.approx(deviation, abs=1e-6)
    assert shift(unit, weights, tournesol()) == pytest.approx(zero, abs=1e-6)


@given(seed=st.integers(0, 1000), multiplier=floats(0.3, 3), offset=floats(-2, 2))
@few
def test_contributors_who_differ_by_an_affine_map_end_with_equal_scores(seed, multiplier, offset):
    base = np.random.default_rng(seed).normal(size=25)
    scores = np.stack([base, base, multiplier * base + offset])
    # Resilience gives up exactness for a bounded influence: large trust stands for many voters.
    config = tournesol(min_activity=1.0, n_scalers=2, scaling_lipschitz=1e4, pair_lipschitz=1e4)
    ratings, raw, found = scale_table(scores, 1e-3, [1.0, 1.0, 0.01], config)
    scaled = found.apply(ratings, raw, ONE).score.reshape(3, -1)
    np.testing.assert_allclose(scaled[2], scaled[0], atol=0.02 * multiplier + 0.02)


def test_without_a_scaler_nothing_changes():
    rng = np.random.default_rng(0)
    ratings, raw, found = scale_table(rng.normal(size=(4, 6)), 0.1, [0.0] * 4, tournesol())
    assert not found.is_scaler.any()
    same = found.apply(ratings, raw, ONE)
    for before, after in ((raw.score, same.score), (raw.left, same.left), (raw.right, same.right)):
        np.testing.assert_array_equal(before, after)


def test_a_scaler_without_a_usable_pair_is_left_out():
    scores = np.array([[0.0, 1.0, 2.0], [0.0, 3.0, 6.0], [1.0, 1.0, 1.0]])
    config = tournesol(min_activity=0.5, scaling_lipschitz=1e3)
    _, _, found = scale_table(scores, 0.01, [1.0, 1.0, 1.0], config)
    _, _, without = scale_table(scores[:2], 0.01, [1.0, 1.0], config)
    assert found.is_scaler.all()
    np.testing.assert_allclose(found.multiplier[:2], without.multiplier, rtol=1e-12)


def test_scalers_are_the_most_active_and_ties_go_to_the_smaller_id():
    ratings = table(np.ones((4, 12)))
    raw = Triples(np.ones(48), np.full(48, 0.5), np.full(48, 0.5))
    trust = np.array([0.5, 1.0, 0.9, 1.0])
    assert choose_scalers(ratings, raw, trust, tournesol(n_scalers=1)).tolist() == [1]
    assert choose_scalers(ratings, raw, trust, tournesol()).tolist() == [1, 2, 3]


@given(seed=st.integers(0, 1000), liar=st.integers(0, 6), value=st.sampled_from([-1e6, -3.0, 0.0, 3.0, 1e6]))
@some
def test_whatever_scalers_say_they_move_a_scaling_by_at_most_the_resilience_times_their_trust(seed, liar, value):
    rng = np.random.default_rng(seed)
    scores, trust = rng.normal(size=(7, 12)) * 3, rng.uniform(0.2, 1, 7)
    scores[liar] *= value
    _, _, found = scale_table(scores, 0.05, trust, tournesol(min_activity=0.1))
    norm = np.mean(scores**4, axis=1) ** 0.25
    assert (np.abs(found.multiplier - 1) * norm <= 0.1 / 8 * trust.sum() + 1e-8).all()
    # The mean of clipped values lies within L W / 4 of a median that lies within L W / 4 of zero.
    assert (np.abs(found.translation) <= 0.1 / 8 * trust.sum() / 2 + 1e-8).all()


@given(seed=st.integers(0, 1000), value=st.sampled_from([-1e6, 0.0, 3.0]))
@few
def test_who_is_no_scaler_moves_nobody_elses_scaling(seed, value):
    scores = np.random.default_rng(seed).normal(size=(5, 12))
    lying = scores.copy()
    lying[4] *= value
    trust = [1.0, 1.0, 1.0, 1.0, 0.0]
    (_, _, honest), (_, _, lied) = (scale_table(s, 0.05, trust, tournesol(min_activity=0.1)) for s in (scores, lying))
    np.testing.assert_array_equal(honest.multiplier[:4], lied.multiplier[:4])
    np.testing.assert_array_equal(honest.translation[:4], lied.translation[:4])


@given(poll=polls, order=st.randoms(use_true_random=False))
@few
def test_names_and_order_of_judgments_do_not_matter(poll, order):
    config = tournesol(min_activity=1.0, k=0.01)

    def by_name(dataset):
        ratings = indexed(dataset)
        raw, _ = gbt.fit(ratings, config, ONE)
        return collaborative_scaling(ratings, raw, dataset.trust, dataset.users, config, ONE)

    there, back = by_name(poll.dataset()), by_name(poll.dataset(shuffled=order))
    np.testing.assert_array_equal(there.multiplier, back.multiplier)
    np.testing.assert_array_equal(there.translation, back.translation)


# Drawing pairs. ------------------------------------------------------------------------------------------------------


@kernel
def ratios_tried(places, shared, n, most, key, listed, ratios):
    count = pairs._try_pairs(places, n, most, key, listed, pairs.blank_marks(n))
    pairs.write_ratios(shared, listed, count, 1.0, 0.0, ratios)
    return count


@kernel
def ratios_drawn(places, shared, n, most, key, listed, ratios):
    count = pairs._draw_pairs(places, n, most, key, listed)
    pairs.write_ratios(shared, listed, count, 1.0, 0.0, ratios)
    return count


def ranked(score, left, right):
    """Each rating's rank by its lower end, and the first rank above its upper end."""
    low = score - 2 * left
    return np.argsort(np.argsort(low)), np.searchsorted(np.sort(low), score + 2 * right)


def shared_tables(n, seed):
    rng = np.random.default_rng(seed)
    u, v = ((rng.normal(size=n), 0.3 * rng.random(n), 0.3 * rng.random(n)) for _ in range(2))
    places = np.array([*ranked(*u), *ranked(*v)], np.int32)
    order = np.argsort(places[pairs.RANK_U])
    shared = np.array([*u, *v, np.ones(n)])[:, order]
    padding = np.zeros((pairs.PLACE_ROWS, -n % 32), np.int32)
    return np.hstack([places[:, order], padding]), np.ascontiguousarray(shared)


def draw(method, tables, most, key=0):
    places, shared = tables
    ratios = np.empty((4, most))
    n = shared.shape[1]
    count = method(places.copy(), shared, n, most, np.uint64(key), np.empty((2, most), np.int32), ratios)
    return ratios[:, :count]


@pytest.mark.parametrize("n", [2, 3, 17, 32, 33, 64, 150])
def test_both_ways_of_drawing_find_all_usable_pairs_if_they_may(n):
    tables = shared_tables(n, seed=n)
    shared = tables[1]
    tried, drawn = (draw(method, tables, n * n) for method in (ratios_tried, ratios_drawn))
    scores = {0: {e: tuple(shared[:3, e]) for e in range(n)}, 1: {}}
    scores[1] = {e: tuple(shared[[pairs.S_V, pairs.L_V, pairs.R_V], e]) for e in range(n)}
    usable = 0
    for e in range(n):
        for f in range(e):
            (du, lu, _), (dv, lv, _) = naive.difference(scores[0], e, f), naive.difference(scores[1], e, f)
            usable += du >= 2 * lu and dv >= 2 * lv
    assert tried.shape[1] == drawn.shape[1] == usable
    for t, d in zip(tried, drawn, strict=True):
        np.testing.assert_array_equal(np.sort(t), np.sort(d))


@pytest.mark.parametrize("method", [ratios_tried, ratios_drawn])
def test_a_draw_is_even_distinct_and_depends_on_its_key_only(method):
    tables = shared_tables(120, seed=5)
    everything = np.sort(draw(method, tables, 120**2)[pairs.RATIO])
    most = len(everything) // 4
    hits = np.zeros(len(everything))
    for key in range(60):
        drawn = draw(method, tables, most, key)[pairs.RATIO]
        assert len(np.unique(drawn)) == most
        hits[np.searchsorted(everything, drawn)] += 1
    assert hits.sum() == 60 * most
    # Each pair is drawn 15 times in 60 on average, with a binomial spread.
    assert abs(hits.std() - np.sqrt(60 * 0.25 * 0.75)) < 0.5
    np.testing.assert_array_equal(draw(method, tables, most, 7), draw(method, tables, most, 7))


def test_a_draw_stands_for_all_pairs():
    rng = np.random.default_rng(1)
    base = rng.normal(size=300)
    scores = np.stack([base + 0.1 * rng.normal(size=300), 2 * base + 0.1 * rng.normal(size=300)])
    found = [
        scale_table(scores, 0.01, [1.0, 1.0], tournesol(max_pairs=most))[2].multiplier
        for most in (500, 10_000, 100_000)
    ]
    np.testing.assert_allclose(found[0], found[2], rtol=0.02)
    np.testing.assert_allclose(found[1], found[2], rtol=0.005)
    assert (found[1] != found[2]).all()


def test_draws_follow_seed_and_ids_but_not_threads():
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(5, 40))
    one, again = (scale_table(scores, 0.01, [1.0] * 5, tournesol(max_pairs=50), Threads(n))[2] for n in (1, 3))
    other = scale_table(scores, 0.01, [1.0] * 5, tournesol(max_pairs=50, seed=1))[2]
    np.testing.assert_array_equal(one.multiplier, again.multiplier)
    assert (one.multiplier != other.multiplier).any()


def test_a_random_poll_has_pairs_to_compare():
    """Guard of the tests above: they would also pass on polls in which nothing can be compared."""
    ratings = indexed(random_poll(1).dataset())
    raw, _ = gbt.fit(ratings, tournesol(k=0.01), ONE)
    found = collaborative_scaling(
        ratings, raw, np.ones(ratings.n_users), names(ratings.n_users), tournesol(k=0.01, min_activity=1.0), ONE
    )
    assert len(np.unique(found.multiplier)) == ratings.n_users
