"""Experiments: the published tables come out within noise, and each is written in its own place."""

from pathlib import Path

import pytest

from solidago.config import Config
from solidago.experiments import digits, held_out, linear_gbt
from solidago.experiments.__main__ import EXPERIMENTS, main
from solidago.experiments.report import Section, Table, write
from solidago.io import tournesol


@pytest.mark.parametrize(("n_features", "published"), linear_gbt._BY_FEATURES.items())
def test_features_and_own_scores_help_as_much_as_published(
    n_features: int, published: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear_gbt, "_SEEDS", 20)
    assert linear_gbt._errors(25, n_features, 500) == pytest.approx(published, rel=0.35)


@pytest.mark.parametrize(("count", "published"), linear_gbt._BY_COMPARISONS.items())
def test_features_help_most_where_comparisons_are_few(
    count: int, published: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear_gbt, "_SEEDS", 20)
    assert linear_gbt._errors(20, 10, count)[:2] == pytest.approx(published, rel=0.25)


def test_a_section_replaces_itself_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "experiments.md"
    write(path, Section("one", "One", ["first"]))
    write(path, Section("two", "Two", [Table(["n", "x"], [[1, 0.123456]])]))
    write(path, Section("one", "One", ["second \\1"]))
    text = path.read_text()
    assert text.startswith("# Experiments\n")
    assert "first" not in text
    assert text.index("second \\1") < text.index("| 1 | 0.123 |")
    assert text.count("<!-- one -->") == 1


def test_an_unknown_experiment_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["alchemy"])
    assert stopped.value.code == 2
    assert "unknown experiment: alchemy" in capsys.readouterr().err


def test_a_missing_data_set_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(digits.importlib, "import_module", missing)
    assert main(["digits", "--out", str(tmp_path / "experiments.md")]) == 2
    assert "pip install scikit-learn" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_document_has_every_experiment() -> None:
    text = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text()
    assert [name for name in EXPERIMENTS if f"<!-- {name} -->" not in text] == []


def test_without_its_dataset_an_experiment_is_skipped_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(held_out, "ARCHIVE", tmp_path / "nothing.zip")
    assert main(["held-out", "--out", str(tmp_path / "experiments.md")]) == 0
    assert "skipped: the dataset nothing.zip does not lie beside the project" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not held_out.ARCHIVE.is_file(), reason="the dataset is not beside the project")
def test_what_others_think_helps_to_foresee_judgments_of_new_entities() -> None:
    dataset = tournesol.read(held_out.ARCHIVE).dataset
    config = Config.from_mapping({"preset": "tournesol", "lipschitz": 1.0})
    models = {name: model for name, model in held_out.MODELS.items() if name != "Licchavi"}
    few = held_out.foreseen(dataset, config, models, hide="entities", few=50, folds=1)
    many = held_out.foreseen(dataset, config, models, hide="entities", folds=1)
    assert few["collective anchor"].error < 0.85 * few["GBT alone"].error
    assert many["anchor and co-scoring"].error < 0.85 * many["collective anchor"].error
    assert many["anchor and co-scoring"].correlation > many["GBT alone"].correlation + 0.05
