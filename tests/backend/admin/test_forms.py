"""What forms of the admin write, refuse, and delete."""

import pytest
from django.forms.models import model_to_dict

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Comparison
from backend.entities.models import Entity
from backend.polls.models import Criterion, News, Poll
from tests.backend.admin.conftest import page
from tests.factories import ContributorFactory, PollFactory, UserFactory, judged_poll, say

pytestmark = pytest.mark.django_db


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


def poll_form(poll: Poll, **changes: str) -> dict[str, object]:
    """Return what a browser would send from the poll's page, without its criteria."""
    fields = ("slug", "title", "question", "description", "visibility", "licence")
    inline = {"criteria-TOTAL_FORMS": 0, "criteria-INITIAL_FORMS": 0}
    return model_to_dict(poll, fields) | inline | {"is_open": "on", "run_config": "{}"} | changes


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ('{"sigma": "seven"}', "&#x27;sigma&#x27; must be a number"),
        ('{"speed": 1}', "&#x27;speed&#x27; is unknown"),
        ('["tournesol"]', "write it as {} or as"),
        ("7", "write it as {} or as"),
        ("{", "valid JSON"),
    ],
)
def test_a_configuration_that_no_run_would_take_is_refused_in_the_form(staff, config, message):
    poll = judged_poll()
    answer = staff.post(page(Poll, "change", poll.pk), poll_form(poll, run_config=config))
    assert answer.status_code == 200
    assert message in answer.text
    assert Poll.objects.get().run_config == {}


def test_a_new_configuration_leaves_news_and_a_new_title_does_not(staff):
    poll = judged_poll()
    News.objects.all().delete()
    staff.post(page(Poll, "change", poll.pk), poll_form(poll, title="Other"))
    assert not News.objects.exists()
    staff.post(page(Poll, "change", poll.pk), poll_form(poll, run_config='{"sigma": 3}'))
    assert Poll.objects.get().run_config == {"sigma": 3}
    assert [news.poll for news in News.objects.all()] == [poll]


def test_a_criterion_is_not_deleted_on_its_polls_page_in_passing(staff):
    poll = judged_poll(criteria=("good", "cheap"))
    sent = {"criteria-TOTAL_FORMS": 2, "criteria-INITIAL_FORMS": 2}
    for number, criterion in enumerate(poll.criteria.all()):
        values = model_to_dict(criterion, ("id", "name", "title", "question", "position"))
        sent |= {f"criteria-{number}-{name}": value for name, value in values.items()}
    staff.post(page(Poll, "change", poll.pk), poll_form(poll) | sent | {"criteria-1-DELETE": "on"})
    assert [criterion.name for criterion in poll.criteria.all()] == ["good", "cheap"]


@pytest.mark.parametrize("model", [Entity, Criterion], ids=lambda model: model.__name__)
def test_deleting_what_was_judged_leaves_news(staff, model):
    poll = judged_poll()
    News.objects.all().delete()
    row = model.objects.first()
    staff.post(page(model, "delete", row.pk), {"post": "yes"})
    assert not model.objects.filter(pk=row.pk).exists()
    assert {news.poll for news in News.objects.all()} == {poll}


@pytest.mark.parametrize("model", [Entity, Criterion], ids=lambda model: model.__name__)
def test_what_was_judged_stays_in_its_poll(staff, model):
    judged_poll()
    row, other = model.objects.first(), PollFactory()
    fields = ("uid", "name", "title", "text", "author", "url", "published_on", "position")
    values = {name: value for name, value in model_to_dict(row, fields).items() if value is not None}
    answer = staff.post(page(model, "change", row.pk), values | {"title": "New", "poll": other.pk})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.title == "New"
    assert row.poll != other


def test_trust_given_by_hand_leaves_news(staff):
    poll, contributor = judged_poll(), Contributor.objects.first()
    News.objects.all().delete()
    values = {"name": contributor.name, "origin": "", "given_trust": "0.5"}
    staff.post(page(Contributor, "change", contributor.pk), values)
    contributor.refresh_from_db()
    assert contributor.given_trust == 0.5
    assert News.objects.filter(poll=poll).exists()


def test_a_renamed_account_leaves_its_name_to_others(staff):
    ada = UserFactory(username="ada")
    contributor_get_or_create(user=ada)
    sent = model_to_dict(ada, ("email", "first_name", "last_name")) | {"username": "countess", "is_active": "on"}
    sent |= {"date_joined_0": "2024-01-01", "date_joined_1": "00:00:00"}
    sent |= {"emailaddress_set-TOTAL_FORMS": 0, "emailaddress_set-INITIAL_FORMS": 0}
    assert staff.post(page(User, "change", ada.pk), sent).status_code == 302
    assert Contributor.objects.get().name == "countess"
    assert contributor_get_or_create(user=UserFactory(username="ada")).name == "ada"


def test_a_million_judgments_are_not_listed_before_a_poll_is_deleted(staff, django_assert_max_num_queries):
    poll = judged_poll()
    with django_assert_max_num_queries(6):
        answer = staff.get(page(Poll, "delete", poll.pk))
    assert "and all that hangs on it" in answer.text
    staff.post(page(Poll, "delete", poll.pk), {"post": "yes"})
    assert not Poll.objects.exists()
    assert not Comparison.objects.exists()
