"""How well models foresee judgments that they did not see, of real contributors, also on entities new to them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from solidago import pipeline
from solidago.config import Config
from solidago.experiments.report import Section, Skipped, Table
from solidago.io import tournesol
from solidago.preference import licchavi
from solidago.preference.comparisons import Comparisons
from solidago.preference.gbt import fit_one
from solidago.preference.generalise import explain, generalise
from solidago.preference.similarity import Opinions, SimilarityGraph, similarity_graph
from solidago.root_laws import RootLaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from solidago.dataset import Dataset, Flags, Floats, Indices, Judgments

ARCHIVE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "tournesol_public_2024-01_tiny.zip"
"""Tournesol's public dataset of January 2024, restricted to five contributors, where it lies beside the project."""
CRITERION = "largely_recommended"
FOLDS = 10
LEAST = 200
"""Judgments of a contributor whose judgments are foreseen."""
WIDE = {"preset": "tournesol", "lipschitz": 1.0}
NARROW = WIDE | {"sigma": 1.0, "k": 1.0, "lipschitz": 0.5}
_FEW = (20, 100)
_CHECKED = 40
_OFTEN = 4


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What is known when judgments of a contributor are hidden, and what is to be foreseen.

    Attributes
    ----------
    known : Judgments
        Everybody's, without the hidden ones.
    own : Comparisons
        What is left of the contributor's own.
    hidden : Comparisons
        To be foreseen.
    user : int
    result : CriterionResult
        Of a run on what is known.
    config : Config
    """

    known: Judgments
    own: Comparisons
    hidden: Comparisons
    user: int
    result: pipeline.CriterionResult
    config: Config

    @property
    def multiplier(self) -> float:
        """Scaled units in one of the contributor's raw units."""
        scalings = self.result.scalings
        return float(scalings.multiplier[np.searchsorted(scalings.user, self.user)])

    @property
    def collective(self) -> Floats:
        """Collective score of every entity, scaled; 0 where nobody has judged it."""
        scores = np.zeros(self.own.n_entities)
        scores[self.result.collective.entity] = self.result.collective.scaled_score
        return scores

    def graph(self, *, co_scored: bool) -> SimilarityGraph:
        """Tie entities that contributors score alike, or none."""
        scores, n = self.result.individual, self.own.n_entities
        rows = slice(None) if co_scored else slice(0)
        user, entity, right = scores.user[rows], scores.entity[rows], scores.voting_right[rows]
        difference = scores.scaled_score[rows] - self.collective[entity]
        return similarity_graph(Opinions.of(user, entity, difference, right, n))


def _generalised(trial: Trial, *, anchored: bool, co_scored: bool) -> Floats:
    expected = trial.collective / trial.multiplier * anchored
    graph, law = trial.graph(co_scored=co_scored), RootLaw.named(trial.config.root_law)
    sigma, unit = trial.config.sigma, trial.multiplier
    return generalise(trial.own, graph, law, expected=expected, sigma=sigma, multiplier=unit).score


def _licchavi(trial: Trial) -> Floats:
    users, codes = np.unique(trial.known.user, return_inverse=True)
    judgments = dataclasses.replace(trial.known, user=codes.astype(np.int32))
    coupling = licchavi.Coupling(sigma=trial.config.sigma, root_law=trial.config.root_law)
    fitted = licchavi.fit(judgments, trial.own.n_entities, np.ones(len(users)), coupling)
    return fitted.personal_scores(int(np.searchsorted(users, trial.user)))


MODELS: dict[str, Callable[[Trial], Floats]] = {
    "GBT alone": lambda trial: _generalised(trial, anchored=False, co_scored=False),
    "co-scoring": lambda trial: _generalised(trial, anchored=False, co_scored=True),
    "collective anchor": lambda trial: _generalised(trial, anchored=True, co_scored=False),
    "anchor and co-scoring": lambda trial: _generalised(trial, anchored=True, co_scored=True),
    "Licchavi": _licchavi,
}


def run() -> Section:
    """Foresee hidden judgments of Tournesol's contributors.

    Raises
    ------
    Skipped
        The dataset is not there.
    """
    title = "Judgments held out: scores of what one has not compared"
    if not ARCHIVE.is_file():
        raise Skipped(f"the dataset {ARCHIVE.name} does not lie beside the project.")
    dataset = tournesol.read(ARCHIVE).dataset
    wide, narrow = Config.from_mapping(WIDE), Config.from_mapping(NARROW)
    without_licchavi = {name: model for name, model in MODELS.items() if name != "Licchavi"}
    coverage = [
        [name, *_coverage(dataset, config, few)]
        for name, config in (("7", wide), ("1", narrow))
        for few in (*_FEW, None)
    ]
    return Section(
        "held-out",
        title,
        [
            _words(dataset),
            "sigma 7, resilience L = 1:",
            _table(dataset, wide, MODELS),
            "sigma 1, resilience L = 0.5:",
            _table(dataset, narrow, without_licchavi),
            "Intervals of entities that are new to the contributor: share that holds the score which all their "
            f"judgments give, on entities with {_OFTEN} comparisons or more (a certain scale: 68 % and 95 %).",
            Table(["sigma", "own judgments known", "within 1 deviation", "within 1.96", "entities"], coverage),
        ],
    )


def _words(dataset: Dataset) -> str:
    judgments = dataset.judgments[CRITERION]
    return (
        f"Tournesol, January 2024, {CRITERION}: {len(judgments)} judgments of {len(_frequent(judgments))} contributors "
        f"with {LEAST} judgments or more. In each of {FOLDS} folds a tenth of one contributor's judgments, or all that "
        "name a tenth of the entities, are hidden; everything, the collective scores too, is computed anew without "
        "them. Correlation and mean squared error of the expected judgment with the hidden one (from -1 to 1). The "
        "entities are bare ids there: what tags and authors are worth cannot be seen. Uniform root law."
    )


def _frequent(judgments: Judgments) -> Indices:
    users, counts = np.unique(judgments.user, return_counts=True)
    frequent: Indices = users[counts >= LEAST]
    return frequent


def _table(dataset: Dataset, config: Config, models: dict[str, Callable[[Trial], Floats]]) -> Table:
    """Foresee by each model; the columns are what is hidden and how much is left."""
    tasks = [("judgments", None), *(("entities", few) for few in (*_FEW, None))]
    found = [foreseen(dataset, config, models, hide=hide, few=few) for hide, few in tasks]
    heads = [f"hidden {hide}, {few or 'all'} others known" for hide, few in tasks]
    rows = [[name, *(f"{f[name].correlation:.3f} / {f[name].error:.4f}" for f in found)] for name in models]
    return Table(["model: correlation / mean squared error", *heads], rows)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Correlation and mean squared error of expected judgments with those that were hidden."""

    correlation: float
    error: float
    judgments: int


def foreseen(
    dataset: Dataset,
    config: Config,
    models: dict[str, Callable[[Trial], Floats]],
    *,
    hide: str,
    few: int | None = None,
    folds: int = FOLDS,
) -> dict[str, Foreseen]:
    """Foresee each frequent contributor's hidden judgments by each model.

    Parameters
    ----------
    dataset : Dataset
    config : Config
    models : mapping name -> function of a trial that returns the contributor's raw score of every entity
    hide : {"judgments", "entities"}
        Single judgments, or all the contributor's judgments that name some entities.
    few : int, optional
        Leave the contributor no more than so many judgments.
    folds : int
        Of 10, how many are looked at.
    """
    law = RootLaw.named(config.root_law)
    said: list[Floats] = []
    expected: dict[str, list[Floats]] = {name: [] for name in models}
    for trial in _trials(dataset, config, hide, few, folds):
        said.append(trial.hidden.value)
        for name, model in models.items():
            theta = model(trial)
            _, mean, _ = law.cumulants(theta[trial.hidden.left] - theta[trial.hidden.right])
            expected[name].append(-mean)
    return {name: _compared(np.concatenate(parts), np.concatenate(said)) for name, parts in expected.items()}


def _compared(expected: Floats, said: Floats) -> Foreseen:
    correlation = float(np.corrcoef(expected, said)[0, 1])
    return Foreseen(correlation, float(np.mean((expected - said) ** 2)), len(said))


def _trials(dataset: Dataset, config: Config, hide: str, few: int | None, folds: int) -> Iterator[Trial]:
    judgments, rng = dataset.judgments[CRITERION], np.random.default_rng(0)
    for user in _frequent(judgments).tolist():
        own = judgments.user == user
        of_judgment = rng.integers(FOLDS, size=len(judgments))
        of_entity = rng.integers(FOLDS, size=len(dataset.entities))
        for fold in range(folds):
            hidden = of_judgment == fold
            if hide == "entities":
                hidden = (of_entity[judgments.left] == fold) | (of_entity[judgments.right] == fold)
            left = np.flatnonzero(own & ~hidden)
            left = rng.permutation(left)[:few]
            yield _trial(dataset, config, user, ~own | np.isin(np.arange(len(own)), left), own & hidden)


def _trial(dataset: Dataset, config: Config, user: int, is_known: Flags, is_hidden: Flags) -> Trial:
    judgments = dataset.judgments[CRITERION]
    known = _only(judgments, is_known)
    shown = dataclasses.replace(dataset, criteria=(CRITERION,), judgments={CRITERION: known})
    result = pipeline.run(shown, config, threads=1).criteria[CRITERION]
    n = len(dataset.entities)
    own, hidden = _comparisons(_only(known, known.user == user), n), _comparisons(_only(judgments, is_hidden), n)
    return Trial(known, own, hidden, user, result, config)


def _only(judgments: Judgments, kept: Flags) -> Judgments:
    user, left, right = judgments.user[kept], judgments.left[kept], judgments.right[kept]
    return dataclasses.replace(judgments, user=user, left=left, right=right, value=judgments.value[kept])


def _comparisons(judgments: Judgments, n_entities: int) -> Comparisons:
    return Comparisons.of(judgments.left, judgments.right, judgments.value, n_entities)


def _coverage(dataset: Dataset, config: Config, few: int | None) -> Sequence[object]:
    """Count how often the score that all of a contributor's judgments give lies in the interval made without them."""
    everything = dataset.judgments[CRITERION]
    distance = []
    for trial in _trials(dataset, config, "entities", few, FOLDS):
        own = _comparisons(_only(everything, everything.user == trial.user), len(dataset.entities))
        truth = fit_one(own.left, own.right, own.value, own.n_entities, config).score
        entities = _unknown_but_often(trial, own)
        found = generalise(
            trial.own,
            trial.graph(co_scored=True),
            RootLaw.named(config.root_law),
            expected=trial.collective / trial.multiplier,
            sigma=config.sigma,
            multiplier=trial.multiplier,
        )
        distance.append((truth - found.score)[entities] / explain(found, entities).deviation)
    inside = np.abs(np.concatenate(distance))
    return [few or "all", f"{np.mean(inside <= 1.0):.0%}", f"{np.mean(inside <= 1.96):.0%}", len(inside)]


def _unknown_but_often(trial: Trial, own: Comparisons) -> Indices:
    """Return some entities that were hidden, and that the contributor has compared often enough to be sure of."""
    times = np.bincount(np.concatenate((own.left, own.right)), minlength=own.n_entities)
    times[trial.own.left] = times[trial.own.right] = 0
    hidden = np.unique(np.concatenate((trial.hidden.left, trial.hidden.right)))
    often: Indices = hidden[times[hidden] >= _OFTEN][:_CHECKED]
    return often
