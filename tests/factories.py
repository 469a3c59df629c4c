"""People, polls, items and judgments for tests, with no more said than a test needs."""

from collections.abc import Iterable
from typing import Any

import factory
import polars as pl
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from backend.accounts.models import Contributor, User
from backend.comparisons.models import Comparison
from backend.comparisons.services import comparison_save
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from backend.scores.services import score_set_publish
from backend.scores.tables import COLLECTIVE, INDIVIDUAL, SCALINGS, ScoreTables


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")
    password = factory.LazyFunction(lambda: make_password(None))


class ContributorFactory(DjangoModelFactory[Contributor]):
    class Meta:
        model = Contributor

    name = factory.Sequence(lambda n: f"contributor{n}")


class PollFactory(DjangoModelFactory[Poll]):
    class Meta:
        model = Poll

    slug = factory.Sequence(lambda n: f"poll{n}")
    title = factory.LazyAttribute(lambda poll: poll.slug.capitalize())
    question = "Which of the two?"


class CriterionFactory(DjangoModelFactory[Criterion]):
    class Meta:
        model = Criterion

    poll = factory.SubFactory(PollFactory)
    name = factory.Sequence(lambda n: f"criterion{n}")
    title = factory.LazyAttribute(lambda criterion: criterion.name.capitalize())
    position = factory.Sequence(int)


class EntityFactory(DjangoModelFactory[Entity]):
    class Meta:
        model = Entity

    poll = factory.SubFactory(PollFactory)
    uid = factory.Sequence(lambda n: f"item{n}")
    title = factory.LazyAttribute(lambda entity: entity.uid.capitalize())


def poll_with(*, items: int = 4, criteria: Iterable[str] = ("good",), **fields: Any) -> Poll:
    """Return a poll with criteria and items of the uids a, b, c..."""
    poll = PollFactory(**fields)
    for name in criteria:
        CriterionFactory(poll=poll, name=name)
    for number in range(items):
        EntityFactory(poll=poll, uid=chr(ord("a") + number))
    return poll


def say(contributor: Contributor, poll: Poll, left: str, right: str, **judgments: float) -> Comparison:
    """Let a contributor compare two items, by their uids."""
    return comparison_save(
        contributor=contributor,
        poll=poll,
        left=poll.entities.get(uid=left),
        right=poll.entities.get(uid=right),
        judgments=judgments,
    )


def judged_poll(*, contributors: int = 3, **fields: Any) -> Poll:
    """Return a poll whose contributors agree that d > c > b > a."""
    poll = poll_with(**fields)
    criteria = [criterion.name for criterion in poll.criteria.all()]
    for number in range(contributors):
        contributor = ContributorFactory(given_trust=1.0)
        for left, right in ("ab", "bc", "cd"):
            say(contributor, poll, left, right, **dict.fromkeys(criteria, 4.0 + number))
    return poll


def publish(
    poll: Poll,
    collective: Iterable[dict[str, Any]] = (),
    individual: Iterable[dict[str, Any]] = (),
    scalings: Iterable[dict[str, Any]] = (),
) -> ScoreSet:
    """Publish hand-made scores; columns that a row leaves out are 1."""
    return score_set_publish(
        poll=poll,
        tables=ScoreTables(_table(collective, COLLECTIVE), _table(individual, INDIVIDUAL), _table(scalings, SCALINGS)),
        snapshot_digest="0" * 64,
        config={},
        code_version="test",
        judgments=1,
        contributors=1,
        entities=1,
    )


def _table(rows: Iterable[dict[str, Any]], schema: Any) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema, 1) | row for row in rows], schema=schema, strict=False)
