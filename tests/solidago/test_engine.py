import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numba
import numpy as np
import pytest

from solidago.engine import jit
from solidago.engine.threads import Threads
from solidago.errors import InvalidInput
from solidago.generative import Recipe, generate
from solidago.io import tournesol

PACKAGE = Path(__file__).resolve().parents[2] / "solidago"
SQUASH = """
import numpy as np
from solidago.engine import jit
from solidago.kernels import rows
out = [np.empty(1) for _ in range(3)]
rows.squash(0, 1, np.ones(1), np.ones(1), np.ones(1), *out)
print(jit.CACHE_FOLDER, round(out[0][0], 6), sum(rows.squash.stats.cache_hits.values()))
"""


def squash(**environment):
    """Run the code above in a fresh process that knows nothing but the library."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PACKAGE.parent), **environment}
    done = subprocess.run(
        [sys.executable, "-c", SQUASH], env=env, capture_output=True, text=True, check=True, timeout=100
    )
    return done.stdout.split()


def test_a_second_process_compiles_nothing(tmp_path):
    folder, value, hits = squash(NUMBA_CACHE_DIR=str(tmp_path))
    assert folder.startswith(str(tmp_path))
    assert (value, hits) == ("70.710678", "0")
    assert squash(NUMBA_CACHE_DIR=str(tmp_path)) == [folder, value, "1"]


@pytest.mark.slow
def test_after_warming_up_a_run_compiles_nothing(tmp_path):
    """What two processes compile at once may differ in the last bit, and a worker's first run would take long."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kernels"), "NUMBA_DEBUG_CACHE": "1"}
    poll = tmp_path / "poll.zip"
    tournesol.write(poll, generate(Recipe(contributors=30, entities=40), 0).dataset)
    saved = []
    for command in (["warm"], ["run", str(poll), "--out", str(tmp_path / "out")]):
        argv = [sys.executable, "-m", "solidago", *command]
        told = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True, timeout=110)
        saved.append((told.stdout + told.stderr).count("data saved"))
    assert saved[0] > 0
    assert saved[1] == 0


def test_a_place_that_cannot_be_written_and_no_home_still_work(tmp_path):
    unusable = tmp_path / "file"
    unusable.write_text("")
    assert squash(NUMBA_CACHE_DIR=str(unusable / "below"), TMPDIR=str(tmp_path)) == ["None", "70.710678", "0"]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Let the kernels lie as in an installed library, with no project around, and nobody say where to keep them."""
    package = tmp_path / "site" / "solidago"
    shutil.copytree(PACKAGE / "kernels", package / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(jit, "_PACKAGE", package)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return package


def test_kernels_of_a_project_are_kept_beside_it(installed):
    (installed.parent / "pyproject.toml").write_text("")
    assert Path(jit._cache_folder()).parent == installed.parent / ".local" / "numba"


def test_kernels_of_an_installed_library_are_kept_at_home(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Path(jit._cache_folder()).parent == tmp_path / ".cache" / "solidago"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert Path(jit._cache_folder()).parent == tmp_path / "xdg" / "solidago"


def test_without_a_home_kernels_are_kept_in_a_private_temporary_folder(installed, tmp_path):
    folder = Path(jit._cache_folder())
    assert folder.parent == tmp_path / "tmp" / f"solidago-{os.getuid()}"
    assert folder.stat().st_mode & 0o077 == 0


def test_a_cache_that_others_could_fill_is_not_used(installed):
    folder = Path(jit._cache_folder())
    folder.chmod(0o777)
    assert jit._cache_folder() is None
    folder.chmod(0o700)
    folder.parent.chmod(0o777)
    assert jit._cache_folder() is None
    folder.parent.chmod(0o1777)  # sticky, like /tmp: others cannot replace what is ours
    assert jit._cache_folder() == str(folder)


def test_an_edited_kernel_is_compiled_anew(installed):
    before = jit._cache_folder()
    laws = installed / "kernels" / "laws.py"
    laws.write_text(laws.read_text() + "# edited\n")
    assert jit._cache_folder() != before


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("work", [[], [0.0], [1.0, 0.0, 5.0], [0.0] * 100, [1e9, *[1.0] * 50]])
def test_parts_cover_all_items_once_in_order(count, work):
    with Threads(count) as threads:
        parts = threads.over(np.array(work), lambda first, last: list(range(first, last)))
    assert [i for part in parts for i in part] == list(range(len(work)))


def test_an_error_in_a_part_reaches_the_caller():
    def fail(first, last):
        raise InvalidInput("no")

    with Threads(2) as threads, pytest.raises(InvalidInput, match="no"):
        threads.over(np.ones(4), fail)


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "2"])
def test_a_number_of_threads_below_one_is_refused(count):
    with pytest.raises(InvalidInput, match="threads"):
        Threads(count)
