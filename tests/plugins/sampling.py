"""``--sample N --sample-seed TEXT``: run only N of the selected tests, the same ones for the same seed."""

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sample", type=int, default=0, help="run only this many of the selected tests (0: all)")
    parser.addoption("--sample-seed", default="", help="which tests the sample takes")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    size = config.getoption("--sample")
    if not 0 < size < len(items):
        return
    seeded = random.Random(config.getoption("--sample-seed"))
    chosen = set(seeded.sample(sorted(item.nodeid for item in items), size))
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
    items[:] = [item for item in items if item.nodeid in chosen]
