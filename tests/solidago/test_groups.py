"""Groups of contributors who score alike."""

import numpy as np
import pytest

from solidago.errors import InvalidInput
from solidago.groups import SMALLEST, groups_find


def people(kind: np.ndarray, seed: int = 0, items: int = 30) -> np.ndarray:
    """Return the scores of people of given kinds, who agree up to noise with what their kind thinks."""
    rng = np.random.default_rng(seed)
    opinions = rng.normal(scale=3.0, size=(kind.max() + 1, items))
    return opinions[kind] + rng.normal(size=(len(kind), items))


def found(scores: np.ndarray):
    return groups_find(scores, rng=np.random.default_rng(0))


@pytest.mark.parametrize("sizes", [(30, 20), (40, 25, 12), (7, 5)])
def test_groups_are_found_largest_first(sizes):
    kind = np.repeat(np.arange(len(sizes)), sizes)
    grouping = found(people(kind))
    assert grouping.labels.tolist() == kind.tolist()
    assert grouping.silhouette > 0.5


@pytest.mark.parametrize("seed", range(4))
def test_a_crowd_is_no_groups(seed):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(120, 30))
    line = 3 * rng.uniform(-1, 1, size=(120, 1)) * rng.normal(size=(1, 30))
    assert found(noise).count == found(noise + line).count == 1


def test_no_group_is_so_small_that_it_tells_of_one_person():
    kind = np.repeat([0, 1], [40, SMALLEST - 1])
    grouping = found(people(kind))
    assert min(np.bincount(grouping.labels)) >= SMALLEST


def test_scores_that_are_missing_hide_no_group():
    kind = np.repeat([0, 1], [60, 40])
    scores = people(kind)
    scores[np.random.default_rng(5).random(scores.shape) < 0.6] = np.nan
    grouping = found(scores)
    assert grouping.count == 2
    assert (grouping.labels == kind).mean() > 0.97


def test_the_same_scores_give_the_same_groups():
    scores = people(np.repeat([0, 1, 2], 20))
    assert found(scores).labels.tolist() == found(scores.copy()).labels.tolist()


@pytest.mark.parametrize("scores", [np.empty((0, 0)), np.empty((20, 0)), np.full((20, 3), np.nan), np.ones((20, 3))])
def test_where_nothing_tells_people_apart_they_are_one_group(scores):
    assert set(found(scores).labels) <= {0}


@pytest.mark.parametrize("scores", [np.ones(3), np.full((20, 3), np.inf)])
def test_what_is_no_scores_is_refused(scores):
    with pytest.raises(InvalidInput):
        found(scores)
