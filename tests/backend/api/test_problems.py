"""Errors that belong to no endpoint."""

from typing import Any

import pytest
from django.test import Client

from backend.common.errors import ApplicationError
from backend.polls.models import Poll
from backend.scores import apis
from tests.backend.api.helpers import Api, World, problem


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/polls/", "/api/v1/polls/a b/"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
def test_unknown_addresses(client: Client, db: None, path: str, method: str) -> None:
    problem(client.generic(method, path), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_those_who_forget_the_slash_are_told(client: Client, db: None, method: str) -> None:
    assert "slash" in problem(client.generic(method, "/api/v1/polls"), 404, "not_found")["detail"]


def test_html_cannot_be_had(api: Api, world: World) -> None:
    problem(api.get("polls/", Accept="text/html"), 406, "not_acceptable")


def test_an_address_of_another_host_is_refused(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["example.org"]
    problem(client.get("/api/v1/polls/", headers={"Host": "evil.example"}), 400, "bad_request")


def test_too_many_parameters_are_refused(api: Api, world: World) -> None:
    problem(api.get("polls/?" + "&".join(["a=1"] * 1_000)), 400, "bad_request")


@pytest.mark.parametrize("poll_text", ["a secret", "<script>"])
def test_a_fault_of_ours_is_a_problem_that_leaks_nothing(
    schema: dict[str, Any], world: World, monkeypatch: pytest.MonkeyPatch, poll_text: str
) -> None:
    def fail(**kwargs: Any) -> Poll:
        raise RuntimeError(poll_text)

    monkeypatch.setattr(apis, "poll_get", fail)
    answer = Api(schema, raise_request_exception=False).get("polls/budget/")
    problem(answer, 500, "server_error")
    assert poll_text not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_problems_are_never_cached(api: Api, world: World) -> None:
    for path in ("polls/nothing/", "polls/?limit=x"):
        assert api.get(path)["Cache-Control"] == "no-store"


def subclasses(error: type[ApplicationError]) -> set[type[ApplicationError]]:
    return {error}.union(*map(subclasses, error.__subclasses__()))


def test_codes_are_stable_names_of_one_error_each() -> None:
    codes = [error.code for error in subclasses(ApplicationError)]
    assert len(codes) == len(set(codes))
    assert all(code.isidentifier() and code == code.lower() for code in codes)
