"""The price of robustness: how well collective scores find the truth, with and without hostile contributors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from solidago.config import Config
from solidago.experiments.best_estimate import best_estimate
from solidago.experiments.report import Section, Table
from solidago.generative import Recipe, SyntheticPoll, generate
from solidago.pipeline import run as run_pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solidago.dataset import Floats
    from solidago.results import CriterionResult

CRITERION = "good"
ENTITIES = {20: 60, 60: 300, 260: 2_000, 1_000: 20_000}
"""By number of contributors; popular ones are judged far more often, by a Zipf law."""
SEEDS = {20: 60, 60: 30, 260: 8, 1_000: 3}
HOME = {"jury": (20, 60), "community": (260,), "internet": (1_000,)}
"""The sizes that a preset is made for."""
BEST = "best estimate, honest alone"
_MEANS = {"tournesol": "plain mean of raw scores, sigma 7", "community": "plain mean of raw scores, sigma 1"}
PRESETS = {name: Config.preset(name) for name in ("tournesol", *HOME)}
CONFIGS = PRESETS | {"tournesol, L = 1": Config.from_mapping({"preset": "tournesol", "lipschitz": 1.0})}


@dataclass(frozen=True, slots=True)
class Company:
    """Who takes part besides the honest majority."""

    name: str
    recipe: Mapping[str, object] = field(default_factory=dict)


HONEST = Company("nobody")
NEGATING = Company("20 % negate", {"share_hostile": 0.2})
BOOSTING = Company("20 % boost", {"share_hostile": 0.2, "hostile_behaviour": "boost"})
BOUGHT = Company("20 % negate, trusted", {"share_hostile": 0.2, "hostile_trusted": True})
FLOOD = Company("60 % negate", {"share_hostile": 0.6})
COMPANIES = (HONEST, NEGATING, BOOSTING, BOUGHT)

UNRELATED = {"share_minority": 0.2}
OPPOSED = {"share_minority": 0.2, "minority_opposes": True}

CHANGES: Mapping[str, Mapping[str, object]] = {
    "preset community": {},
    "sigma 0.7": {"sigma": 0.7},
    "sigma 2": {"sigma": 2.0},
    "sigma 7": {"sigma": 7.0},
    "k 0.25": {"k": 0.25},
    "k 4": {"k": 4.0},
    "scaling L 0.1": {"scaling_lipschitz": 0.1},
    "scaling L 10": {"scaling_lipschitz": 10.0},
    "10 % quantile to 0.2": {"shift_quantile": 0.1, "shift_target": 0.2},
    "aggregation L 0.1": {"aggregation_lipschitz": 0.1},
    "aggregation L 2": {"aggregation_lipschitz": 2.0},
    "over-trust 2 + 0.1 T": {"overtrust_bias": 2.0, "overtrust_scale": 0.1},
    "over-trust 2 + 0.5 T": {"overtrust_bias": 2.0},
    "contradiction limit 1": {"contradiction_limit": 1.0},
    "contradiction never asked": {"contradiction_limit": 0.0},
}


def recipe_of(contributors: int, **others: object) -> Recipe:
    """Return a poll of that many contributors."""
    base = Recipe(
        contributors=contributors, entities=ENTITIES[contributors], criteria=(CRITERION,), popularity_exponent=1.0
    )
    return replace(base, **others)  # type: ignore[arg-type]  # the constructor checks every value


def correlations(recipe: Recipe, seeds: Iterable[int], configs: Mapping[str, Config]) -> dict[str, Floats]:
    """Return, for the best estimate, each configuration and the plain means, one correlation with the truth a seed."""
    found = [_of_poll(recipe, generate(recipe, seed), configs) for seed in seeds]
    return {name: np.array([each[name] for each in found]) for name in found[0]}


def _of_poll(recipe: Recipe, poll: SyntheticPoll, configs: Mapping[str, Config]) -> dict[str, float]:
    found = {BEST: _correlation(poll, best_estimate(poll, recipe, CRITERION))}
    for name, config in configs.items():
        result = _computed(poll, config)
        scores = np.zeros(len(poll.dataset.entities))
        scores[result.collective.entity] = result.collective.scaled_score
        found[name] = _correlation(poll, scores)
        if name in _MEANS:
            found[_MEANS[name]] = _correlation(poll, _plain_mean(poll, result))
    return found


def _computed(poll: SyntheticPoll, config: Config) -> CriterionResult:
    return run_pipeline(poll.dataset, config, threads=1).criteria[CRITERION]


def _plain_mean(poll: SyntheticPoll, result: CriterionResult) -> Floats:
    own, n_entities = result.individual, len(poll.dataset.entities)
    mean: Floats = np.bincount(own.entity, own.raw_score, n_entities) / np.bincount(own.entity, minlength=n_entities)
    return mean


def _correlation(poll: SyntheticPoll, scores: Floats) -> float:
    return float(np.corrcoef(scores, poll.quality[CRITERION])[0, 1])


def loss(found: Floats, best: Floats) -> tuple[float, float]:
    """Return the share of the best estimate's correlation that is lost, and its standard error over the same seeds."""
    kept = found.mean() / best.mean()
    spread = np.std(found - kept * best, ddof=1) / np.sqrt(len(best)) / best.mean()
    return 1.0 - float(kept), float(spread)


def rights_kept(recipe: Recipe, seeds: Iterable[int], config: Config) -> float:
    """Return the mean voting right of a minority's ratings, as a multiple of the majority's."""
    rights: list[list[float]] = [[], []]
    for seed in seeds:
        poll = generate(recipe, seed)
        own = _computed(poll, config).individual
        for kind in (False, True):
            rights[kind].extend(own.voting_right[poll.minority[own.user] == kind].tolist())
    return float(np.mean(rights[True]) / np.mean(rights[False]))


def run() -> Section:
    """Measure everything; takes a few minutes."""
    measured = {
        (company.name, size): correlations(recipe_of(size, **company.recipe), range(seeds), CONFIGS)
        for company in COMPANIES
        for size, seeds in SEEDS.items()
    }
    return Section(
        "price",
        "The price of robustness",
        [
            f"Correlation of collective scores with the truth: N contributors, {_listed(ENTITIES)} entities of very "
            f"different popularity, about 35 comparisons by each contributor on 21 answers; {_listed(SEEDS)} polls. "
            "Verified e-mail addresses of a fifth of the honest, and vouches, give trust 0.2 on average; whoever is "
            "hostile has none, unless they bought it. The best estimate knows how the polls were made and who is "
            "honest.",
            "No hostile contributor:",
            _table(measured, HONEST),
            "A fifth of the contributors turn their answers round:",
            _table(measured, NEGATING),
            "A fifth spend half of their comparisons on praising one entity:",
            _table(measured, BOOSTING),
            "A fifth turn their answers round, with verified addresses and vouches like everybody else:",
            _table(measured, BOUGHT),
            "What the presets lose of the best honest estimate, in per cent, each at its sizes, all honest:",
            Table(["preset", "contributors", "lost"], list(_losses(measured))),
            "What each constant is worth: correlations with 60 / 260 contributors, where one constant of `community` "
            "is another; half as many polls.",
            _changes(),
            "Voting right that a rating of an honest minority (20 %) has, as a multiple of the majority's. Unrelated: "
            "they judge by a quality that the others ignore. Opposed: they judge by the contrary of what the others "
            "want. They are trusted like everybody else.",
            _minorities(),
        ],
    )


def _listed(by_size: Mapping[int, int]) -> str:
    return " / ".join(f"{count:,}" for count in by_size.values())


def _table(measured: Mapping[tuple[str, int], dict[str, Floats]], company: Company) -> Table:
    first = measured[company.name, next(iter(SEEDS))]
    rows = [[name, *(_mean(measured[company.name, size][name]) for size in SEEDS)] for name in first]
    return Table(["", *(f"N = {size:,}" for size in SEEDS)], rows)


def _mean(sample: Floats) -> str:
    return f"{sample.mean():.3f} ± {sample.std(ddof=1) / np.sqrt(len(sample)):.3f}"


def _losses(measured: Mapping[tuple[str, int], dict[str, Floats]]) -> Iterable[list[object]]:
    for preset, sizes in HOME.items():
        for size in sizes:
            sample = measured[HONEST.name, size]
            lost, error = loss(sample[preset], sample[BEST])
            yield [preset, size, f"{100 * lost:.1f} ± {100 * error:.1f}"]


def _changes() -> Table:
    configs = {name: Config.from_mapping(change) for name, change in CHANGES.items()}
    companies = (*COMPANIES, FLOOD)
    found = [
        [correlations(recipe_of(size, **each.recipe), range(SEEDS[size] // 2), configs) for size in (60, 260)]
        for each in companies
    ]
    rows = [
        [name, *(" / ".join(f"{sample[name].mean():.3f}" for sample in pair) for pair in found)]
        for name in (BEST, *configs)
    ]
    return Table(["", *(each.name for each in companies)], rows)


def _minorities() -> Table:
    rows = []
    for preset, sizes in HOME.items():
        for size in sizes:
            kept = [
                rights_kept(recipe_of(size, **kind), range(SEEDS[size] // 2), PRESETS[preset])
                for kind in (UNRELATED, OPPOSED)
            ]
            rows.append([preset, size, *(f"{each:.2f}" for each in kept)])
    return Table(["preset", "contributors", "unrelated", "opposed"], rows)
