"""The command line: what it writes, says and returns."""

import hashlib
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import solidago
from benchmarks.measure import measure_run
from benchmarks.polls import write_poll
from solidago.cli import main
from solidago.config import Config
from solidago.generative import Recipe, generate
from solidago.io import tournesol
from solidago.pipeline import STEPS
from solidago.presets import DEFAULT

FILES = {
    "collective_criteria_scores.csv",
    "individual_criteria_scores.csv",
    "contributor_scalings.csv",
    "run.json",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("poll") / "poll.zip"
    recipe = Recipe(contributors=40, entities=60, criteria=("good", "fun"), share_private=0.0)
    tournesol.write(path, generate(recipe, seed=1).dataset)
    return path


@pytest.fixture(scope="module")
def scores(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scores") / "new" / "folder"
    assert main(["run", str(archive), "--out", str(out)]) == 0
    return out


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_it_works(scores: Path) -> None:
    assert names(scores) == FILES


def test_run_json_tells_what_was_computed_from_what(archive: Path, scores: Path) -> None:
    record = json.loads((scores / "run.json").read_text())
    assert record["version"] == solidago.__version__
    assert record["input"]["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert record["input"]["dataset_digest"] == tournesol.read(archive).dataset.digest()
    assert record["outputs"] == {
        name: hashlib.sha256((scores / name).read_bytes()).hexdigest() for name in FILES - {"run.json"}
    }
    assert set(record["seconds"]) == {"read", "load", *STEPS, "write", "total"}
    assert record["config"] == Config().to_mapping()
    assert record["counts"]["users"] == 40
    for criterion in ("good", "fun"):
        certificate = record["criteria"][criterion]["certificate"]
        assert certificate["max_gradient"] <= 1e-9
        assert certificate["users"] == record["criteria"][criterion]["contributors"]


def test_scores_do_not_depend_on_threads(archive: Path, scores: Path, tmp_path: Path) -> None:
    assert main(["run", str(archive), "--out", str(tmp_path), "--threads", "1"]) == 0
    for name in FILES - {"run.json"}:
        assert (tmp_path / name).read_bytes() == (scores / name).read_bytes()


def test_a_criterion_can_be_chosen(archive: Path, scores: Path, tmp_path: Path) -> None:
    assert main(["run", str(archive), "--out", str(tmp_path), "--criterion", "fun"]) == 0
    both = (scores / "collective_criteria_scores.csv").read_text().splitlines()
    only = (tmp_path / "collective_criteria_scores.csv").read_text().splitlines()
    assert only == both[:1] + [line for line in both if ",fun," in line]


def test_constants_come_from_a_file(archive: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"sigma": 3, "preset": "tournesol"}')
    out = tmp_path / "out"
    assert main(["run", str(archive), "--out", str(out), "--config", str(config), "--preset", "tournesol"]) == 0
    assert json.loads((out / "run.json").read_text())["config"]["sigma"] == 3.0


def test_progress_is_a_line_a_step_where_there_is_no_terminal(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", str(archive), "--out", str(tmp_path), "--criterion", "good"])
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line[:22].strip() for line in printed.err.splitlines()] == ["read", "load", *STEPS, "write"]


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run what must be refused: status 2, and a last line that says why."""
    assert main(arguments) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("Error: ")
    return last


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--criterion", "grace"], "'grace'"),
        (["--preset", "nobody"], "preset"),
        (["--config", "absent.json"], "Cannot read 'absent.json'"),
    ],
)
def test_unknown_names_are_refused_and_nothing_is_written(
    options: list[str], problem: str, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert problem in refused(["run", str(archive), "--out", str(tmp_path / "out"), *options], capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"sigma": NaN}', "NaN is not a number"),
        (b'{"sigma": -1}', "sigma"),
        (b'{"sigma": "7"}', "sigma"),
        (b'{"sigmoid": 1}', "sigmoid"),
        (b'{"preset": 3}', "preset"),
        (b"[1, 2]", "must hold an object"),
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_config_is_refused(
    content: bytes, problem: str, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_bytes(content)
    line = refused(["run", str(archive), "--out", str(tmp_path / "out"), "--config", str(config)], capsys)
    assert problem in line


def test_a_bad_file_is_refused_by_member_and_line(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "No such file" in refused(["run", str(tmp_path / "absent.zip"), "--out", str(tmp_path / "out")], capsys)
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"")
    assert "not a zip archive" in refused(["run", str(bad), "--out", str(tmp_path / "out")], capsys)
    assert not (tmp_path / "out").exists()


def test_a_directory_that_is_a_file_is_refused(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").touch()
    assert "Cannot write to" in refused(["run", str(archive), "--out", str(tmp_path / "out")], capsys)


@pytest.mark.parametrize("arguments", [[], ["run"], ["dance"], ["run", "x.zip", "--out", "y", "--threads", "0"]])
def test_wrong_arguments_end_with_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m solidago" in capsys.readouterr().err


def test_control_c_stops_with_one_line_and_writes_nothing(tmp_path: Path) -> None:
    archive, out = tmp_path / "poll.zip", tmp_path / "out"
    recipe = Recipe(contributors=2_000, entities=2_000, judgments=150_000, share_private=0.0)
    tournesol.write(archive, generate(recipe, seed=1).dataset)
    child = subprocess.Popen(
        # One thread, to be still at it when the signal comes.
        [sys.executable, "-m", "solidago", "run", str(archive), "--out", str(out), "--threads", "1"],
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background lets its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert child.stderr is not None
    assert child.stderr.readline().startswith("read ")
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert errors.splitlines()[-1] == "Stopped; nothing was written."
    assert not out.exists()


def test_warm_compiles_and_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warm"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["tournesol", DEFAULT])
def test_a_million_judgments_need_less_than_a_gigabyte(tmp_path: Path, preset: str) -> None:
    assert measure_run(write_poll(tmp_path, 1_000_000), tmp_path / "out", preset=preset).peak < 1024


@pytest.mark.slow
def test_the_benchmark_prints_its_table(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    command = [sys.executable, "-m", "benchmarks", "--sizes", "500", "2000", "--repeats", "1", "--markdown", str(table)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout
    rows = [line.split("|")[1:-1] for line in table.read_text().splitlines()]
    assert [cell.strip() for cell in rows[0]] == ["", "500 judgments", "2,000 judgments"]
    assert len(printed.splitlines()) == len(rows) - 1
    assert all(float(cell) >= 0 for row in rows[2:] for cell in row[1:])
