"""Actions: asked about first, done through services, logged, refused to those without the permission."""

from html import unescape
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry

from backend.accounts.models import Contributor, EmailDomain, User
from backend.accounts.services import contributor_get_or_create
from backend.common.admin.actions import MOST
from backend.common.audit import words_of
from backend.entities.models import Entity
from backend.pipeline.models import Run
from backend.polls.models import News, Poll
from backend.trust.models import Vouch
from tests.backend.admin.conftest import act, page
from tests.backend.admin.rows import rows_of
from tests.backend.admin.test_every_model import MODELS, model_admin
from tests.factories import ContributorFactory, PollFactory, UserFactory, judged_poll

pytestmark = pytest.mark.django_db
ACTIONS = [(model, action) for model in MODELS for action in model_admin(model).actions or ()]


@pytest.mark.parametrize(("model", "action"), ACTIONS, ids=lambda given: getattr(given, "__name__", given))
def test_every_action_asks_then_acts_then_finds_nothing_left_to_do(staff, model: Any, action: str):
    rows = rows_of(model, 2)
    name = action if isinstance(action, str) else action.__name__
    if name != "delete_selected":  # Django's own, which asks with a page of its own
        asked = act(staff, model, name, *rows)
        assert "Yes, do it" in asked.text
        assert str(rows[0]) in unescape(asked.text)
    answer = act(staff, model, name, *rows, confirmed="yes", post="yes")
    assert answer.status_code == 302
    again = act(staff, model, name, *rows, confirmed="yes", post="yes")
    assert again.status_code == 302


CHANGES = [
    (Entity, "hide", {"is_hidden": False}, {"is_hidden": True}, 1),
    (Entity, "show", {"is_hidden": True}, {"is_hidden": False}, 1),
    (Contributor, "suspend", {"is_suspended": False}, {"is_suspended": True}, 2),
    (Contributor, "bring_back", {"is_suspended": True}, {"is_suspended": False}, 2),
    (Contributor, "pretrust", {"is_pretrusted": False}, {"is_pretrusted": True}, 2),
    (Contributor, "stop_pretrusting", {"is_pretrusted": True}, {"is_pretrusted": False}, 2),
    (Contributor, "compute_trust", {"given_trust": 0.5}, {"given_trust": None}, 2),
    (EmailDomain, "trust", {"is_trusted": False}, {"is_trusted": True}, 2),
    (EmailDomain, "distrust", {"is_trusted": True}, {"is_trusted": False}, 2),
    (EmailAddress, "verify", {"verified": False}, {"verified": True}, 2),
    (User, "close", {"is_active": True}, {"is_active": False}, 0),
    (User, "reopen", {"is_active": False}, {"is_active": True}, 0),
]


@pytest.mark.parametrize(("model", "action", "before", "after", "news"), CHANGES)
def test_what_changes_leaves_news_and_one_line_in_the_log(staff, model, action, before, after, news):
    PollFactory()
    (row,) = rows_of(model, 1, **{name: [value] for name, value in before.items()})
    if news == 2:
        PollFactory()  # trust is shared by all polls
    polls = Poll.objects.count() if news == 2 else news
    for _ in range(2):
        act(staff, model, action, row, confirmed="yes")
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in after} == after
    assert News.objects.count() == polls
    assert LogEntry.objects.get().user.username == "boss"


def test_a_hidden_item_stands_in_the_history_of_its_poll(staff):
    (entity,) = rows_of(Entity, 1, uid=["veiled"])
    act(staff, Entity, "hide", entity, confirmed="yes")
    entry = LogEntry.objects.get()
    assert entry.get_edited_object() == entity.poll
    assert words_of(entry) == "veiled hidden: False → True"


def test_a_closed_account_is_logged_out_at_once(staff, client):
    rows = rows_of(UserSession, 1)
    act(staff, User, "close", rows[0].user, confirmed="yes")
    assert not UserSession.objects.exists()


def test_an_address_that_another_account_proved_is_not_verified(staff):
    rows_of(EmailAddress, 1, email=["a@example.org"], verified=[True])
    (second,) = rows_of(EmailAddress, 1, email=["a@example.org"])
    answer = act(staff, EmailAddress, "verify", second, confirmed="yes")
    second.refresh_from_db()
    assert not second.verified
    assert "Another account has proved" in staff.get(answer.url).text


def test_a_vouch_is_taken_back_without_telling_in_the_log_who_gave_it(staff):
    (vouch,) = rows_of(Vouch, 1)
    act(staff, Vouch, "take_back", vouch, confirmed="yes")
    assert not Vouch.objects.exists()
    entry = LogEntry.objects.get()
    assert vouch.voucher.name not in entry.object_repr + entry.change_message


def test_runs_are_started_cancelled_and_repeated_once(staff, boss):
    poll = judged_poll()
    for _ in range(2):
        act(staff, Poll, "recompute", poll, confirmed="yes")
    run = Run.objects.get()
    assert run.started_by == boss
    for _ in range(2):
        act(staff, Run, "cancel", run, confirmed="yes")
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED
    for _ in range(2):
        act(staff, Run, "retry", run, confirmed="yes")
    assert Run.objects.count() == 2
    told = [words_of(entry) for entry in LogEntry.objects.order_by("pk")]
    assert told == ["trigger: – → page", "cancelled: False → True", "trigger: – → page"]


def test_one_that_is_refused_does_not_stop_the_others(staff):
    busy, idle = judged_poll(), judged_poll()
    rows_of(Run, 1, poll=[busy])
    answer = act(staff, Poll, "recompute", busy, idle, confirmed="yes")
    assert Run.objects.filter(poll=idle).exists()
    told = staff.get(answer.url).text
    assert "Done: 1 of 2 changed." in told
    assert f"{busy}: " in told


def test_deleting_people_takes_their_names_out_of_the_log(staff):
    user = UserFactory(username="hypatia")
    contributor = contributor_get_or_create(user=user)
    act(staff, Contributor, "suspend", contributor, confirmed="yes")
    act(staff, User, "delete_wholly", user, confirmed="yes")
    assert not Contributor.objects.filter(pk=contributor.pk).exists()
    (entry,) = LogEntry.objects.all()
    assert "hypatia" not in entry.object_repr + entry.change_message


def test_what_is_done_to_the_parts_of_an_account_is_logged_with_it_and_forgotten_with_it(staff):
    user = UserFactory(username="hypatia")
    session, other = rows_of(UserSession, 2, user=[user] * 2, ip=["203.0.113.7"] * 2, user_agent=["Firefox"] * 2)
    staff.post(page(UserSession, "delete", session.pk), {"post": "yes"})
    act(staff, UserSession, "end", other, confirmed="yes")
    staff.post(page(EmailAddress, "add"), {"user": user.pk, "email": "hypatia@example.org", "primary": "on"})
    act(staff, EmailAddress, "verify", address := EmailAddress.objects.get(), confirmed="yes")
    told = " ".join(words_of(entry) for entry in LogEntry.objects.filter(object_repr="hypatia"))
    assert [told.count(f"#{row.pk} ") + told.count(f"#{row.pk};") for row in (session, other)] == [1, 1]
    assert f"verified: – → #{address.pk}" in told
    # Whoever reads the log may have no permission to read addresses.
    for private in ("203.0.113.7", "Firefox", "example.org"):
        assert private not in told
    user.refresh_from_db()
    assert user.email == "hypatia@example.org"
    act(staff, User, "delete_wholly", user, confirmed="yes")
    kept = [(entry.object_repr, entry.change_message) for entry in LogEntry.objects.all()]
    assert kept == [("", "")] * 4


def test_more_rows_than_an_action_takes_are_refused(staff):
    rows = ContributorFactory.create_batch(MOST + 1)
    answer = act(staff, Contributor, "suspend", *rows, confirmed="yes")
    assert f"at most {MOST}" in staff.get(answer.url).text
    assert not Contributor.objects.filter(is_suspended=True).exists()


def test_an_action_needs_its_permission(helper):
    row = ContributorFactory()
    reader = helper("accounts.view_contributor")
    act(reader, Contributor, "suspend", row, confirmed="yes")
    row.refresh_from_db()
    assert not row.is_suspended
    assert 'value="suspend"' not in reader.get(page(Contributor)).text
    act(
        helper("accounts.view_contributor", "accounts.change_contributor"), Contributor, "suspend", row, confirmed="yes"
    )
    row.refresh_from_db()
    assert row.is_suspended


def test_deleting_people_needs_the_permission_to_delete(helper):
    user = UserFactory()
    keeper = helper("accounts.view_user", "accounts.change_user")
    act(keeper, User, "delete_wholly", user, confirmed="yes")
    assert User.objects.filter(pk=user.pk).exists()


def test_an_action_takes_a_get_for_nothing(staff):
    row = ContributorFactory()
    staff.get(page(Contributor), {"action": "suspend", "_selected_action": row.pk, "confirmed": "yes"})
    row.refresh_from_db()
    assert not row.is_suspended
