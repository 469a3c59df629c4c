"""What the tests of the API start from."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from backend.accounts.models import User
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from tests.backend.api.helpers import Api, World


@pytest.fixture
def world(db: None) -> World:
    """Return a public poll with two criteria, six items and a hidden one; no scores yet."""
    world = World(Poll.objects.create(slug="budget", title="Budget", question="Which should come first?"))
    for position, name in enumerate(("priority", "need")):
        world.criteria[name] = Criterion.objects.create(
            poll=world.poll, name=name, title=name.capitalize(), position=position, is_optional=position > 0
        )
    for day, uid in enumerate(("school", "bridge", "park", "statue", "tower", "fountain", "secret"), start=1):
        world.entities[uid] = Entity.objects.create(
            poll=world.poll,
            uid=uid,
            title=f"A new {uid}",
            tags=["green"] if uid in ("park", "fountain") else ["built"],
            published_on=None if uid == "fountain" else f"2024-05-{day:02}",
            is_hidden=uid == "secret",
        )
    return world


@pytest.fixture
def published(world: World) -> ScoreSet:
    """Publish the world's scores."""
    return world.publish()


@pytest.fixture
def staff_poll(db: None) -> Poll:
    """Return a poll that only staff may know of."""
    poll = Poll.objects.create(slug="staff", title="Staff", question="Which?", visibility=Poll.Visibility.STAFF)
    Criterion.objects.create(poll=poll, name="priority", title="Priority")
    Entity.objects.create(poll=poll, uid="raise", title="A raise")
    return poll


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org")


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_user("root", "root@example.org", is_staff=True)


@pytest.fixture(scope="session")
def schema() -> dict[str, Any]:
    """Return the OpenAPI schema."""
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return generated


@pytest.fixture
def api(schema: dict[str, Any]) -> Api:
    """Return a visitor's client."""
    return Api(schema)
