"""A computation stops in the middle of a step when somebody asks for it."""

import numpy as np
import pytest

from solidago.config import Config
from solidago.engine.threads import Threads
from solidago.errors import Cancelled
from solidago.generative import Recipe, generate
from solidago.pipeline import run
from solidago.stopping import look, never, stoppable


def after(calls: int):
    """Return a `cancelled` that says yes from its so-manieth question on."""
    asked = iter(range(calls))
    return lambda: next(asked, None) is None


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_stop_between_two_parts(threads):
    done = []
    with Threads(threads) as pool, pytest.raises(Cancelled), stoppable(after(3)):
        pool.over(np.ones(1_000), lambda first, last: done.append((first, last)))
    assert len(done) <= 3


def test_what_is_not_asked_to_stop_goes_on():
    with stoppable(never):
        look()
    with pytest.raises(Cancelled), stoppable(lambda: True):
        look()
    look()


@pytest.mark.parametrize("method", ["mehestan", "licchavi"])
def test_a_run_stops_within_its_longest_step(method):
    config = Config.from_mapping({"method": method})
    dataset = generate(Recipe(contributors=12, entities=8, judgments=150), 1).dataset
    questions, steps = [], []

    def counted() -> bool:
        questions.append(len(steps))
        return False

    run(dataset, config, threads=1, progress=lambda step, done, total: steps.append(step), cancelled=counted)
    longest = max(set(questions), key=questions.count)
    assert questions.count(longest) >= 8
    with pytest.raises(Cancelled):
        run(dataset, config, threads=1, cancelled=after(questions.index(longest) + 4))
