"""One measured run: the command line in a process of its own, and the same work done bare for comparison."""

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from solidago.io.results import LAYOUTS
from solidago.io.tournesol import COMPARISONS
from solidago.root_laws import RootLaw

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Of the measured process: it may keep its bytecode, as an installed program does."""


@dataclass(frozen=True)
class Run:
    """Seconds by step, and of the process: wall and CPU; peak memory in MB."""

    steps: dict[str, float]
    process: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Bare:
    """Seconds of one compiled pass over Phi' and Phi'', and of plain reading and writing of the same tables."""

    laws: float
    files: float


@dataclass(frozen=True)
class Sample:
    """A run with the constants of Tournesol, which stay, one with today's defaults, and the bare work."""

    run: Run
    default: Run
    bare: Bare


def measure_run(archive: Path, out: Path, *, preset: str) -> Run:
    """Run the command line on an archive."""
    command = [sys.executable, "-m", "solidago", "run", str(archive), "--out", str(out), "--preset", preset]
    begun = time.perf_counter()
    with out.with_suffix(".log").open("w+", encoding="utf-8") as log:
        child = subprocess.Popen(command, stderr=log, env=ENVIRONMENT)
        _, status, usage = os.wait4(child.pid, 0)  # unlike Popen.wait, tells what the child used
        process = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if status:
            log.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with status {child.returncode}:\n{log.read()}")
    seconds = json.loads((out / "run.json").read_text())["seconds"]
    del seconds["total"]
    return Run(seconds, process, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure_bare(archive: Path, out: Path, judgments: int) -> Bare:
    """Do bare what a run of that size cannot do without."""
    differences = np.linspace(-20.0, 20.0, judgments)
    law = RootLaw.named("uniform")
    law.cumulants(differences[:1])  # compiled or loaded now, not while measuring
    return Bare(_seconds(lambda: law.cumulants(differences)), _seconds(lambda: _copy(archive, out)))


def _copy(archive: Path, out: Path) -> None:
    """Unpack and parse the comparisons; read and write the tables of scores."""
    pl.read_csv(zipfile.ZipFile(archive).read(COMPARISONS))
    for layout in LAYOUTS:
        pl.read_csv(out / layout.name).write_csv(out / "copy.csv")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
