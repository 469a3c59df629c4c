"""The constants of a computation in plain words: each with a sentence that needs no mathematics."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from frontend.constants import TOPICS, Words, words
from frontend.numbers import constant_text


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant with its value and what it does."""

    name: str
    value: str
    words: Words


@dataclass(frozen=True, slots=True)
class Topic:
    """Constants that belong together."""

    title: str
    constants: list[Constant]


def topics_of(config: Mapping[str, object]) -> list[Topic]:
    """Return the constants of a score set by topic; what this page does not know comes last, by its name alone."""
    topics = [Topic(title, list(_known(config, table))) for title, table in TOPICS]
    explained = {constant.name for topic in topics for constant in topic.constants}
    rest = {name: ("", "") for name in config if name not in explained}
    return [topic for topic in (*topics, Topic(_("Other constants"), list(_known(config, rest)))) if topic.constants]


def _known(config: Mapping[str, object], table: Mapping[str, Words]) -> Iterator[Constant]:
    return (Constant(name, constant_text(config[name]), words(table, name)) for name in table if name in config)
