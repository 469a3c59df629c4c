"""Contributors and who is pretrusted."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from backend.accounts.models import Contributor, EmailDomain
from backend.accounts.selectors import contributor_is_pretrusted, contributor_of
from backend.accounts.services import contributor_get_or_create, contributor_require_active
from backend.common.errors import ContributorSuspended
from backend.polls.models import News
from tests.factories import ContributorFactory, PollFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_contributor_is_made_at_the_first_use_and_only_once():
    user = UserFactory()
    assert contributor_of(user=user) is None
    contributor = contributor_get_or_create(user=user)
    assert contributor_get_or_create(user=user) == contributor == contributor_of(user=user)
    assert contributor_of(user=AnonymousUser()) is None


def test_a_contributor_follows_the_name_of_its_account():
    user = UserFactory(username="ada")
    contributor_get_or_create(user=user)
    user.username = "augusta"
    user.save()
    assert contributor_get_or_create(user=user).name == "augusta"


def test_an_account_does_not_own_an_imported_name():
    imported = ContributorFactory(name="ada", origin="import:videos")
    assert contributor_get_or_create(user=UserFactory(username="ada")) != imported


@pytest.mark.parametrize(
    ("email", "verified", "domain", "trusted", "expected"),
    [
        ("ada@uni.example", True, "uni.example", True, True),
        ("Ada@UNI.example", True, "uni.example", True, True),
        ("ada@uni.example", False, "uni.example", True, False),
        ("ada@uni.example", True, "uni.example", False, False),
        ("ada@not-uni.example", True, "uni.example", True, False),
        ('"uni.example@x"@evil.example', True, "uni.example", True, False),
    ],
)
def test_a_verified_address_at_a_trusted_domain_pretrusts(email, verified, domain, trusted, expected):
    EmailDomain.objects.create(domain=domain, is_trusted=trusted)
    contributor = contributor_get_or_create(user=UserFactory())
    EmailAddress.objects.create(user=contributor.user, email=email, verified=verified)
    assert contributor_is_pretrusted(contributor=contributor) is expected


def test_an_imported_mark_pretrusts():
    assert contributor_is_pretrusted(contributor=ContributorFactory(is_pretrusted=True))


def test_a_verified_address_and_a_trusted_domain_are_news_for_every_poll():
    PollFactory.create_batch(2)
    address = EmailAddress.objects.create(user=UserFactory(), email="a@b.example", verified=False)
    assert News.objects.count() == 0
    address.verified = True
    address.save()
    assert News.objects.count() == 2
    EmailDomain.objects.create(domain="b.example")
    assert News.objects.count() == 4
    address.verified = False
    address.save()
    assert News.objects.count() == 6


def test_a_suspended_contributor_is_refused():
    with pytest.raises(ContributorSuspended, match="suspended"):
        contributor_require_active(contributor=ContributorFactory(is_suspended=True))


@pytest.mark.parametrize(
    ("constraint", "make"),
    [
        ("contributor_name_unique_in_origin", lambda: Contributor.objects.create(name="taken")),
        ("given_trust_between_0_and_1", lambda: Contributor.objects.create(name="x", given_trust=1.1)),
        ("given_trust_between_0_and_1", lambda: Contributor.objects.create(name="x", given_trust=-0.1)),
        ("given_trust_between_0_and_1", lambda: Contributor.objects.create(name="x", given_trust=float("nan"))),
        ("contributor_has_a_name", lambda: Contributor.objects.create(name="")),
        ("an_account_has_no_origin", lambda: Contributor.objects.create(name="x", origin="y", user=UserFactory())),
        ("username_unique_whatever_the_case", lambda: [UserFactory(username="Bob"), UserFactory(username="bOB")]),
        ("domain_in_lower_case", lambda: EmailDomain.objects.create(domain="Uni.example")),
    ],
)
def test_the_database_refuses(constraint, make):
    ContributorFactory(name="taken")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


def test_who_makes_a_superuser_on_the_server_can_open_the_admin_without_waiting_for_mail(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "kq8vTT-zorn-41")
    call_command("createsuperuser", interactive=False, username="boss", email="Boss@example.org", verbosity=0)
    login = client.post("/accounts/login/", {"login": "boss", "password": "kq8vTT-zorn-41", "next": "/admin/"})
    assert login["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_superuser_without_an_address_is_refused_in_words(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "kq8vTT-zorn-41")
    with pytest.raises(CommandError, match="e-mail address"):
        call_command("createsuperuser", interactive=False, username="boss", email="", verbosity=0)
