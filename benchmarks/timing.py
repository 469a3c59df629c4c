"""Seconds of a piece of work, and what the machine was doing besides."""

import os
import time
from collections.abc import Callable
from statistics import median

import numpy as np


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def told(values: list[float], unit: str = "s", digits: int = 2) -> str:
    """Return the median, and the whole range."""
    low, middle, high = (f"{figure:.{digits}f}" for figure in (min(values), median(values), max(values)))
    return f"{middle} {unit} (from {low} to {high}, {len(values)} times)"


def milliseconds(values: list[float]) -> str:
    """Return how many there are, the median, and the slow end."""
    middle, late, last = (1e3 * np.quantile(values, [0.5, 0.99, 1.0])).tolist()
    return f"{len(values):,} reads, median {middle:.1f} ms, 99 % within {late:.0f} ms, slowest {last:.0f} ms"


def surroundings() -> str:
    """Return the processors and the load, which belong beside every figure."""
    return f"{len(os.sched_getaffinity(0))} cores, load average {os.getloadavg()[0]:.1f}"
