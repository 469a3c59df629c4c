"""How many comparisons the choice of pairs saves one person, with the real selector and its real tables."""

import statistics
from dataclasses import dataclass

import numpy as np

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison, Judgment
from backend.entities.models import Entity
from backend.participation.pairs.next_pair import next_pair
from backend.polls.models import Criterion, Poll
from benchmarks.next_pair_answers import ARCHIVE, Answer, by_habit, by_law
from benchmarks.next_pair_bound import needed_at_best
from solidago.active.choice import RANDOM_SHARE
from solidago.config import Config
from solidago.dataset import Floats
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw

ITEMS, LONGEST, SEEDS = 40, 4 * 40, 48
"""The setting of the published figures (maths, "Which pair next"), with more people."""
LATE = range(LONGEST * 3 // 4, LONGEST)
"""Where numbers of comparisons are compared."""
RESAMPLES = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """How people answer, how far apart their scores are, and what the model assumes."""

    answers: str
    law: str
    spread: float
    sigma: float


SETTINGS = (
    Setting("sliders by the law", "uniform", 2.0, 2.0),
    Setting("sliders by the law", "uniform", 4.0, 4.0),
    Setting("sliders as people use them", "uniform", 2.2, 1.0),
    Setting("sliders as people use them", "uniform", 2.2, 4.0),
    Setting("yes or no by the law", "bernoulli", 2.0, 2.0),
)
"""2.2 is the median spread of five active contributors to a real poll, over items that they had judged five times (1.0
to 4.4); 4 is the sigma that predicts that poll best, 1 the default."""


def people() -> None:
    """Let simulated people answer random pairs, and those that the platform asks."""
    print(
        f"{ITEMS} items, {SEEDS} people; error: RMSE on the best scale; needed for that of {LATE[0]} to {LONGEST} pairs"
    )
    for setting in SETTINGS:
        if setting.answers == "sliders as people use them" and not ARCHIVE.exists():
            print(f"{setting.answers}: left out, {ARCHIVE.name} is not there")
            continue
        random, chosen = (
            np.array([_errors(setting, seed, is_random) for seed in range(SEEDS)]) for is_random in (True, False)
        )
        print(
            f"{setting.answers:26} spread {setting.spread:g}, sigma {setting.sigma:g}:"
            f" random {_at(random)}, platform {_at(chosen)}, needs {_needed(chosen, random):.0f} %"
            f" (+- {_uncertainty(chosen, random):.0f}){_bound(setting)}",
            flush=True,
        )


def _at(errors: Floats) -> str:
    return " ".join(f"{errors[:, count - 1].mean():.2f}" for count in (80, 120, 160))


def _needed(chosen: Floats, random: Floats) -> float:
    """Return how many comparisons reach the mean error of random ones, in % of these."""
    reached, wanted = chosen.mean(axis=0), random.mean(axis=0)
    return 100.0 * statistics.mean((int(np.argmax(reached <= wanted[n])) + 1) / (n + 1) for n in LATE)


def _uncertainty(chosen: Floats, random: Floats) -> float:
    """Return the standard deviation of that number between samples of people."""
    rng = np.random.default_rng(0)
    picks = [rng.integers(len(chosen), size=len(chosen)) for _ in range(RESAMPLES)]
    return statistics.stdev(_needed(chosen[pick], random[pick]) for pick in picks)


def _bound(setting: Setting) -> str:
    if setting.answers == "sliders as people use them":
        return ""  # the bound is that of the law
    law, middle = RootLaw.named(setting.law), int(np.mean(LATE))
    best = [
        100.0 * needed_at_best(_truth(setting, seed), law, setting.spread, middle, RANDOM_SHARE) for seed in range(10)
    ]
    return f"; best design {statistics.mean(best):.0f} %"


def _truth(setting: Setting, seed: int) -> Floats:
    truth = np.random.default_rng([7, seed]).normal(0.0, setting.spread, ITEMS)
    return np.asarray(truth - truth.mean())


def _errors(setting: Setting, seed: int, is_random: bool) -> Floats:
    """Return the error after each answer of one simulated person."""
    truth, rng = _truth(setting, seed), np.random.default_rng([8, seed])
    answer: Answer = (
        by_habit() if setting.answers == "sliders as people use them" else by_law(RootLaw.named(setting.law))
    )
    config = Config(root_law=setting.law, sigma=setting.sigma)
    person = None if is_random else _Person(setting, seed)
    blind = rng.permutation(np.column_stack(np.triu_indices(ITEMS, 1))).tolist()
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []
    errors = []
    for count in range(LONGEST):
        a, b = person.asked() if person else blind[count]
        said = answer(float(truth[b] - truth[a]), rng)
        left.append(a)
        right.append(b)
        value.append(said)
        if person:
            person.say(a, b, said)
        found = fit_one(left, right, value, ITEMS, config).score
        slope = float(found @ truth) / max(float(found @ found), 1e-9)
        errors.append(np.sqrt(np.mean((slope * found - truth) ** 2)))
    return np.array(errors)


class _Person:
    """Somebody in the real tables, whom the real selector asks."""

    def __init__(self, setting: Setting, seed: int) -> None:
        slug = f"person-{SETTINGS.index(setting)}-{seed}"
        run_config = {"root_law": setting.law, "sigma": setting.sigma}
        self.poll = Poll.objects.create(slug=slug, title=slug, question="Which?", run_config=run_config)
        self.criterion = Criterion.objects.create(poll=self.poll, name="good", title="Good")
        self.contributor = Contributor.objects.create(name=slug)
        named = [Entity(poll=self.poll, uid=str(n), title=str(n)) for n in range(ITEMS)]
        self.items = Entity.objects.bulk_create(named)
        self.place = {item.pk: number for number, item in enumerate(self.items)}

    def asked(self) -> tuple[int, int]:
        found = next_pair(contributor=self.contributor, poll=self.poll)
        if found is None:
            raise RuntimeError("no pair is left")
        return self.place[found.left.pk], self.place[found.right.pk]

    def say(self, left: int, right: int, value: float) -> None:
        compared = Comparison.objects.create(
            poll=self.poll, contributor=self.contributor, left=self.items[left], right=self.items[right]
        )
        Judgment.objects.create(comparison=compared, criterion=self.criterion, value=10.0 * value)
