"""What the staff without all powers may see and do: neither what people keep private, nor each other's accounts."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission

from backend.accounts.models import Contributor, User
from backend.comparisons.models import Comparison, Judgment, Rating
from backend.participation.models import RateLater, SetAside
from backend.scores.models import ContributorScaling
from backend.trust.models import Vouch
from tests.backend.admin.conftest import act, page
from tests.backend.admin.rows import rows_of
from tests.backend.admin.test_every_model import MODELS
from tests.factories import ContributorFactory, UserFactory, judged_poll, say

pytestmark = pytest.mark.django_db
VIEWS = tuple(f"{model._meta.app_label}.view_{model._meta.model_name}" for model in MODELS)
CHANGES_PEOPLE = tuple(
    f"{label}.{verb}_{name}"
    for verb in ("view", "change", "delete")
    for label, name in (
        ("accounts", "user"),
        ("accounts", "contributor"),
        ("account", "emailaddress"),
        ("mfa", "authenticator"),
        ("usersessions", "usersession"),
    )
)


@pytest.fixture
def private():
    """Return a comparison that its contributor shows half, and the row of each table that tells of it."""
    poll, contributor = judged_poll(contributors=0), ContributorFactory(name="mina")
    comparison = say(contributor, poll, "a", "b", good=7)
    Rating.objects.create(contributor=contributor, entity=comparison.left, is_public=True)
    hidden = Rating.objects.create(contributor=contributor, entity=comparison.right)
    return comparison, [(Comparison, comparison), (Judgment, comparison.judgments.get()), (Rating, hidden)]


def test_what_is_private_is_shown_to_superusers_only(helper, staff, private):
    _, rows = private
    reader = helper(*VIEWS)
    for model, row in rows:
        assert staff.get(page(model, "change", row.pk)).status_code == 200
        assert reader.get(page(model, "change", row.pk)).status_code == 302, "to the index, as if it were not there"
        assert "mina" not in reader.get(page(model), {"q": "mina"}).context["cl"].result_list.values_list()


def test_what_is_public_is_shown_to_the_staff(helper, private):
    _, rows = private
    Rating.objects.update(is_public=True)
    reader = helper(*VIEWS)
    for model, row in rows:
        assert reader.get(page(model, "change", row.pk)).status_code == 200
        assert list(reader.get(page(model)).context["cl"].result_list.filter(pk=row.pk)) == [row]


@pytest.mark.parametrize("model", [Vouch, RateLater, SetAside, ContributorScaling, Group], ids=lambda m: m.__name__)
def test_what_was_promised_to_nobody_else_is_closed_whatever_the_permissions(helper, model):
    (row,) = rows_of(model, 1)
    reader = helper(*VIEWS)
    assert reader.get(page(model)).status_code == 403
    assert reader.get(page(model, "change", row.pk)).status_code == 403
    assert page(model) not in reader.get("/admin/").text


def test_addresses_are_not_searched_by_those_who_may_not_read_them(helper):
    contributor = ContributorFactory(name="ada", user=UserFactory(email="secret@example.org"))
    for permissions, found in ((("accounts.view_contributor",), []), (VIEWS, [contributor])):
        answer = helper(*permissions).get(page(Contributor), {"q": "secret"})
        assert list(answer.context["cl"].result_list) == found


def test_secrets_of_accounts_are_on_no_page(staff):
    (key,) = rows_of(Authenticator, 1, data=[{"secret": "s3cr3t"}])
    (session,) = rows_of(UserSession, 1)
    assert "s3cr3t" not in staff.get(page(Authenticator, "change", key.pk)).text
    assert session.session_key not in staff.get(page(UserSession, "change", session.pk)).text
    assert session.session_key not in staff.get(page(UserSession)).text


@pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True, "is_staff": True}])
def test_accounts_of_the_staff_are_changed_by_superusers_only(helper, staff, fields):
    keeper, colleague = helper(*CHANGES_PEOPLE), UserFactory(**fields)
    contributor = ContributorFactory(user=colleague)
    (address,) = rows_of(EmailAddress, 1, user=[colleague])
    (session,) = rows_of(UserSession, 1, user=[colleague])
    (key,) = rows_of(Authenticator, 1, user=[colleague])
    for row, actions in ((colleague, ("close", "log_out", "delete_wholly")), (contributor, ("suspend",)),
                         (address, ("verify",)), (session, ("end",))):  # fmt: skip
        for action in actions:
            assert act(keeper, type(row), action, row, confirmed="yes").status_code == 403, action
    for row in (colleague, contributor, address, session, key):
        assert keeper.post(page(type(row), "change", row.pk), {}).status_code == 403
        assert keeper.post(page(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
    assert keeper.get(f"/admin/accounts/user/{colleague.pk}/password/").status_code == 403
    assert act(staff, User, "close", colleague, confirmed="yes").status_code == 302


def test_a_verified_address_for_a_colleague_is_added_by_superusers_only(helper, staff):
    colleague = UserFactory(is_staff=True, is_superuser=True)
    sent = {"user": colleague.pk, "email": "mine@example.org", "verified": "on", "primary": "on"}
    keeper = helper(*CHANGES_PEOPLE, "account.add_emailaddress")
    assert keeper.post(page(EmailAddress, "add"), sent).status_code == 403, "it would reset their password"
    assert not EmailAddress.objects.filter(email="mine@example.org").exists()
    assert keeper.post(page(EmailAddress, "add"), sent | {"user": UserFactory().pk}).status_code == 302
    assert staff.post(page(EmailAddress, "add"), sent | {"email": "theirs@example.org"}).status_code == 302
    colleague.refresh_from_db()
    assert colleague.email == "theirs@example.org"


def test_nobody_gives_themselves_powers(helper):
    keeper = helper(*CHANGES_PEOPLE)
    user = UserFactory(username="ada")
    sent = {"username": "ada", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    sent |= {"user_permissions": [Permission.objects.first().pk]}
    sent |= {"emailaddress_set-TOTAL_FORMS": 0, "emailaddress_set-INITIAL_FORMS": 0}
    assert keeper.post(page(User, "change", user.pk), sent).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.user_permissions.count()) == (False, False, 0)


def test_what_was_judged_is_deleted_by_superusers_only_and_says_how_much_goes(helper, staff):
    poll = judged_poll()
    keeper = helper("polls.view_poll", "polls.delete_poll", "polls.view_criterion", "polls.delete_criterion",
                    "entities.view_entity", "entities.delete_entity")  # fmt: skip
    for row in (poll, poll.criteria.get(), poll.entities.first()):
        assert keeper.post(page(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
        answer = staff.get(page(type(row), "delete", row.pk))
        assert "judgments on" in answer.text or "comparisons of" in answer.text
    fresh = judged_poll(contributors=0)
    for row in (fresh.entities.first(), fresh.criteria.get(), fresh):
        assert keeper.post(page(type(row), "delete", row.pk), {"post": "yes"}).status_code == 302


def test_the_staff_without_permissions_sees_an_empty_desk(helper):
    nobody = helper()
    assert nobody.get("/admin/").status_code == 200
    for model in MODELS:
        assert nobody.get(page(model)).status_code == 403, model


def test_the_last_superuser_neither_deletes_nor_closes_their_own_account(staff, boss):
    contributor = ContributorFactory(user=boss)
    for action in ("close", "delete_wholly"):
        answer = act(staff, User, action, boss, confirmed="yes")
        assert "superuser" in staff.get(answer.url).text
    act(staff, Contributor, "delete_wholly", contributor, confirmed="yes")
    for row in (boss, contributor):
        assert staff.post(page(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
    sent = {"username": "boss", "emailaddress_set-TOTAL_FORMS": 0, "emailaddress_set-INITIAL_FORMS": 0}
    assert staff.post(page(User, "change", boss.pk), sent).status_code == 302
    boss.refresh_from_db()
    assert (boss.is_active, boss.is_staff, boss.is_superuser) == (True, True, True)
    UserFactory(is_superuser=True)
    assert staff.post(page(User, "delete", boss.pk), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=boss.pk).exists()


def test_a_contributor_of_a_colleagues_account_is_made_by_superusers_alone(helper, staff):
    colleague = UserFactory(username="colleague", is_staff=True)
    sent = {"name": "colleague", "origin": "", "user": colleague.pk}
    assert helper("accounts.add_contributor").post(page(Contributor, "add"), sent).status_code == 403
    assert not Contributor.objects.exists()
    assert staff.post(page(Contributor, "add"), sent).status_code == 302
    assert Contributor.objects.get().user == colleague
