"""What a reader asked of a ranking, as the address says it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from backend.entities.selectors import ItemFilters
from backend.polls.models import Criterion, Poll
from backend.polls.selectors import criterion_get
from frontend.errors import BadCount, BadDate, BadWeight, TooManyTags
from frontend.pages.paging import page_number

MOST_TAGS = 10
MOST_WEIGHT = 10
MOST_CONTRIBUTORS = 1_000_000
SEVERAL = "*"
"""In place of a criterion's name: rank by several. No criterion has that name."""
LEFT_OUT = "no"
"""The value of the parameter that leaves out items of which moderators warn."""
WEIGHT = "w-"
"""What the name of a criterion follows in the name of its weight."""


@dataclass(frozen=True, slots=True)
class Slider:
    """A criterion, what it weighs, and which share of all weights that is."""

    criterion: Criterion
    name: str
    value: int
    share: float


@dataclass(frozen=True)
class RankingState:
    """The criteria with their weights (one of weight 1, or several), the filters and the page."""

    poll: Poll
    weights: Mapping[Criterion, int]
    is_weighted: bool = False
    q: str = ""
    tags: tuple[str, ...] = ()
    author: str = ""
    since: date | None = None
    contributors: int = 0
    without_warnings: bool = False
    page: int = 1
    criteria: Sequence[Criterion] = field(default=(), compare=False)

    @property
    def criterion(self) -> Criterion:
        """The criterion of the ranking; of several, the one that weighs most."""
        return max(self.weights, key=lambda criterion: self.weights[criterion])

    @property
    def sliders(self) -> list[Slider]:
        """Every criterion of the poll with its weight; where one alone ranks, all would weigh the same."""
        even = MOST_WEIGHT // 2
        values = {c: self.weights.get(c, 0) if self.is_weighted else even for c in self.criteria}
        total = sum(values.values()) or 1
        return [Slider(c, WEIGHT + c.name, value, 100 * value / total) for c, value in values.items()]

    @property
    def filters(self) -> ItemFilters:
        return {
            "text": self.q,
            "tags": self.tags,
            "author": self.author,
            "added_since": self.since,
            "without_warnings": self.without_warnings,
        }

    @property
    def has_rare_filters(self) -> bool:
        """Tell whether one of the filters is set that the page keeps folded."""
        return bool(self.author.strip() or self.since or self.contributors or self.without_warnings)

    @property
    def is_filtered(self) -> bool:
        return bool(self.q.strip() or self.tags or self.has_rare_filters)

    @property
    def url(self) -> str:
        return f"{reverse('poll', args=[self.poll.slug])}?{urlencode(list(self._parameters()))}"

    def _parameters(self) -> Iterator[tuple[str, str]]:
        if self.q:
            yield "q", self.q
        if self.is_weighted:
            yield "criterion", SEVERAL
            yield from ((WEIGHT + c.name, str(weight)) for c, weight in self.weights.items())
        else:
            yield "criterion", self.criterion.name
        yield from (("tag", tag) for tag in self.tags)
        rare = {"author": self.author, "since": self.since, "contributors": self.contributors}
        rare |= {"warnings": LEFT_OUT} if self.without_warnings else {}
        yield from ((name, str(value)) for name, value in rare.items() if value)
        if self.page > 1:
            yield "page", str(self.page)

    def toggled(self, tag: str) -> "RankingState":
        tags = tuple(t for t in self.tags if t != tag) if tag in self.tags else (*self.tags, tag)
        return replace(self, tags=tags, page=1)


def ranking_state(query: QueryDict, *, poll: Poll, criteria: Sequence[Criterion]) -> RankingState:
    """Read the state of a ranking from an address.

    Raises
    ------
    TooManyTags, BadWeight, BadDate, BadCount, BadPageNumber, UnknownCriterion
    """
    tags = tuple(dict.fromkeys(tag for tag in query.getlist("tag") if tag))
    if len(tags) > MOST_TAGS:
        raise TooManyTags(field="tag", most=MOST_TAGS)
    name = query.get("criterion") or None
    is_weighted = name == SEVERAL
    return RankingState(
        poll=poll,
        weights=_weights(query, criteria) if is_weighted else {criterion_get(poll=poll, name=name): 1},
        is_weighted=is_weighted,
        q=query.get("q", ""),
        tags=tags,
        author=query.get("author", ""),
        since=_day(query.get("since", "")),
        contributors=_count(query.get("contributors", "")),
        without_warnings=query.get("warnings") == LEFT_OUT,
        page=page_number(query.get("page", "")),
        criteria=criteria,
    )


def _weights(query: QueryDict, criteria: Sequence[Criterion]) -> dict[Criterion, int]:
    """Return the criteria that weigh something; where none does, all weigh the same."""
    given = {criterion: _weight(query.get(WEIGHT + criterion.name, "0")) for criterion in criteria}
    return {c: weight for c, weight in given.items() if weight} or dict.fromkeys(criteria, 1)


def _weight(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or int(text) > MOST_WEIGHT:
        raise BadWeight(field="weight", most=MOST_WEIGHT)
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadDate(field="since") from None


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{0,7}", text) or int(text or 0) > MOST_CONTRIBUTORS:
        raise BadCount(field="contributors", most=MOST_CONTRIBUTORS)
    return int(text or 0)
