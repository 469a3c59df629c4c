"""Mehestan: put contributors who use different scales on a common one, without letting anybody choose it.

The most active trusted contributors, the scalers, set the scale. Everybody else is compared with each of them on the
entities that both rate: ratios of score differences give a multiplier, remaining differences a translation, each
a robust mean in which one scaler of voting right w moves the outcome by at most the resilience times w.

References
----------
Y. Allouah, R. Guerraoui, L.-N. Hoang, O. Villemaud, "Robust sparse voting", AISTATS 2024.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solidago.config import Config
from solidago.dataset import Floats, Indices
from solidago.engine.threads import Threads
from solidago.kernels import mehestan as kernels
from solidago.kernels.ratings import group
from solidago.ratings import Ratings
from solidago.scaling.scaling import UserScalings
from solidago.triples import Triples

# The four steps of a scaling (multiplier, translation, for scalers and for others) share its resilience, each twice.
_SHARE = 8.0


def collaborative_scaling(
    ratings: Ratings, raw: Triples, trust: Floats, ids: NDArray[np.object_], config: Config, threads: Threads
) -> UserScalings:
    """Return how every contributor's raw scores map to the common scale.

    Parameters
    ----------
    ratings : Ratings
    raw : Triples
        Raw scores of the ratings.
    trust : (U,) float64
    ids : (U,) array of str
        Stable ids of the users: together with ``config.seed`` they decide which pairs are drawn where two
        contributors share too many.
    config : Config
    threads : Threads

    Returns
    -------
    UserScalings
        The identity if nobody is active enough to be a scaler.
    """
    scalers = choose_scalers(ratings, raw, trust, config)
    if not len(scalers):
        return UserScalings.identity(ratings.n_users)
    work = _Scaling(ratings, raw, trust, ids, config, threads, scalers)
    others = np.setdiff1d(ratings.active, scalers).astype(np.int32)
    work.scale(scalers)
    work.adopt()
    work.scale(others)
    return work.outcome


def scaling_of_each(
    ratings: Ratings,
    raw: Triples,
    trust: Floats,
    ids: NDArray[np.object_],
    config: Config,
    threads: Threads,
    known: UserScalings,
    stands_for: Indices,
) -> UserScalings:
    """Return the maps that contributors with other scores would get, each alone, beside unchanged others.

    Parameters
    ----------
    ratings : Ratings
        First of the K scalers, then of N contributors as they would be.
    raw : Triples
    trust : (K + N,) float64
    ids : (K + N,) array of str
    config : Config
    threads : Threads
    known : UserScalings
        Of which the K first are the scalers'.
    stands_for : (N,) int32
        Which scaler each of the N is another version of; -1 for none.

    Returns
    -------
    UserScalings
        Of K + N, the K first as known.
    """
    scalers = np.arange(len(ids) - len(stands_for), dtype=np.int32)
    if not len(scalers):
        return UserScalings.identity(ratings.n_users)
    work = _Scaling(ratings, raw, trust, ids, config, threads, scalers)
    work.number[len(scalers) :] = stands_for
    work.remember(known)
    users = np.arange(len(scalers), len(ids), dtype=np.int32)
    work.scale(users[stands_for >= 0])
    work.adopt()
    work.scale(users[stands_for < 0])
    return work.outcome


def choose_scalers(ratings: Ratings, raw: Triples, trust: Floats, config: Config) -> Indices:
    """Return the most active users, ascending.

    Activity is trust times the (privacy-weighted) number of entities whose interval excludes zero. Ties go to the
    smaller id.

    Parameters
    ----------
    ratings : Ratings of S ratings
    raw : Triples of (S,)
    trust : (U,) float64 in [0, 1]
    config : Config
        Its ``n_scalers`` and ``min_activity``.

    Returns
    -------
    (at most ``config.n_scalers``,) int32
    """
    clear = (raw.score > raw.left) | (raw.score < -raw.right)
    activity = trust * np.bincount(ratings.user, weights=ratings.privacy * clear, minlength=ratings.n_users)
    eligible = np.flatnonzero((activity >= config.min_activity) & (activity > 0.0))
    ranked = eligible[np.argsort(-activity[eligible], kind="stable")]
    return np.sort(ranked[: config.n_scalers]).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class _Voices:
    """The scalers' ratings by entity: ``ratings[start[e]:start[e + 1]]`` by the scalers numbered ``scaler``."""

    start: Indices
    ratings: Indices
    scaler: Indices


def _voices(ratings: Ratings, number: Indices) -> _Voices:
    theirs = np.flatnonzero(number[ratings.user] >= 0).astype(np.int32)
    start, grouped = np.empty(ratings.n_entities + 1, np.int32), np.empty(len(theirs), np.int32)
    group(ratings.entity[theirs], np.arange(len(theirs), dtype=np.int32), start, grouped)
    return _Voices(start, theirs[grouped], number[ratings.user[theirs[grouped]]])


class _Scaling:
    """State of one collaborative scaling: the users' maps as they are found, and the scalers' as others see them."""

    def __init__(
        self,
        ratings: Ratings,
        raw: Triples,
        trust: Floats,
        ids: NDArray[np.object_],
        config: Config,
        threads: Threads,
        scalers: Indices,
    ) -> None:
        self.ratings, self.raw, self.config, self.threads, self.scalers = ratings, raw, config, threads, scalers
        self.number = np.full(ratings.n_users, -1, np.int32)
        self.number[scalers] = np.arange(len(scalers), dtype=np.int32)
        self.trust = trust[scalers]
        self.voices = _voices(ratings, self.number)
        self.keys = _keys(ids, ratings, config.max_pairs)
        self.table = np.empty((len(raw), kernels.RATING_COLUMNS))
        self.order = np.empty(len(raw), np.int32)
        self.places = np.empty((len(raw), kernels.PLACE_COLUMNS), np.int32)
        threads.over(np.diff(ratings.rows), self._prepare)
        # Scalers judge each other's raw scores.
        self.seen = np.array([[1.0], [0.0], [0.0], [0.0]]).repeat(len(scalers), axis=1)
        self.outcome = UserScalings(
            np.ones(ratings.n_users),
            np.zeros(ratings.n_users),
            np.zeros(ratings.n_users),
            np.zeros(ratings.n_users),
            self.number >= 0,
        )

    def scale(self, users: Indices) -> None:
        """Find the maps of users: first all multipliers, then all translations."""
        peers = self.voices.start[self.ratings.entity + 1] - self.voices.start[self.ratings.entity]
        met = np.bincount(self.ratings.user, weights=peers, minlength=self.ratings.n_users)[users]
        own = self.number[users]
        self.threads.over(met, lambda first, last: self._multiply(first, last, users, own))
        if own.max(initial=-1) >= 0:
            self.seen[:2] = self._of_scalers()[:2]
        self.threads.over(met, lambda first, last: self._translate(first, last, users, own))

    def remember(self, known: UserScalings) -> None:
        """Take the scalers' maps as they were found before."""
        mine, theirs = self.outcome, known
        for own, given in (
            (mine.multiplier, theirs.multiplier),
            (mine.translation, theirs.translation),
            (mine.multiplier_uncertainty, theirs.multiplier_uncertainty),
            (mine.translation_uncertainty, theirs.translation_uncertainty),
        ):
            own[self.scalers] = given[self.scalers]

    def adopt(self) -> None:
        """Let what the scalers found be the common scale."""
        self.seen = self._of_scalers()

    def _of_scalers(self) -> Floats:
        found = self.outcome
        maps = (found.multiplier, found.multiplier_uncertainty, found.translation, found.translation_uncertainty)
        return np.stack([column[self.scalers] for column in maps])

    def _prepare(self, first: int, last: int) -> None:
        raw, ratings = self.raw, self.ratings
        kernels.prepare(
            first, last, ratings.rows, raw.score, raw.left, raw.right, ratings.privacy,
            self.table, self.order, self.places,
        )  # fmt: skip

    def _multiply(self, first: int, last: int, users: Indices, own: Indices) -> None:
        ratings, voices, config = self.ratings, self.voices, self.config
        kernels.multipliers(
            first, last, users, own, ratings.rows, ratings.entity,
            self.table, self.order, self.places,
            voices.start, voices.ratings, voices.scaler, self.trust, self.seen[0], self.seen[1],
            config.scaling_lipschitz / _SHARE, config.pair_lipschitz, config.multiplier_deviation, config.max_pairs,
            np.uint64(config.seed), self.keys, self.keys[self.scalers],
            self.outcome.multiplier, self.outcome.multiplier_uncertainty,
        )  # fmt: skip

    def _translate(self, first: int, last: int, users: Indices, own: Indices) -> None:
        ratings, voices, config, found = self.ratings, self.voices, self.config, self.outcome
        kernels.translations(
            first, last, users, own, ratings.rows, ratings.entity,
            self.table, self.order,
            voices.start, voices.ratings, voices.scaler, self.trust, self.seen,
            found.multiplier, found.multiplier_uncertainty,
            config.scaling_lipschitz / _SHARE, config.pair_lipschitz, config.translation_deviation,
            found.translation, found.translation_uncertainty,
        )  # fmt: skip


def _keys(ids: NDArray[np.object_], ratings: Ratings, max_pairs: int) -> NDArray[np.uint64]:
    """Return 64 bits for the id of each user who may share more than ``max_pairs`` pairs with somebody, else 0."""
    keys = np.zeros(len(ids), np.uint64)
    counts = np.diff(ratings.rows).astype(np.int64)
    for u in np.flatnonzero(counts * (counts - 1) // 2 > max_pairs):
        digest = hashlib.blake2b(str(ids[u]).encode(), digest_size=8).digest()
        keys[u] = int.from_bytes(digest, "little")
    return keys
