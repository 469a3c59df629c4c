"""How often passwords may be tried and forms be sent, and that no header dodges it."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory, poll_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_instant")]
LOGIN = "/accounts/login/"


def attempts(count: int, *, name: str = "ada", **headers: str) -> list[int]:
    data = {"login": name, "password": "a wrong guess"}
    return [Client().post(LOGIN, data, **headers).status_code for _ in range(count)]


def test_passwords_of_an_account_may_be_tried_five_times_from_wherever():
    UserFactory(username="ada", password=make_password("the right one"))
    for number in range(5):
        attempts(1, REMOTE_ADDR=f"192.0.2.{number}")
    answer = Client().post(LOGIN, {"login": "ada", "password": "the right one"}, REMOTE_ADDR="192.0.2.9")
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.text


def test_a_made_up_header_gives_no_more_attempts_to_an_address():
    seen = []
    for number in range(31):
        seen += attempts(1, name=f"somebody{number}", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert seen[:30] == [200] * 30
    assert seen[30] == 429


def test_too_many_attempts_end_on_a_page_that_says_what_to_do():
    answer = [Client().post(LOGIN, {"login": f"x{n}", "password": "y"}) for n in range(31)][-1]
    assert "Wait a few minutes" in answer.text
    assert answer["Retry-After"] == "60"


def test_the_admin_has_no_log_in_of_its_own(client):
    answer = client.get("/admin/login/", {"next": "/admin/"})
    assert answer.status_code == 302
    assert answer["Location"] == f"{LOGIN}?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "ada", "password": "guess"})["Location"].startswith(LOGIN)


def test_the_admin_turns_ordinary_accounts_away(client):
    client.force_login(UserFactory())
    assert client.get("/admin/", follow=True).status_code == 403


def test_forms_of_pages_have_the_limit_of_the_api(client, settings: Any):
    settings.API_LIMITS = settings.API_LIMITS | {"writes": 2}
    poll = poll_with()
    client.force_login(UserFactory())
    address = reverse("compare", args=[poll.slug])
    pair = {"left": "a", "right": "b", "judge-good": "3"}
    assert [client.post(address, pair).status_code for _ in range(3)] == [303, 303, 429]
    assert client.get(address).status_code == 200
    other = Client()
    other.force_login(UserFactory())
    assert other.post(address, pair).status_code == 303


def test_forged_forms_do_not_use_up_what_a_user_may_send(settings: Any):
    settings.API_LIMITS = settings.API_LIMITS | {"writes": 1}
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    address = reverse("compare", args=[poll_with().slug])
    assert [client.post(address, {}).status_code for _ in range(3)] == [403, 403, 403]
    client.get("/accounts/logout/")
    form = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "left": "a", "right": "b", "judge-good": "3"}
    assert client.post(address, form).status_code == 303


def test_a_count_that_redis_forgot_at_that_moment_stops_nobody(client, monkeypatch):
    monkeypatch.setattr("backend.common.limits.WINDOW", 1e-9)  # it ends before it is read
    client.force_login(UserFactory())
    address = reverse("compare", args=[poll_with().slug])
    assert client.post(address, {"left": "a", "right": "b", "judge-good": "3"}).status_code == 303
