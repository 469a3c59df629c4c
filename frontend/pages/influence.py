"""How solid a score is: whom it could be moved by, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.pipeline.models import InfluenceBound


@dataclass(frozen=True, slots=True)
class Scenario:
    """People who want to move a score."""

    name: str
    words: Promise
    explanation: Promise


SCENARIOS = (
    Scenario(
        "newcomers",
        _("One more contributor"),
        _("with full trust, whatever they say"),
    ),
    Scenario(
        "crowd",
        _("Any number of accounts without trust"),
        _("ten, a thousand or a million of them, all of one mind"),
    ),
    Scenario(
        "coalition",
        _("A tenth of the voting right"),
        _("present contributors who turn round, hide or leave together"),
    ),
)


@dataclass(frozen=True, slots=True)
class Ends:
    """Between which points some people could take a score."""

    scenario: Scenario
    low: float
    high: float


def ends_of(bound: InfluenceBound | None) -> list[Ends]:
    """Return the ends for each of the scenarios; none where no run has bounded the score."""
    if bound is None:
        return []
    return [Ends(s, getattr(bound, f"{s.name}_low"), getattr(bound, f"{s.name}_high")) for s in SCENARIOS]


def closest_attack(report: Mapping[str, object], criterion: str) -> float | None:
    """Return the largest share of a bound, in per cent, that an attack of the run reached on a criterion."""
    influence = report.get("influence")
    found = influence["criteria"].get(criterion) if isinstance(influence, Mapping) else None
    if not found or not found["attempts"]:
        return None
    return 100.0 * max(float(tried["share"]) for tried in found["attempts"]["furthest"].values())
