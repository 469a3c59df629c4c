"""All routes of the site, for tests that visit every one of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

EXAMPLES = {"pk": 1, "id": 1, "token_id": 1, "provider_id": "x", "key": "x-y", "uidb36": "1"}
"""Values for parameters of routes that lead nowhere in particular; a new kind of parameter has to be given one here,
or by the test that knows a better one."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route: its name as `reverse` takes it (empty where it has none), and its pattern."""

    name: str
    pattern: str
    parameters: frozenset[str]

    @property
    def key(self) -> str:
        """What tables call it by."""
        return self.name or f"/{self.pattern}"

    def address(self, **known: Any) -> str:
        """Return where it leads to with some values for parameters, of which it takes its own."""
        values = EXAMPLES | known
        if not self.name:
            return f"/{self.pattern}"
        return reverse(self.name, kwargs={parameter: values[parameter] for parameter in self.parameters})


def routes() -> list[Route]:
    """Return all routes in their order, one a name."""
    return list({route.key: route for route in _walk(get_resolver().url_patterns)}.values())


def _walk(
    patterns: Sequence[URLPattern | URLResolver],
    before: str = "",
    spaces: str = "",
    outer: frozenset[str] = frozenset(),
) -> Iterator[Route]:
    for pattern in patterns:
        # Regular expressions name their parameters as groups, other patterns by converters.
        parameters = outer | {*pattern.pattern.converters} | {*pattern.pattern.regex.groupindex}
        place = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{spaces}{pattern.namespace}:" if pattern.namespace else spaces
            yield from _walk(pattern.url_patterns, place, inner, parameters)
        else:
            yield Route(spaces + pattern.name if pattern.name else "", place, parameters)
