"""The switches that those who run the site can turn while it runs, and what each does."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.common.errors import (
    ApiWritesPaused,
    ApplicationError,
    ComparingPaused,
    ExportsPaused,
    RecommendationsPaused,
)


@dataclass(frozen=True, slots=True)
class Switch:
    """A feature that can be turned off. ``error`` is what callers get who come to it then, where there is one."""

    name: str
    title: str | Promise
    explanation: str | Promise
    is_on_by_default: bool = True
    error: type[ApplicationError] | None = None


SIGN_UP = Switch(
    "sign_up",
    _("Sign-up"),
    _("Off: nobody makes a new account. Those who have one log in as ever."),
)
COMPARING = Switch(
    "comparing",
    _("Comparing"),
    _("Off: judgments, lists, visibility and vouches can be read, not changed; pages say so. Runs go on."),
    error=ComparingPaused,
)
AUTOMATIC_RUNS = Switch(
    "automatic_runs",
    _("Automatic runs"),
    _("Off: new judgments wait. People still start runs. On again: what waited is computed within seconds."),
)
EXPORTS = Switch(
    "exports",
    _("Public datasets"),
    _("Off: nobody downloads the dataset of a poll. Everybody still downloads their own data."),
    error=ExportsPaused,
)
RECOMMENDATIONS = Switch(
    "recommendations",
    _("Personal recommendations"),
    _("Off: the page and the API that guess what somebody would like say that they are paused."),
    error=RecommendationsPaused,
)
API_WRITES = Switch(
    "api_writes",
    _("Writes through the API"),
    _("Off: the API only reads; pages work as ever."),
    error=ApiWritesPaused,
)

SWITCHES = {
    switch.name: switch for switch in (SIGN_UP, COMPARING, AUTOMATIC_RUNS, EXPORTS, RECOMMENDATIONS, API_WRITES)
}
