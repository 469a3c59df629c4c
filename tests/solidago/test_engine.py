import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from solidago.engine.threads import Threads
from solidago.errors import InvalidInput

PACKAGE = Path(__file__).resolve().parents[2] / "solidago"
SQUASH = """
import numpy as np
from solidago.engine import jit
from solidago.kernels import rows
out = [np.empty(1) for _ in range(3)]
rows.squash(0, 1, np.ones(1), np.ones(1), np.ones(1), *out)
print(jit.CACHE_FOLDER, round(out[0][0], 6), sum(rows.squash.stats.cache_hits.values()))
"""


def python(code, **environment):
    """Run code in a fresh process that knows the library and nothing else."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(environment.pop("source")), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=100
    )
    return done.stdout.split()


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the sources alone, as an installed library would be: no project around."""
    source = tmp_path / "site"
    source.mkdir()
    (source / "solidago").symlink_to(PACKAGE)
    return source


@pytest.mark.parametrize("where", ["NUMBA_CACHE_DIR", "XDG_CACHE_HOME"])
def test_a_second_process_compiles_nothing(tmp_path, where):
    environment = {"source": PACKAGE.parent, where: str(tmp_path / "cache"), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    folder, value, hits = python(SQUASH, **environment)
    assert folder.startswith(str(tmp_path / "cache"))
    assert (value, hits) == ("70.710678", "0")
    assert python(SQUASH, **environment) == [folder, value, "1"]


def test_sources_that_cannot_be_written_and_no_home_still_work(tmp_path):
    unusable = tmp_path / "file"
    unusable.write_text("")
    found = python(SQUASH, source=PACKAGE.parent, NUMBA_CACHE_DIR=str(unusable / "below"), TMPDIR=str(tmp_path))
    assert found == ["None", "70.710678", "0"]


def test_a_cache_that_others_could_fill_is_not_used(tmp_path):
    version = python("from solidago.engine import jit; print(jit._source_hash())", source=PACKAGE.parent)[0]
    (tmp_path / version).mkdir()
    (tmp_path / version).chmod(0o777)
    assert python(SQUASH, source=PACKAGE.parent, NUMBA_CACHE_DIR=str(tmp_path))[0] == "None"


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
