"""How many comparisons the choice of pairs saves a whole poll, whose published scores guide it in turn."""

import itertools
import statistics
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.accounts.models import Contributor
from backend.comparisons.models import Comparison, Judgment
from backend.entities.models import Entity
from backend.participation.pairs.next_pair import next_pair
from backend.polls.models import Criterion, Poll
from backend.scores.models import CollectiveScore, Publication, ScoreSet
from benchmarks.next_pair_answers import ARCHIVE, Answer, by_habit, by_law
from solidago.config import Config
from solidago.dataset import Dataset, Floats
from solidago.pipeline import run
from solidago.results import CollectiveScores
from solidago.root_laws import RootLaw

ITEMS, PEOPLE, SEEDS = 200, 40, 2
FEWEST, MOST, SESSION = 10, 200, 10
"""Comparisons of a contributor, by a Zipf law (Pareto, exponent 1: median 20), and in a row."""
SPREAD, OWN_SPREAD = 2.0, 1.0
"""Of what people agree on, and of each one's own taste around it."""
PUBLISHED_AFTER = 150
"""Comparisons between runs."""
Said = tuple[int, int, int, float]
Curve = list[tuple[int, float]]


def polls() -> None:
    """Let the people of simulated polls answer random pairs, and those that the platform asks."""
    print(f"{SEEDS} polls of {ITEMS} items and {PEOPLE} people; error: RMSE of collective scores on the best scale")
    answers: dict[str, Answer] = {"sliders by the law": by_law(RootLaw.named("uniform"))}
    if ARCHIVE.exists():
        answers["sliders as people use them"] = by_habit()
    for name, answer in answers.items():
        pairs = [(_curve(seed, answer, True), _curve(seed, answer, False)) for seed in range(SEEDS)]
        ends = [statistics.mean(curve[-1][1] for curve in curves) for curves in zip(*pairs, strict=True)]
        needed = [100.0 * _needed(chosen, random) for random, chosen in pairs]
        print(
            f"{name:26} random {ends[0]:.2f}, platform {ends[1]:.2f}, needs {statistics.mean(needed):.0f} %"
            f" ({', '.join(f'{each:.0f}' for each in needed)})",
            flush=True,
        )


def _needed(chosen: Curve, random: Curve) -> float:
    """Return the fraction of random comparisons that reach the same error, the mean over the last quarter of runs."""
    late = random[-max(1, len(random) // 4) :]
    return statistics.mean(_reached(chosen, error) / count for count, error in late)


def _reached(curve: Curve, error: float) -> float:
    """Return after how many comparisons an error is reached, on the line between runs; at least the last one's."""
    for (count, before), (later, after) in itertools.pairwise(curve):
        if after <= error:
            return count + (later - count) * max(0.0, before - error) / max(before - after, 1e-9)
    return curve[-1][0]


def _curve(seed: int, answer: Answer, is_random: bool) -> Curve:
    """Return numbers of comparisons and the error of the collective scores after them."""
    world, rng = _World.drawn(seed), np.random.default_rng([9, seed])
    asking = _Blind(rng) if is_random else _Platform(seed)
    said: list[Said] = []
    curve: Curve = []
    for count, person in enumerate(world.turns, start=1):
        left, right = asking.pair(person)
        said.append((person, left, right, answer(float(world.tastes[person, right] - world.tastes[person, left]), rng)))
        asking.hear(said[-1])
        if count % PUBLISHED_AFTER == 0 or count == len(world.turns):
            items, scores = _collective(said)
            curve.append((count, world.error(items, scores.scaled_score)))
            asking.publish(items, scores)
    return curve


def _collective(said: list[Said]) -> tuple[NDArray[np.int64], CollectiveScores]:
    """Return items and their scores; everybody is trusted."""
    person, left, right, value = zip(*said, strict=True)
    names = [[f"{number:03}" for number in numbers] for numbers in (person, left, right)]
    dataset = Dataset.from_columns(
        {
            "user": names[0],
            "left": names[1],
            "right": names[2],
            "criterion": ["good"] * len(said),
            "value": list(value),
        },
        users={"user": sorted({*names[0]}), "pretrusted": [True] * len({*names[0]})},
    )
    scores = run(dataset, Config(), threads=1).criteria["good"].collective
    return dataset.entities[scores.entity].astype(np.int64), scores


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """What people think, and who answers when."""

    quality: Floats
    tastes: Floats
    turns: list[int]

    @classmethod
    def drawn(cls, seed: int) -> "_World":
        """Draw a poll."""
        rng = np.random.default_rng([10, seed])
        quality = rng.normal(0.0, SPREAD, ITEMS)
        tastes = quality + rng.normal(0.0, OWN_SPREAD, (PEOPLE, ITEMS))
        wanted = np.clip(np.rint(FEWEST / (1.0 - rng.random(PEOPLE))), FEWEST, MOST).astype(int)
        sessions = [
            [person] * min(SESSION, n - begun) for person, n in enumerate(wanted) for begun in range(0, n, SESSION)
        ]
        rng.shuffle(sessions)
        return cls(quality, tastes, list(itertools.chain.from_iterable(sessions)))

    def error(self, items: NDArray[np.int64], scores: Floats) -> float:
        """Return how far scores are from the quality of the items, on the best scale; an item without a score has 0."""
        truth, found = self.quality - self.quality.mean(), np.zeros(ITEMS)
        found[items] = scores
        found -= found.mean()
        return float(np.sqrt(np.mean((found * (found @ truth) / max(found @ found, 1e-9) - truth) ** 2)))


class _Blind:
    """Asks pairs that somebody has not met, drawn evenly."""

    def __init__(self, rng: np.random.Generator) -> None:
        pairs = np.column_stack(np.triu_indices(ITEMS, 1))
        self.left = [rng.permutation(pairs)[:MOST].tolist() for _ in range(PEOPLE)]

    def pair(self, person: int) -> tuple[int, int]:
        """Return the next pair."""
        left, right = self.left[person].pop()
        return left, right

    def hear(self, said: Said) -> None:
        """Learn nothing."""

    def publish(self, items: NDArray[np.int64], scores: CollectiveScores) -> None:
        """Learn nothing."""


class _Platform:
    """Asks what the real selector chooses, from real tables."""

    def __init__(self, seed: int) -> None:
        slug = f"poll-{Poll.objects.count()}-{seed}"
        self.poll = Poll.objects.create(slug=slug, title=slug, question="Which?")
        self.criterion = Criterion.objects.create(poll=self.poll, name="good", title="Good")
        named = [Contributor(name=f"{slug}-{n}") for n in range(PEOPLE)]
        self.people = Contributor.objects.bulk_create(named)
        self.items = Entity.objects.bulk_create(
            [Entity(poll=self.poll, uid=str(n), title=str(n)) for n in range(ITEMS)]
        )
        self.place = {item.pk: number for number, item in enumerate(self.items)}

    def pair(self, person: int) -> tuple[int, int]:
        """Return the pair that the platform asks."""
        found = next_pair(contributor=self.people[person], poll=self.poll)
        if found is None:
            raise RuntimeError("no pair is left")
        return self.place[found.left.pk], self.place[found.right.pk]

    def hear(self, said: Said) -> None:
        """Store an answer."""
        person, left, right, value = said
        compared = Comparison.objects.create(
            poll=self.poll, contributor=self.people[person], left=self.items[left], right=self.items[right]
        )
        Judgment.objects.create(comparison=compared, criterion=self.criterion, value=10.0 * value)

    def publish(self, items: NDArray[np.int64], scores: CollectiveScores) -> None:
        """Show what the selector reads of a score set."""
        score_set = ScoreSet.objects.create(
            poll=self.poll, snapshot_digest="0", result_digest="0", config=Config().to_mapping(), code_version="-",
            judgments=0, contributors=PEOPLE, entities=ITEMS,
        )  # fmt: skip
        columns = (
            scores.score,
            scores.left,
            scores.right,
            scores.polarisation,
            scores.contributors,
            scores.voting_right,
        )
        names = ("score", "left", "right", "polarisation", "contributors", "voting_right")
        CollectiveScore.objects.bulk_create(
            CollectiveScore(
                score_set=score_set,
                entity=self.items[item],
                criterion=self.criterion,
                **dict(zip(names, row, strict=True)),
            )
            for item, *row in zip(items, *columns, strict=True)
        )
        Publication.objects.update_or_create(poll=self.poll, defaults={"score_set": score_set})
