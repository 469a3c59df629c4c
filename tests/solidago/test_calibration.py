"""The choice of sigma and root law: by errors on judgments that were held out, and nothing else."""

import random

import numpy as np
import pytest

from solidago import calibration
from solidago.calibration import calibrate
from solidago.cli import main
from solidago.config import Config
from solidago.dataset import Dataset
from solidago.errors import InvalidInput
from solidago.generative import Recipe, generate
from solidago.io import tournesol
from solidago.preference.gbt import fit_one
from solidago.root_laws import RootLaw
from tests.solidago.strategies import CRITERION, LAWS, random_poll

FEW = {"sigmas": (0.5, 2.0, 7.0), "root_laws": LAWS, "folds": 4}


@pytest.fixture(scope="module")
def poll():
    return random_poll(5, users=7, entities=9, per_user=20)


@pytest.fixture(scope="module")
def found(poll):
    return calibrate(poll.dataset(), CRITERION, **FEW)


def drawn(sigma, law, seed, users=12, entities=12):
    """A poll of contributors whose scores have that deviation, and who judge every pair by that law."""
    rng = np.random.default_rng(seed)
    left, right = np.triu_indices(entities, 1)
    rows = {"user": [], "left": [], "right": [], "value": []}
    for u in range(users):
        theta = sigma * rng.standard_normal(entities)
        rows["user"] += [f"u{u:02}"] * len(left)
        rows["left"] += [f"e{e:02}" for e in left]
        rows["right"] += [f"e{e:02}" for e in right]
        rows["value"] += RootLaw.named(law).sample(theta[right] - theta[left], rng).tolist()
    people = {"user": sorted(set(rows["user"])), "trust": [1.0] * users}
    return Dataset.from_columns(rows | {"criterion": [CRITERION] * len(rows["user"])}, users=people)


def test_errors_are_those_of_fitting_each_contributor_and_fold_alone(poll, found):
    dataset = poll.dataset()
    judged = dataset.judgments[CRITERION]
    fold = calibration._dealt(judged.user, 4, 0)
    for candidate in found.candidates:
        config, errors = Config(sigma=candidate.sigma, root_law=candidate.root_law), []
        for user in range(len(dataset.users)):
            for held_out in range(4):
                known, hidden = ((judged.user == user) & part for part in (fold != held_out, fold == held_out))
                theta = fit_one(judged.left[known], judged.right[known], judged.value[known], 9, config).score
                better = theta[judged.right[hidden]] - theta[judged.left[hidden]]
                _, expected, _ = RootLaw.named(candidate.root_law).cumulants(better)
                errors += ((judged.value[hidden] - expected) ** 2).tolist()
        assert len(errors) == found.judgments
        assert candidate.error == pytest.approx(np.mean(errors), abs=1e-7)


def test_every_combination_is_tried_and_the_best_has_the_smallest_error(found):
    assert [(c.root_law, c.sigma) for c in found.candidates] == [(law, s) for law in LAWS for s in (0.5, 2.0, 7.0)]
    assert found.best.error == min(c.error for c in found.candidates)
    assert found.best.behind == found.best.behind_error == 0.0
    for candidate in found.candidates:
        assert candidate.behind == pytest.approx(candidate.error - found.best.error)
        assert candidate.standard_error > 0.0


def test_models_predict_better_than_indifference(found):
    assert found.best.error < 0.7 * found.indifferent


def test_each_judgment_is_held_out_once_and_contributors_are_dealt_evenly(poll):
    user = poll.dataset().judgments[CRITERION].user
    fold = calibration._dealt(user, 4, 0)
    for u in np.unique(user):
        sizes = np.bincount(fold[user == u], minlength=4)
        assert sizes.max() - sizes.min() <= 1
    assert fold.tolist() != calibration._dealt(user, 4, 1).tolist()


@pytest.mark.parametrize("sigma", [0.5, 2.0, 8.0])
def test_the_sigma_that_drew_the_judgments_is_recommended(sigma):
    dataset = drawn(sigma, "uniform", seed=3)
    assert calibrate(dataset, CRITERION, sigmas=(0.5, 2.0, 8.0), root_laws=("uniform",)).best.sigma == sigma


@pytest.mark.parametrize("law", ["uniform", "bernoulli"])
def test_the_root_law_that_drew_the_judgments_is_recommended(law):
    dataset = drawn(1.0, law, seed=4)
    assert (
        calibrate(dataset, CRITERION, sigmas=(0.5, 1.0, 2.0), root_laws=("uniform", "bernoulli")).best.root_law == law
    )


def test_order_of_rows_and_threads_change_nothing(poll, found):
    shuffled = poll.dataset(shuffled=random.Random(1))
    assert calibrate(shuffled, CRITERION, threads=3, **FEW) == found
    assert calibrate(shuffled, CRITERION, threads=1, seed=1, **FEW) != found


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"criterion": "bad"}, "Unknown criterion 'bad'; the dataset has: good"),
        ({"sigmas": ()}, "at least one sigma"),
        ({"sigmas": (-1.0,)}, "'sigma' must be between"),
        ({"root_laws": ("cauchy",)}, "'root_law' must be"),
        ({"folds": 1}, "folds must be from 2 to the number of judgments"),
        ({"folds": 10**6}, "folds must be from 2 to the number of judgments"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_bad_input_is_refused_in_plain_words(poll, wrong, says):
    given = {"criterion": CRITERION} | wrong
    with pytest.raises(InvalidInput, match=says):
        calibrate(poll.dataset(), given.pop("criterion"), **given)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("poll") / "poll.zip"
    tournesol.write(path, generate(Recipe(contributors=20, entities=40, criteria=("good", "fun")), seed=1).dataset)
    return path


def test_the_command_prints_a_table_and_a_recommendation(archive, capsys):
    asked = ["--criterion", "fun", "--sigma", "1", "--sigma", "4", "--root-law", "uniform", "--folds", "3"]
    assert main(["calibrate", str(archive), *asked]) == 0
    printed = capsys.readouterr().out.splitlines()
    found = calibrate(tournesol.read(archive).dataset, "fun", sigmas=(1.0, 4.0), root_laws=("uniform",), folds=3)
    assert printed[0].startswith(f"fun: {found.judgments} judgments by {found.contributors} contributors, 3 folds")
    rows = [line for line in printed if line.startswith("uniform")]
    assert [row.split()[1:3] for row in rows] == [[f"{c.sigma:g}", f"{c.error:.4f}"] for c in found.candidates]
    assert printed[-1] == f'Recommended: {{"root_law": "uniform", "sigma": {found.best.sigma:g}}}'


def test_without_a_criterion_the_one_with_most_judgments_is_measured(archive, capsys):
    assert main(["calibrate", str(archive), "--sigma", "4", "--root-law", "uniform", "--folds", "2"]) == 0
    judgments = tournesol.read(archive).dataset.judgments
    assert len(judgments["good"]) > len(judgments["fun"])
    assert capsys.readouterr().out.startswith("good: ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--criterion", "bad"], "Unknown criterion 'bad'; the dataset has: fun, good."),
        (["--sigma", "0"], "'sigma' must be between 0.01 and 100"),
        (["--folds", "0"], "folds must be from 2"),
    ],
)
def test_the_command_refuses_bad_input_with_one_line(archive, capsys, arguments, says):
    assert main(["calibrate", str(archive), *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err


def test_the_command_refuses_a_file_that_is_no_dataset(tmp_path, capsys):
    path = tmp_path / "notes.zip"
    path.write_text("not a zip")
    assert main(["calibrate", str(path)]) == 2
    assert capsys.readouterr().err.startswith("Error: ")
