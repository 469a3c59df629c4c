"""The contributors of a load test: accounts that are logged in already, made by a handful of statements."""

import json
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from backend.accounts.models import Contributor, User
from backend.polls.models import Criterion, Poll
from benchmarks.filling import fill

SECOND = "easy"


def poll_make(judgments: int) -> Poll:
    """Make a poll with judgments of others, and a second criterion that nobody has to answer."""
    poll = fill(judgments)
    Criterion.objects.create(poll=poll, name=SECOND, title=SECOND, position=1, is_optional=True)
    return poll


def crowd_write(path: Path, *, poll: Poll, size: int) -> None:
    """Make accounts, and write down what a browser of each would know: the session, and where to go."""
    users = User.objects.bulk_create(
        [User(username=f"visitor{n}", email=f"visitor{n}@example.org", password="!") for n in range(size)]
    )
    Contributor.objects.bulk_create([Contributor(user=user, name=user.username) for user in users])
    expires = timezone.now() + timedelta(days=1)
    sessions = Session.objects.bulk_create(
        [
            Session(session_key=get_random_string(32), session_data=_logged_in(user), expire_date=expires)
            for user in users
        ]
    )
    members = [
        {"name": user.username, "session": session.session_key, "secret": get_random_string(32)}
        for user, session in zip(users, sessions, strict=True)
    ]
    criteria = list(poll.criteria.values_list("name", flat=True))
    path.write_text(json.dumps({"poll": poll.slug, "criteria": criteria, "members": members}))


def _logged_in(user: User) -> str:
    return SessionStore().encode(
        {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
    )
