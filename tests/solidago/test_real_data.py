"""The public dataset of Tournesol of January 2024, where it lies beside the project.

Five contributors' judgments; the published scores were computed from everybody's, by an older algorithm and with
stronger regularisation: ranks must agree, values need not.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from solidago.config import Config
from solidago.io import tournesol
from solidago.pipeline import run

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "data" / "tournesol_public_2024-01_tiny.zip"
pytestmark = pytest.mark.skipif(not ARCHIVE.is_file(), reason="the dataset is not beside the project")
MAIN = "largely_recommended"


@pytest.fixture(scope="module")
def dataset():
    return tournesol.read(ARCHIVE).dataset


@pytest.fixture(scope="module")
def result(dataset):
    return run(dataset, Config.preset("tournesol"))


def published(member):
    with zipfile.ZipFile(ARCHIVE) as archive:
        return pl.read_csv(io.BytesIO(archive.read(member)))


def collective(dataset, result, criterion):
    ours = result.criteria[criterion].collective
    frame = pl.DataFrame({"video": [dataset.entities[e] for e in ours.entity], "ours": ours.score})
    return frame.join(published("collective_criteria_scores.csv").filter(criteria=criterion), on="video")


def individual(dataset, result, criterion):
    ours = result.criteria[criterion].individual
    frame = pl.DataFrame(
        {
            "public_username": [dataset.users[u] for u in ours.user],
            "video": [dataset.entities[e] for e in ours.entity],
            "ours": ours.score,
            "raw": ours.raw_score,
        }
    )
    theirs = published("individual_criteria_scores.csv").filter(criteria=criterion)
    return frame.join(theirs, on=["public_username", "video"])


def test_every_model_has_its_certificate(result):
    assert set(result.criteria) == {MAIN, "importance"}
    for criterion in result.criteria.values():
        assert criterion.certificate.max_gradient <= 1e-9
        assert criterion.certificate.max_error <= 5e-8


def test_every_video_judged_has_a_score(dataset, result):
    for criterion, judged in dataset.judgments.items():
        assert len(result.criteria[criterion].collective) == len(np.union1d(judged.left, judged.right))


@pytest.mark.parametrize("criterion", [MAIN, "importance"])
def test_scores_rank_as_published(dataset, result, criterion):
    own, together = individual(dataset, result, criterion), collective(dataset, result, criterion)
    assert len(together) > 5000
    assert spearmanr(own["ours"], own["score"]).statistic > 0.8
    assert spearmanr(together["ours"], together["score"]).statistic > 0.65


@pytest.mark.parametrize(("sigma", "agreement"), [(7.0, 0.83), (2.0, 0.92)])
def test_each_contributors_own_order_is_close_to_the_published_one(dataset, sigma, agreement):
    result = run(dataset, Config.from_mapping({"preset": "tournesol", "sigma": sigma}), criteria=[MAIN])
    ranks = [
        spearmanr(own["raw"], own["score"]).statistic
        for _, own in individual(dataset, result, MAIN).group_by("public_username")
    ]
    assert len(ranks) == 5
    assert np.median(ranks) > agreement
