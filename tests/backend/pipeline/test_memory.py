"""How much memory a step takes, as the kernel counts it."""

import pytest

from backend.pipeline import memory
from backend.pipeline.memory import PeakMemory

MIB = 2**20


@pytest.fixture
def peak():
    measured = PeakMemory()
    measured.begin()
    measured.end("nothing")
    if not measured.steps:
        pytest.skip("this system does not let a process reset its peak of memory")
    return measured


def test_the_peak_of_a_step_is_its_own(peak):
    peak.begin()
    del (large := bytearray(120 * MIB))[:]
    peak.end("large")
    peak.begin()
    peak.end("small")
    assert not large
    assert peak.steps["large"] > peak.steps["nothing"] + 110
    assert peak.steps["small"] < peak.steps["large"] - 100


def test_of_several_parts_the_largest_counts(peak):
    peak.begin()
    bytearray(60 * MIB)
    peak.end("step")
    first = peak.steps["step"]
    peak.begin()
    peak.end("step")
    assert peak.steps["step"] == first


def test_where_the_system_does_not_tell_nothing_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "RESET", tmp_path / "no" / "such" / "file")
    measured = PeakMemory()
    measured.begin()
    measured.end("step")
    assert measured.steps == {}
