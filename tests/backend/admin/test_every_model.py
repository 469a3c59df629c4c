"""The admin's page of every model: it lists without a query a row, searches, filters, and opens each form, however many
rows there are."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Contributor, User
from backend.polls.models import Criterion, Poll
from tests.backend.admin.conftest import page
from tests.backend.admin.rows import rows_of

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
ABSENT = {
    "account.EmailConfirmation": "not kept: links to confirm an address are signed",
    "auth.Permission": "made by migrations",
    "contenttypes.ContentType": "made by migrations",
    "sessions.Session": "holds the keys with which anybody is that person; usersessions.UserSession lists them",
    "socialaccount.SocialApp": "providers come from the environment",
    "socialaccount.SocialToken": "not kept",
    "scores.IndividualScore": "a key of four columns, which the admin cannot show; most are private",
}
"""Models without a page, and why."""
MOST_QUERIES = 20
LARGEST = 200_000
"""Characters of a page, whatever the number of rows."""


def test_every_model_has_a_page_or_a_reason():
    models = {model._meta.label for model in apps.get_models()}
    assert models - {model._meta.label for model in MODELS} == {*ABSENT}


def opened(client: Client, address: str, **parameters: str) -> tuple[Any, int]:
    """Open a page; return the answer, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, parameters)
    assert answer.status_code == 200, f"{address} {parameters}"
    assert len(answer.content) < LARGEST
    assert len(queries) <= MOST_QUERIES, address
    return answer, len(queries)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_thirty_rows_take_as_many_queries_as_three(staff: Client, model: Any):
    rows_of(model, 3)
    answer, few = opened(staff, page(model))
    rows_of(model, 27)
    assert opened(staff, page(model))[1] == few
    opened(staff, page(model), q="words", **filters_of(answer.context["cl"]))
    opened(staff, page(model, "change", model._default_manager.latest("pk").pk))


def model_admin(model: Any) -> Any:
    return admin.site._registry[model]


def filters_of(changelist: Any) -> dict[str, str]:
    """Return what one choice of each filter, the last, sends."""
    addresses = [[*spec.choices(changelist)][-1]["query_string"] for spec in changelist.filter_specs]
    return {name: value for address in addresses for name, value in parse_qsl(address.removeprefix("?"))}


def test_a_table_that_grows_can_be_searched():
    """Those without a search have a handful of rows, or hang on one that has."""
    silent = [model._meta.label for model in MODELS if not model_admin(model).search_fields]
    assert silent == []


@pytest.mark.slow
def test_ten_thousand_related_rows_are_in_no_select(staff: Client):
    users = rows_of(User, 10_000)
    polls = rows_of(Poll, 10_000, owner=users)
    rows_of(Contributor, 10_000, user=users)
    rows_of(Criterion, 10_000, poll=polls)
    for model in MODELS:
        (row,) = rows_of(model, 1)
        opened(staff, page(model))
        opened(staff, page(model, "change", row.pk))
        if may_add(model):
            opened(staff, page(model, "add"))


def may_add(model: Any) -> bool:
    request = RequestFactory().get("/")
    request.user = User(is_staff=True, is_superuser=True)
    return bool(model_admin(model).has_add_permission(request))
