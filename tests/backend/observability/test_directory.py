"""The folders of processes' numbers: many processes start at once, and somebody may tidy up."""

import os
import subprocess
import sys
from pathlib import Path

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
    started(CLAIM, tmp_path).communicate("\n")
    started(CLAIM, tmp_path).communicate("\n")
    assert len(list(tmp_path.glob("*/.lock"))) == 1


def test_a_child_counts_though_somebody_removed_the_folder(tmp_path):
    process = started(COUNT_IN_A_CHILD, tmp_path)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
