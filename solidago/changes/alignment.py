"""Two datasets with one numbering of users and entities, so that their rows can be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solidago.dataset import Dataset, Judgments, PrivateRatings, Vouches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solidago.dataset import Flags, Indices

    Names = NDArray[np.object_]
    Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """One criterion of a dataset, among the users and entities of two.

    Attributes
    ----------
    dataset : Dataset
        With this one criterion, which may be without judgments.
    has_user : (U,) bool
    has_entity : (E,) bool
        Who and what is in the dataset itself; all others do nothing and are in nothing.
    """

    dataset: Dataset
    has_user: Flags
    has_entity: Flags


def aligned(old: Dataset, new: Dataset, criterion: str) -> tuple[Aligned, Aligned]:
    """Return a criterion of both datasets in one numbering, which keeps the order of ids and so all results.

    Parameters
    ----------
    old, new : Dataset
    criterion : str
        Of either dataset, or of neither.

    Returns
    -------
    pair of Aligned
    """
    users, entities = np.union1d(old.users, new.users), np.union1d(old.entities, new.entities)
    return _aligned(old, users, entities, criterion), _aligned(new, users, entities, criterion)


def _aligned(dataset: Dataset, users: Names, entities: Names, criterion: str) -> Aligned:
    user, entity = _places(dataset.users, users), _places(dataset.entities, entities)
    trust, pretrusted = np.full(len(users), np.nan), np.zeros(len(users), bool)
    trust[user], pretrusted[user] = dataset.trust, dataset.pretrusted
    vouches, private = dataset.vouches, dataset.private
    judged = dataset.judgments.get(criterion, _no_judgments())
    found = Dataset(
        users=users,
        entities=entities,
        criteria=(criterion,),
        judgments={criterion: Judgments(user[judged.user], entity[judged.left], entity[judged.right], judged.value)},
        trust=trust,
        pretrusted=pretrusted,
        vouches=Vouches(user[vouches.voucher], user[vouches.vouchee], vouches.weight),
        private=PrivateRatings(user[private.user], entity[private.entity]),
    )
    return Aligned(found, _flags(user, len(users)), _flags(entity, len(entities)))


def _places(ids: Names, among: Names) -> Indices:
    return np.searchsorted(among, ids).astype(np.int32)


def _flags(places: Indices, size: int) -> Flags:
    flags = np.zeros(size, bool)
    flags[places] = True
    return flags


def _no_judgments() -> Judgments:
    nobody = np.zeros(0, np.int32)
    return Judgments(nobody, nobody, nobody, np.zeros(0))


def without_gone(old: Aligned, new: Aligned, criterion: str) -> Dataset:
    """Return what is left of the old judgments: without users and entities that are gone, privacy as it is now.

    Parameters
    ----------
    old, new : Aligned
    criterion : str

    Returns
    -------
    Dataset
        A rating whose judgments were all deleted, of a user and an entity that remain, stays as private as it was.
    """
    rows = old.dataset.judgments[criterion]
    stays = new.has_user[rows.user] & new.has_entity[rows.left] & new.has_entity[rows.right]
    judgments = Judgments(rows.user[stays], rows.left[stays], rows.right[stays], rows.value[stays])
    rated = rated_keys(judgments, len(old.dataset.entities))
    now = np.isin(rated, rated_keys(new.dataset.judgments[criterion], len(old.dataset.entities)))
    private = np.concatenate(
        [
            np.intersect1d(rated[now], _private_keys(new.dataset)),
            np.intersect1d(rated[~now], _private_keys(old.dataset)),
        ]
    )
    user, entity = np.divmod(np.sort(private), len(old.dataset.entities))
    hidden = PrivateRatings(user.astype(np.int32), entity.astype(np.int32))
    return replace(old.dataset, judgments={criterion: judgments}, private=hidden)


def rated_keys(judgments: Judgments, n_entities: int) -> Keys:
    """Return each rating of some judgments as one number, ascending: user times ``n_entities`` plus entity."""
    user = judgments.user.astype(np.int64) * n_entities
    return np.unique(np.concatenate([user + judgments.left, user + judgments.right]))


def _private_keys(dataset: Dataset) -> Keys:
    return dataset.private.user.astype(np.int64) * len(dataset.entities) + dataset.private.entity
