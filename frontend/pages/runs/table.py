"""What the tables of runs share: which runs, which page, and where else to go."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

from backend.pipeline.models import Run
from frontend.pages.paging import page_context, page_number, page_of

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class RunsWanted:
    """Which runs somebody wants to see; all where nothing is said."""

    status: str = ""
    trigger: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "RunsWanted":
        """Read the query; what is no state and no trigger asks for nothing."""
        status, trigger = request.GET.get("status", ""), request.GET.get("trigger", "")
        return cls(
            status if status in Run.Status.values else "",
            trigger if trigger in Run.Trigger.values else "",
        )

    @property
    def is_all(self) -> bool:
        return not (self.status or self.trigger)

    def address(self, number: int) -> str:
        """Return the query of a page of these runs."""
        named = {"status": self.status, "trigger": self.trigger, "page": number}
        return f"?{urlencode({name: value for name, value in named.items() if value})}"


def table_of(request: HttpRequest, runs: QuerySet[Run], wanted: RunsWanted) -> dict[str, object]:
    """Return what a table of runs needs."""
    number = page_number(request.GET.get("page", ""))
    current = page_of(runs, number=number, size=PAGE_SIZE)
    return {
        "wanted": wanted,
        "statuses": Run.Status.choices,
        "triggers": Run.Trigger.choices,
        "here_url": wanted.address(number),
        **page_context(current, wanted.address),
    }
