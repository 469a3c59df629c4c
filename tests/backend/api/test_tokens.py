"""Programs with a personal token, and GET and DELETE /tokens/."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from structlog.testing import capture_logs

from backend.accounts.models import PersonalToken, User
from backend.accounts.services import account_set_active, contributor_get_or_create
from backend.accounts.tokens.services import MOST, token_create
from backend.common.api.scopes import Scope
from backend.common.errors import TooManyTokens
from backend.comparisons.models import Comparison
from backend.polls.models import Poll
from tests.backend.api.helpers import Api, World, problem

JUDGED = {"left": "school", "right": "bridge", "judgments": {"priority": -6}}
MINE = "polls/budget/comparisons/"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def made(user: User, *scopes: Scope, days: int = 90) -> tuple[PersonalToken, dict[str, str]]:
    """Return a token, and the header that shows it."""
    token, text = token_create(user=user, name="Notebook", scopes=scopes or tuple(Scope), days=days)
    return token, {"Authorization": f"Bearer {text}"}


@pytest.fixture
def token(user: User) -> dict[str, str]:
    """Return the header of a token that may do everything that a token may."""
    return made(user)[1]


# ------------------------------------------------------------------ as whom
def test_it_works_without_a_session_or_csrf_token(schema: dict[str, Any], world: World, token: dict[str, str]) -> None:
    api = Api(schema, enforce_csrf_checks=True)
    assert api.post(MINE, JUDGED, **token).status_code == 201
    answer = api.get(MINE, **token)
    assert [c["judgments"] for c in answer.json()["results"]] == [{"priority": -6}]
    assert not api.client.cookies
    assert "Authorization" in answer["Vary"]
    assert "private" in answer["Cache-Control"]


def test_only_its_digest_is_stored(user: User) -> None:
    _, text = token_create(user=user, name="Notebook", scopes=[Scope.READ], days=30)
    assert text.startswith("hel_")
    assert len(text) == len("hel_") + 43
    (row,) = PersonalToken.objects.values()
    assert text not in repr(row)
    assert row["start"] == text[:8]


@pytest.mark.parametrize(
    "shown",
    ["Bearer hel_" + "x" * 43, "Bearer wrong", "Bearer", "Bearer two words", b"Bearer \xff", "bearer hel_\0"],
)
def test_a_token_that_is_none_is_refused_and_never_taken_for_the_session(
    api: Api, world: World, user: User, shown: Any
) -> None:
    answer = api.login(user).get(MINE, Authorization=shown)
    problem(answer, 401, "token_invalid")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    problem(api.get("polls/", Authorization=shown), 401, "token_invalid")


def test_an_expired_token_is_told_so(api: Api, world: World, user: User) -> None:
    _, header = made(user, days=30)
    with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1), tick=False):
        problem(api.get(MINE, **header), 401, "token_expired")


def test_a_suspended_contributor_reads_and_cannot_write(
    api: Api, world: World, user: User, token: dict[str, str]
) -> None:
    contributor = contributor_get_or_create(user=user)
    contributor.is_suspended = True
    contributor.save()
    problem(api.post(MINE, JUDGED, **token), 403, "contributor_suspended")
    assert api.get(MINE, **token).status_code == 200


def test_tokens_end_when_their_account_is_closed_and_stay_ended(api: Api, user: User, token: dict[str, str]) -> None:
    account_set_active(user=user, is_active=False)
    problem(api.get("tokens/", **token), 401, "token_invalid")
    account_set_active(user=user, is_active=True)
    problem(api.get("tokens/", **token), 401, "token_invalid")


def test_tokens_of_a_closed_account_do_nothing_however_it_was_closed(
    api: Api, user: User, token: dict[str, str]
) -> None:
    User.objects.update(is_active=False)
    problem(api.get("tokens/", **token), 401, "token_invalid")


def test_tokens_end_with_their_account(api: Api, user: User, token: dict[str, str]) -> None:
    user.delete()
    problem(api.get("tokens/", **token), 401, "token_invalid")
    assert not PersonalToken.objects.exists()


def test_tokens_end_with_the_password_and_not_with_other_changes(user: User) -> None:
    made(user)
    user.first_name = "Ada"
    user.save()
    assert PersonalToken.objects.exists()
    user.set_password("windy-fields-77")
    user.save()
    assert not PersonalToken.objects.exists()


def test_tokens_outlive_a_password_that_is_only_hashed_anew(user: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("MD5", "PBKDF2")]
    user.password = older = make_password("windy-fields-77", hasher="pbkdf2_sha256")
    user.save()
    made(user)
    assert user.check_password("windy-fields-77")
    assert user.password != older
    assert PersonalToken.objects.exists()


# ------------------------------------------------------------------ what for
def test_each_scope_opens_its_own_doors(api: Api, world: World, user: User) -> None:
    Poll.objects.update(owner=user)
    doors = {
        Scope.READ: lambda header: api.get(MINE, **header),
        Scope.WRITE: lambda header: api.post(MINE, JUDGED, **header),
        Scope.MANAGE: lambda header: api.get("polls/budget/runs/", **header),
    }
    for scope in Scope:
        _, header = made(user, scope)
        for needed, ask in doors.items():
            answer = ask(header)
            if needed == scope:
                assert answer.status_code < 300
            else:
                assert problem(answer, 403, "token_scope_missing")["details"] == {"scope": needed.value}


def test_a_token_gives_no_more_than_its_account_has(api: Api, world: World, token: dict[str, str]) -> None:
    problem(api.get("polls/budget/runs/", **token), 403, "poll_not_managed")


def test_what_is_public_needs_no_scope_and_is_shown_as_to_a_visitor(
    api: Api, world: World, user: User, staff_poll: Poll
) -> None:
    staff_poll.owner = user
    staff_poll.save()
    _, reading = made(user, Scope.READ)
    _, writing = made(user, Scope.WRITE)
    assert {poll["slug"] for poll in api.get("polls/", **reading).json()["results"]} == {"budget", "staff"}
    assert {poll["slug"] for poll in api.get("polls/", **writing).json()["results"]} == {"budget"}


def test_every_endpoint_that_needs_an_account_says_which_scope(schema: dict[str, Any]) -> None:
    needed = {
        operation["operationId"]: operation["security"][0]["token"]
        for item in schema["paths"].values()
        for operation in item.values()
        if {} not in operation["security"]
    }
    unbound = {name for name, scopes in needed.items() if not scopes}
    assert unbound == {"token_list", "token_revoke"}
    managing = {name for name, scopes in needed.items() if scopes == ["manage"]}
    assert managing >= {"run_list", "run_start", "run_read", "run_cancel", "run_changes", "hold_read", "hold_set"}
    assert needed["comparison_save"] == ["write"]
    assert needed["comparison_list"] == ["read"]


CLOSED = ("account", "account_email", "account_change_password", "mfa_index", "usersessions_list")
CLOSED += ("tokens", "token_new", "yours", "yours_export", "yours_delete", "admin:index")


def test_no_page_and_no_matter_of_the_account_opens_for_a_token(staff: User) -> None:
    staff.is_superuser = True
    staff.save()
    client = Client(headers=made(staff)[1])
    for name in CLOSED:
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name
        assert "login" in answer["Location"], name


# ------------------------------------------------------------------ how often, and what is told of it
def test_a_request_costs_one_query_more_and_notes_its_use_now_and_then(
    api: Api, world: World, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, header = made(user)
    api.get("tokens/", **header)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    with django_assert_num_queries(2):  # whose it is, the list
        api.get("tokens/", **header)
    token.refresh_from_db()
    assert token.last_used_at == first
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        api.get("tokens/", **header)
    token.refresh_from_db()
    assert token.last_used_at > first


def test_all_tokens_of_somebody_share_a_limit(api: Api, user: User, settings: Any) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"reads": 2}
    headers = [made(user)[1] for _ in range(3)]
    with time_machine.travel("2024-05-05 12:00:15", tick=False):
        assert [api.get("tokens/", **header).status_code for header in headers] == [200, 200, 429]


def test_wrong_tokens_are_counted_by_address_and_do_not_shut_out_good_ones(
    api: Api, user: User, token: dict[str, str], settings: Any
) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"failed_tokens": 2}
    with time_machine.travel(timezone.now().replace(second=15), tick=False):
        statuses = [api.get("tokens/", Authorization=f"Bearer {i}").status_code for i in range(3)]
        assert statuses == [401, 401, 429]
        assert api.get("tokens/", **token).status_code == 200


def test_no_log_line_holds_a_token_and_each_names_the_account(api: Api, user: User, token: dict[str, str]) -> None:
    with capture_logs() as lines:
        api.get("tokens/", **token)
        api.get("tokens/", Authorization="Bearer hel_" + "x" * 43)
    assert "hel_" not in repr(lines)


# ------------------------------------------------------------------ GET and DELETE
def test_a_session_lists_and_revokes_all_of_its_own(api: Api, user: User, staff: User) -> None:
    first, second, other = made(user, Scope.READ)[0], made(user)[0], made(staff)[0]
    api.login(user)
    listed = api.get("tokens/").json()["results"]
    assert [row["id"] for row in listed] == [second.pk, first.pk]
    assert (listed[1]["scopes"], listed[1]["has_expired"], listed[1]["last_used_at"]) == (["read"], False, None)
    assert "digest" not in listed[0]
    assert api.delete(f"tokens/{first.pk}/").status_code == 204
    problem(api.delete(f"tokens/{first.pk}/"), 404, "token_not_found")
    problem(api.delete(f"tokens/{other.pk}/"), 404, "token_not_found")
    assert {*PersonalToken.objects.values_list("pk", flat=True)} == {second.pk, other.pk}


def test_a_token_sees_and_ends_only_itself(api: Api, user: User) -> None:
    other, _ = made(user)
    token, header = made(user, Scope.READ)
    assert [row["id"] for row in api.get("tokens/", **header).json()["results"]] == [token.pk]
    problem(api.delete(f"tokens/{other.pk}/", **header), 404, "token_not_found")
    assert api.delete(f"tokens/{token.pk}/", **header).status_code == 204
    problem(api.get("tokens/", **header), 401, "token_invalid")


def test_visitors_have_none(api: Api, db: None) -> None:
    problem(api.get("tokens/"), 401, "not_authenticated")


def test_so_many_work_at_a_time_and_expired_ones_go_after_a_month(user: User) -> None:
    for _ in range(MOST):
        made(user, days=30)
    with pytest.raises(TooManyTokens):
        made(user)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        made(user, days=90)
        assert PersonalToken.objects.count() == MOST + 1
    with time_machine.travel(timezone.now() + timedelta(days=61), tick=False):
        made(user)
        assert PersonalToken.objects.count() == 2


def test_the_comparison_of_a_token_is_its_owners(api: Api, world: World, user: User, token: dict[str, str]) -> None:
    api.post(MINE, JUDGED, **token)
    assert Comparison.objects.get().contributor.user == user
