"""Random inputs for the numeric tests, and datasets made of them."""

from dataclasses import dataclass

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from solidago.dataset import Dataset

LAWS = ("uniform", "k-nary:21", "bernoulli", "gaussian")
CRITERION = "good"

# Modest numbers of examples: the whole suite has to stay quick. No deadline: other tests share the machine.
few = settings(max_examples=15, deadline=None)
some = settings(max_examples=40, deadline=None)


def floats(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False, allow_subnormal=False)


values = floats(-10, 10)
rights = floats(0, 3)
uncertainties = floats(0, 5)
lipschitz = st.sampled_from([0.0125, 0.1, 1.0, 10.0])


@st.composite
def voters(draw, min_size=0, max_size=8, positive=False):
    """Lists of (value, right, left, right uncertainty)."""
    uncertainty = floats(1e-3, 5) if positive else uncertainties
    return draw(st.lists(st.tuples(values, rights, uncertainty, uncertainty), min_size=min_size, max_size=max_size))


def columns(voted):
    """The same as keyword arguments of the public primitives."""
    array = np.array(voted, float).reshape(-1, 4)
    return {"values": array[:, 0], "rights": array[:, 1], "left": array[:, 2], "right": array[:, 3]}


@dataclass(frozen=True)
class Comparisons:
    a: np.ndarray
    b: np.ndarray
    r: np.ndarray
    n: int


judgments = st.integers(-10, 10).map(lambda v: v / 10)


@st.composite
def comparisons(draw, max_entities=7, max_size=14, min_size=1):
    """One contributor's comparisons; a pair may come twice."""
    n = draw(st.integers(2, max_entities))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(1, n - 1), judgments)
    rows = draw(st.lists(pairs, min_size=min_size, max_size=max_size))
    a = np.array([row[0] for row in rows], np.int64)
    shift = np.array([row[1] for row in rows], np.int64)
    return Comparisons(a, (a + shift) % n, np.array([row[2] for row in rows], float), n)


@dataclass(frozen=True)
class Poll:
    """Users' judgments (left, right, value) by name, their trust, and what they keep private."""

    judged: dict
    trust: dict
    private: frozenset = frozenset()

    def dataset(self, shuffled=None):
        rows = [(u, *row) for u, own in self.judged.items() for row in own]
        if shuffled is not None:
            shuffled.shuffle(rows)
            rows = [(u, f, e, -v) if shuffled.random() < 0.5 else (u, e, f, v) for u, e, f, v in rows]
        named = dict(zip(("user", "left", "right", "value"), zip(*rows, strict=True), strict=True))
        private = sorted(self.private)
        return Dataset.from_columns(
            {name: list(column) for name, column in named.items()} | {"criterion": [CRITERION] * len(rows)},
            users={"user": list(self.trust), "trust": list(self.trust.values())},
            private={"user": [u for u, _ in private], "entity": [e for _, e in private]},
        )


def random_poll(seed, users=8, entities=10, per_user=25, noise=0.5):
    """Contributors who see the same qualities on scales of their own, with some noise."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=entities)
    judged, trust, private = {}, {}, set()
    for u in range(users):
        scale, pairs = rng.uniform(0.5, 4), set()
        while len(pairs) < min(per_user, entities * (entities - 1) // 2):
            e, f = sorted(rng.choice(entities, 2, replace=False).tolist())
            pairs.add((e, f))
        name = f"u{u:03}"
        felt = quality + noise * rng.normal(size=entities)
        judged[name] = [
            (f"e{e:03}", f"e{f:03}", float(np.round(10 * np.tanh(scale * (felt[f] - felt[e]))) / 10))
            for e, f in sorted(pairs)
        ]
        trust[name] = float(rng.choice([0.0, 0.3, 0.8, 1.0]))
        private |= {(name, f"e{e:03}") for pair in pairs for e in pair if rng.random() < 0.1}
    return Poll(judged, trust, frozenset(private))


polls = st.builds(
    random_poll,
    seed=st.integers(0, 10**6),
    users=st.integers(1, 8),
    entities=st.integers(3, 9),
    per_user=st.integers(2, 25),
)
