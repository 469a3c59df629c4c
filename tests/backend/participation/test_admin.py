"""The admin pages of every model: they open, search, and delete people wholly."""

import pytest
from django.contrib import admin
from django.urls import reverse

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.polls.models import News
from tests.factories import ContributorFactory, UserFactory, judged_poll, publish, say

pytestmark = pytest.mark.django_db
MODELS = [model for model in admin.site._registry if model.__module__.startswith("backend.")]


@pytest.fixture
def staff(client):
    client.force_login(
        UserFactory(is_staff=True, is_superuser=True), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def page(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_every_model_has_its_page():
    assert {model.__name__ for model in MODELS} == {
        "CollectiveScore", "Comparison", "Contributor", "ContributorScaling", "Criterion", "EmailDomain", "Entity",
        "Judgment", "News", "Poll", "Publication", "Rating", "Run", "ScoreSet", "Snapshot", "User", "Vouch",
    }  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_page_lists_and_searches_with_a_constant_number_of_queries(staff, model, django_assert_max_num_queries):
    poll = judged_poll(contributors=4)
    keys = {"criterion_id": poll.criteria.get().pk}
    publish(
        poll,
        [keys | {"entity_id": entity.pk} for entity in poll.entities.all()],
        scalings=[keys | {"contributor_id": c.pk} for c in Contributor.objects.all()],
    )
    with django_assert_max_num_queries(12):
        assert staff.get(page(model, "changelist"), {"q": "a"}).status_code == 200


def test_scores_and_judgments_cannot_be_written_there(staff):
    comparison = say(ContributorFactory(), judged_poll(), "a", "b", good=1)
    change = page(Comparison, "change", comparison.pk)
    assert staff.get(change).status_code == 200
    assert staff.post(change, {}).status_code == 403
    assert staff.get(page(Comparison, "add")).status_code == 403


def test_deleting_a_user_deletes_the_contributor_wholly(staff):
    poll, user = judged_poll(), UserFactory()
    contributor = contributor_get_or_create(user=user)
    say(contributor, poll, "a", "b", good=1)
    staff.post(page(User, "delete", user.pk), {"post": "yes"})
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Contributor.objects.filter(pk=contributor.pk).exists()
    assert not Comparison.objects.filter(contributor_id=contributor.pk).exists()


def test_actions_suspend_contributors_and_hide_items_with_news(staff):
    poll = judged_poll()
    News.objects.all().delete()
    for model, action, field in ((Contributor, "suspend", "is_suspended"), (Entity, "hide", "is_hidden")):
        row = model.objects.first()
        staff.post(page(model, "changelist"), {"action": action, "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert getattr(row, field) is True
    assert News.objects.filter(poll=poll).count() == 2
