"""The folders of processes' numbers: many processes start at once, and somebody may tidy up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

CLAIM = "from backend.observability.metrics.directory import claim; claim(); print('claimed'); input()"
COUNT_IN_A_CHILD = """
import os, shutil
from backend.observability.metrics.directory import claim
folder = claim()
from backend.observability.metrics.counters import JUDGMENTS
shutil.rmtree(folder)
child = os.fork()
if not child:
    JUDGMENTS.inc()
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
WITHOUT_ROOM = """
import errno, os
from backend.observability.metrics.directory import claim
assert claim()
from backend.observability.metrics.counters import JUDGMENTS, REQUESTS

def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")  # as a full tmpfs says

os.posix_fallocate = full
JUDGMENTS.inc()
for number in range(1000):
    REQUESTS.labels("route" + str(number), "GET", 200).inc()
JUDGMENTS.inc()
print(JUDGMENTS._value.get())
"""
REFUSED = """
from backend.observability.metrics.directory import claim, trouble
assert claim() is None
print(trouble())
"""


def started(script: str, folder: Path) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "METRICS_TOKEN": "a token", "METRICS_DIR": str(folder)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", script], cwd=settings.BASE_DIR, env=env, text=True, **pipes)


def test_processes_that_start_at_once_keep_their_folders(tmp_path):
    processes = [started(CLAIM, tmp_path) for _ in range(3)]
    assert [process.stdout.readline() for process in processes] == ["claimed\n"] * 3
    assert len(list(tmp_path.glob("*/.lock"))) == 3
    for process in processes:
        process.communicate("\n")


def test_folders_of_processes_that_ended_are_removed_by_the_next(tmp_path):
    folder = tmp_path / "new"
    started(CLAIM, folder).communicate("\n")
    started(CLAIM, folder).communicate("\n")
    assert len(list(folder.glob("*/.lock"))) == 1
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_child_counts_though_somebody_removed_the_folder(tmp_path):
    process = started(COUNT_IN_A_CHILD, tmp_path)
    _, errors = process.communicate()
    assert process.returncode == 0, errors


def test_a_process_whose_folder_is_full_serves_on(tmp_path):
    process = started(WITHOUT_ROOM, tmp_path)
    counted, errors = process.communicate()
    assert process.returncode == 0, errors
    assert counted == "2.0\n"
    assert errors.count("No room for numbers in METRICS_DIR") == 1


@pytest.mark.parametrize("kind", ["writable by others", "a link"])
def test_a_folder_that_others_may_have_made_is_refused_in_words(tmp_path, kind):
    folder = tmp_path / "guessed"
    if kind == "a link":
        folder.symlink_to(tmp_path)
    else:
        folder.mkdir()
        folder.chmod(0o777)
    process = started(REFUSED, folder)
    told, errors = process.communicate()
    assert told.startswith("METRICS_DIR cannot be used"), errors
