"""A world full of secrets: words and numbers that only some people may ever read, wherever they look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.test import Client
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from backend.accounts.models import Contributor, PersonalToken, User
from backend.accounts.services import contributor_get_or_create
from backend.accounts.tokens.services import token_create
from backend.common.api.scopes import Scope
from backend.comparisons.models import Comparison, Judgment, Rating
from backend.entities.services import entity_set_hidden
from backend.participation.models import RateLater, SetAside
from backend.participation.pairs.set_aside import set_aside_add
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from backend.polls.models import Poll
from backend.scores.models import IndividualScore
from backend.trust.models import Vouch
from tests.factories import ContributorFactory, EntityFactory, UserFactory, judged_poll, say

VISITOR, STRANGER, OTHER, KEEPER, OWNER = "visitor", "stranger", "other", "keeper", "owner"
"""Nobody logged in; an account that never took part; one that compared other things; who owns the polls, but no
judgment; and the one whose judgments, scores, name and devices are the secrets."""
PEOPLE = (VISITOR, STRANGER, OTHER, KEEPER, OWNER)
OWN_VALUES = (7.3819, -6.1753)
HALF_PUBLIC_VALUE = 8.1357
PASSWORD = "a word that nobody guesses"


@dataclass(frozen=True, slots=True)
class Secret:
    """A text, whose it is, who may read it, and below which address everybody may."""

    what: str
    text: str
    readers: frozenset[str] = frozenset({OWNER})
    below: str = ""


@dataclass
class World:
    """What the crawl walks through, as whom, and what it must not find."""

    clients: dict[str, Client]
    places: dict[str, dict[str, Any]]
    secrets: list[Secret]
    owner: User
    contributor: Contributor
    pairs: list[tuple[str, str]] = field(default_factory=lambda: [("a", "b"), ("c", "d")])

    def belongings(self) -> tuple[list[Any], ...]:
        """Return what the owner has, which nobody else may change."""
        mine = {"contributor": self.contributor}
        return (
            [*User.objects.filter(pk=self.owner.pk).values("username", "email", "password", "is_active")],
            [*Comparison.objects.filter(**mine).order_by("pk").values()],
            [*Judgment.objects.filter(comparison__contributor=self.contributor).order_by("pk").values()],
            [*Rating.objects.filter(**mine).order_by("pk").values()],
            [*RateLater.objects.filter(**mine).order_by("pk").values()],
            [*SetAside.objects.filter(**mine).order_by("pk").values()],
            [*EmailAddress.objects.filter(user=self.owner).values()],
            [*Authenticator.objects.filter(user=self.owner).values()],
            [*PersonalToken.objects.filter(user=self.owner).values()],
        )


def build() -> World:
    """Return the world, its scores computed by real runs."""
    users = {name: _account(name) for name in (STRANGER, OTHER, KEEPER)} | {OWNER: _account("canaryhermione")}
    clients = {name: _client(users.get(name)) for name in PEOPLE}
    shown = judged_poll(slug="open", title="Open", items=5, owner=users[KEEPER])
    hidden = EntityFactory(poll=shown, uid="veiled", title="CanaryVeiledItem")
    say(contributor_get_or_create(user=users[OTHER]), shown, "a", "b", good=2)
    computed(shown)  # a run before, so that what the next one changed can be asked
    owner = _judging(users[OWNER], shown)
    say(owner, shown, "a", "veiled", good=1)
    entity_set_hidden(entity=hidden, is_hidden=True)
    half = _half_public(shown)
    key = _device(users[OWNER], clients[OWNER])
    secret = _secret_poll(users[KEEPER])
    judged_poll(slug="unlisted", title="CanaryUnlisted", visibility=Poll.Visibility.UNLISTED, owner=users[KEEPER])
    run, secret_run = computed(shown), computed(secret)
    here = {
        "slug": "open",
        "uid": "a",
        "left": "a",
        "right": "b",
        "run_id": run.pk,
        "pk": key.pk,
        "token_id": _token(users[OWNER]).pk,
        "username": "mina",
        "name": "mina",
    }
    places = {
        "open": here,
        "astray": here | {"uid": "veiled", "left": "veiled", "run_id": secret_run.pk},
        "secret": here | {"slug": "secret", "run_id": secret_run.pk},
    }
    return World(clients, places, [*_secrets(), *_own_scores(owner), *_own_scores(half, uid="c")], users[OWNER], owner)


def computed(poll: Poll) -> Run:
    run = run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)
    assert run.status == Run.Status.SUCCEEDED, run.error
    return run


def _account(name: str) -> User:
    user: User = UserFactory(username=name, password=make_password(PASSWORD))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _client(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def _judging(user: User, poll: Poll) -> Contributor:
    """Let the owner judge, keep everything private, plan to judge more, and be vouched for."""
    owner = contributor_get_or_create(user=user)
    for (left, right), value in zip((("a", "b"), ("c", "d")), OWN_VALUES, strict=True):
        say(owner, poll, left, right, good=value)
    RateLater.objects.create(contributor=owner, entity=poll.entities.get(uid="e"))
    sides = {"left": poll.entities.get(uid="b"), "right": poll.entities.get(uid="c")}
    set_aside_add(contributor=owner, poll=poll, **sides, reason="other", words="CanaryAside")
    Vouch.objects.create(voucher=ContributorFactory(name="CanaryVictor", given_trust=1.0), vouchee=owner)
    return owner


def _half_public(poll: Poll) -> Contributor:
    """Return somebody who shows what they think of two items, and not of a third."""
    half: Contributor = ContributorFactory(name="mina", given_trust=1.0)
    say(half, poll, "a", "b", good=3.125)
    say(half, poll, "a", "c", good=HALF_PUBLIC_VALUE)
    for entity in poll.entities.filter(uid__in=("a", "b", "c")):
        Rating.objects.update_or_create(contributor=half, entity=entity, defaults={"is_public": entity.uid != "c"})
    return half


def _token(user: User) -> PersonalToken:
    return token_create(user=user, name="CanaryToken", scopes=[Scope.READ], days=30)[0]


def _device(user: User, client: Client) -> Authenticator:
    session = client.session.session_key
    UserSession.objects.create(user=user, ip="203.0.113.77", session_key=session, user_agent="CanaryBrowser")
    data = {"name": "CanaryKey", "credential": _credential()}
    key: Authenticator = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    return key


def _credential() -> dict[str, Any]:
    """Return what a browser tells of a new passkey."""
    public_key = {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}  # of the form of an ES256 key
    attested = AttestedCredentialData.create(bytes(16), b"key", public_key)
    told = AuthenticatorData.create(bytes(32), AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT, 0, attested)
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    response = {"clientDataJSON": client, "attestationObject": AttestationObject.create("none", told, {})}
    encoded = {name: websafe_encode(value) for name, value in response.items()}
    return {"id": websafe_encode(b"key"), "rawId": websafe_encode(b"key"), "type": "public-key", "response": encoded}


def _secret_poll(keeper: User) -> Poll:
    titles = {"title": "CanarySecretPoll", "question": "CanarySecretQuestion?", "description": "CanarySecretWords"}
    poll = judged_poll(slug="secret", visibility=Poll.Visibility.STAFF, owner=keeper, **titles)
    poll.criteria.update(title="CanarySecretCriterion")
    poll.entities.update(title="CanarySecretItem")
    return poll


def _secrets() -> Iterator[Secret]:
    yield Secret("a private contributor's name", "canaryhermione")
    yield Secret("somebody's device", "CanaryBrowser")
    yield Secret("somebody's network address", "203.0.113.77")
    yield Secret("somebody's passkey", "CanaryKey")
    yield Secret("somebody's token", "CanaryToken")
    yield Secret("who vouches for whom", "CanaryVictor", frozenset())
    yield Secret("a hidden item", "CanaryVeiledItem", frozenset())
    yield Secret("a private judgment of somebody half public", str(HALF_PUBLIC_VALUE), frozenset())
    yield Secret("why somebody set a pair aside", "CanaryAside")
    yield from (Secret("a private judgment", str(abs(value))) for value in OWN_VALUES)
    yield from (Secret("a poll for staff", f"CanarySecret{part}", frozenset({KEEPER})) for part in ("Poll", "Item"))
    yield Secret("a poll for staff", "CanarySecretCriterion", frozenset({KEEPER}))
    yield Secret("an unlisted poll", "CanaryUnlisted", frozenset({KEEPER}), below="/polls/unlisted/")


def _own_scores(contributor: Contributor, uid: str | None = None) -> Iterator[Secret]:
    """Yield the digits of published scores that their contributor keeps private, as they were computed."""
    scores = IndividualScore.objects.filter(contributor=contributor, entity__is_hidden=False)
    readers = frozenset({OWNER}) if uid is None else frozenset()
    for score in scores.filter(entity__uid=uid) if uid else scores:
        yield Secret("a private score", f"{abs(score.score):.9f}"[:7], readers)
        yield Secret("a private raw score", f"{abs(score.raw_score):.9f}"[:7], readers)
