"""From a file to files: read, compute, write, and keep a record of it."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NoReturn

from solidago import __version__
from solidago.cli.progress import Reporter
from solidago.config import Config
from solidago.errors import InvalidInput
from solidago.io import results, tournesol

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from solidago.dataset import Dataset
    from solidago.results import CriterionResult, Result


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asks for."""

    dataset: Path
    out: Path
    criteria: list[str] | None
    preset: str | None
    config: Path | None
    threads: int | None


def run(order: Order) -> None:
    """Compute the scores of a dataset and write them, or raise and write nothing."""
    begun = time.perf_counter()
    config = _config(order.preset, order.config)
    report = Reporter()
    # Importing numba and loading kernels takes as long as reading a large file, and reading leaves a core free.
    with ThreadPoolExecutor(max_workers=1) as background:
        loading = background.submit(_load_pipeline)
        with report.part("read"):
            dataset, sha256 = _read(order.dataset)
        with report.part("load"):
            pipeline = loading.result()
    report.expect(parts=(len(pipeline.steps_of(config)) - 1) * len(order.criteria or dataset.criteria) + 4)
    result: Result = pipeline.run(dataset, config, criteria=order.criteria, threads=order.threads, progress=report)
    with results.all_or_nothing(order.out) as folder:
        with report.part("write"):
            outputs = results.write_tables(folder, dataset, result)
        record = {
            "version": __version__,
            "input": {"file": order.dataset.name, "sha256": sha256, "dataset_digest": dataset.digest()},
            "outputs": outputs,
            "config": config.to_mapping(),
            "counts": _counts(dataset),
            "criteria": {name: _outcome(dataset, name, result.criteria[name]) for name in result.criteria},
            "seconds": {**report.seconds, **result.seconds, "total": time.perf_counter() - begun},
            "platform": _platform(),
        }
        results.write_record(folder, record)


def _read(path: Path) -> tuple[Dataset, str]:
    """Return the dataset and the file's SHA-256, without the texts of all rows, which are large."""
    export = tournesol.read(path)
    return export.dataset, export.sha256


def _load_pipeline() -> ModuleType:
    """Import the pipeline and have its kernels ready, from the disk cache or, the first time, by compiling."""
    from solidago import engine, pipeline

    engine.warm()
    return pipeline


def _config(preset: str | None, path: Path | None) -> Config:
    given = _read_json(path) if path is not None else {}
    return Config.from_mapping(given | ({"preset": preset} if preset is not None else {}))


def _read_json(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except OSError as error:
        raise InvalidInput(f"Cannot read {str(path)!r}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{str(path)!r} is not JSON in UTF-8: {error}.") from error
    if not isinstance(content, dict):
        raise InvalidInput(f"{str(path)!r} must hold an object: names of constants with their values.")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _counts(dataset: Dataset) -> dict[str, int]:
    return {
        "users": len(dataset.users),
        "entities": len(dataset.entities),
        "judgments": sum(map(len, dataset.judgments.values())),
        "vouches": len(dataset.vouches.voucher),
    }


def _outcome(dataset: Dataset, criterion: str, outcome: CriterionResult) -> dict[str, object]:
    return {
        "judgments": len(dataset.judgments[criterion]),
        "contributors": len(outcome.scalings),
        "scalers": int(outcome.scalings.is_scaler.sum()),
        "individual_scores": len(outcome.individual),
        "collective_scores": len(outcome.collective),
        "deviation": outcome.deviation,
        "shift": outcome.shift,
        "certificate": asdict(outcome.certificate),
    }


def _platform() -> dict[str, str]:
    """Return what equal bytes on another machine would depend on."""
    packages = {name: importlib.metadata.version(name) for name in ("numpy", "numba", "polars")}
    return {"python": platform.python_version(), "machine": platform.machine(), **packages}
