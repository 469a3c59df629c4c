"""Examples in the documentation and in docstrings do what they say."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in sorted((ROOT / "docs").glob("*.md")) if ">>> " in path.read_text()]
MODULES = [path for path in sorted((ROOT / "solidago").rglob("*.py")) if ">>> " in path.read_text()]


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.stem)
def test_examples_of_a_page_run(document: Path) -> None:
    outcome = doctest.testfile(str(document), module_relative=False)
    assert (outcome.failed, outcome.attempted > 5) == (0, True)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_of_a_module_run(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    outcome = doctest.testmod(importlib.import_module(name))
    assert (outcome.failed, outcome.attempted > 0) == (0, True)


def test_pages_link_to_files_and_pictures_that_exist() -> None:

    broken = [
        f"{page.name}: {target}"
        for page in sorted((ROOT / "docs").rglob("*.md"))
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []
