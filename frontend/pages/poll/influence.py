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


def trusts_everybody(config: Mapping[str, object]) -> bool:
    """Tell whether no account is without trust, as in a jury: then only the invitation keeps others out."""
    return bool(config.get("least_trust"))


def scenarios_of(config: Mapping[str, object]) -> list[Scenario]:
    """Return whom a computation with these constants has to fear."""
    return [scenario for scenario in SCENARIOS if scenario.name != "crowd" or not trusts_everybody(config)]


@dataclass(frozen=True, slots=True)
class Ends:
    """Between which points some people could take a score."""

    scenario: Scenario
    low: float
    high: float


def ends_of(bound: InfluenceBound | None, config: Mapping[str, object]) -> list[Ends]:
    """Return the ends for each of the scenarios; none where no run has bounded the score."""
    scenarios = scenarios_of(config) if bound else []
    return [Ends(s, getattr(bound, f"{s.name}_low"), getattr(bound, f"{s.name}_high")) for s in scenarios]


def closest_attack(report: Mapping[str, object], criterion: str) -> float | None:
    """Return the largest share of a bound, in per cent, that an attack of the run reached on a criterion."""
    influence = report.get("influence")
    found = influence["criteria"].get(criterion) if isinstance(influence, Mapping) else None
    if not found or not found["attempts"]:
        return None
    return 100.0 * max(float(tried["share"]) for tried in found["attempts"]["furthest"].values())
