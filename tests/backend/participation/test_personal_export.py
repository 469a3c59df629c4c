"""Everybody can take away all that is stored about them, and nothing of it is forgotten when a table is added."""

import csv
import io
import json
import zipfile

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models

from backend.accounts.models import Contributor, User
from backend.accounts.services import contributor_get_or_create
from backend.comparisons.models import Rating
from backend.participation.models import RateLater, SetAside
from backend.participation.own_data.export import personal_export_write
from backend.participation.own_data.files import FILES
from backend.trust.services import vouch_create
from tests.backend.pipeline.helpers import computed
from tests.factories import ContributorFactory, UserFactory, judged_poll, say

NOT_EXPORTED = {
    "account.EmailConfirmation": "a secret that a mail carries",
    "socialaccount.SocialToken": "a secret for another site",
}
NOT_TOLD = {
    "accounts.User.password": "a secret, stored as a digest",
    "accounts.PersonalToken.digest": "of a secret",
    "mfa.Authenticator.data": "holds secrets; the name is told",
    "usersessions.UserSession.session_key": "a secret",
    "usersessions.UserSession.data": "empty: nothing is stored there",
    "pipeline.Run": "of a run only that it was started",
    "scores.Hold.news_seen": "a count that the site keeps for itself",
    "scores.Turn": "of a turn to other scores when, from which, to which and why; not the numbers of the score sets",
    "pipeline.Calibration": "of a measurement only that it was started",
    "polls.Poll": "of a poll its words; the rest is in its settings",
    "trust.Vouch": "not who vouches for whom; see the words of the files",
}
"""Columns, or tables of which some columns are left out, with the reason."""

SHARED = ("owner", "started_by", "author", "held_by", "turned_by")
OWNED = {apps.get_model(file.model) for file in FILES if file.owner not in SHARED}
"""What dies with an account, and so do its parts."""


def test_every_table_that_leads_to_an_account_is_in_the_export() -> None:
    exported = {file.model for file in FILES}
    missing = {model._meta.label for model in apps.get_models(include_auto_created=True) if leads_to_an_account(model)}
    missing -= exported | {*NOT_EXPORTED}
    assert not missing, (
        f"{', '.join(sorted(missing))} can hold what belongs to an account: give it a line in FILES of"
        " backend/participation/own_data/files.py, or a reason in NOT_EXPORTED of this test."
    )


def leads_to_an_account(model: type[models.Model]) -> bool:
    """Tell whether a row is a person's, or a part of what is: by a key to them, or one by which it dies with theirs."""
    keys = [field for field in model._meta.fields if isinstance(field, models.ForeignKey)]
    parts = {key.related_model for key in keys if key.remote_field.on_delete is models.CASCADE}
    return any(key.related_model in (User, Contributor) for key in keys) or bool(parts & OWNED)


def test_every_column_of_an_exported_table_is_told_or_explained() -> None:
    told = {file.model: set[str]() for file in FILES}
    for file in FILES:
        paths = [column.partition(" AS ")[0].split("__")[0] for column in (*file.columns, file.owner)]
        told[file.model] |= {*paths, *(path.removesuffix("_id") for path in paths)}
    forgotten = {
        f"{label}.{field.name}"
        for label, columns in told.items()
        for field in apps.get_model(label)._meta.fields
        if field.name not in (*columns, "id", "pk") and label not in NOT_TOLD
    }
    assert forgotten <= {*NOT_TOLD}, f"columns that no file of the export tells: {sorted(forgotten - {*NOT_TOLD})}"


@pytest.fixture
def ada(transactional_db: None) -> User:
    user: User = UserFactory(username="ada", first_name="=1+1")
    EmailAddress.objects.create(user=user, email="ada@example.org", verified=True, primary=True)
    poll = judged_poll(slug="poll", owner=user)
    contributor = contributor_get_or_create(user=user)
    say(contributor, poll, "a", "b", good=-2.5)
    item = poll.entities.get(uid="a")
    Rating.objects.update_or_create(contributor=contributor, entity=item, defaults={"is_public": True})
    RateLater.objects.create(contributor=contributor, entity=poll.entities.get(uid="c"))
    SetAside.objects.create(contributor=contributor, left=item, right=poll.entities.get(uid="d"), reason="other")
    vouch_create(voucher=contributor, vouchee=ContributorFactory(name="bob"))
    vouch_create(voucher=ContributorFactory(name="carla"), vouchee=contributor)
    return user


def exported(user: User) -> zipfile.ZipFile:
    sink = io.BytesIO()
    personal_export_write(user=user, sink=sink)
    return zipfile.ZipFile(sink)


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))


def test_it_works(ada: User) -> None:
    computed(ada.polls.get())
    archive = exported(ada)
    assert archive.namelist() == ["README.txt", *(f"{file.name}.csv" for file in FILES), "export.json"]
    assert [(row["left"], row["right"], row["poll"]) for row in table(archive, "comparisons")] == [("a", "b", "poll")]
    (judgment,) = table(archive, "judgments")
    assert (judgment["criterion"], judgment["value"]) == ("good", "-2.5")
    assert judgment["created_at"].endswith("+00:00")
    assert {row["item"]: row["is_public"] for row in table(archive, "visibility")}["a"] == "true"
    assert [row["item"] for row in table(archive, "rate_later")] == ["c"]
    assert [(row["left"], row["right"]) for row in table(archive, "set_aside")] == [("a", "d")]
    assert {row["item"] for row in table(archive, "scores")} == {"a", "b"}
    assert len(table(archive, "scalings")) == 1
    assert [row["email"] for row in table(archive, "email_addresses")] == ["ada@example.org"]
    assert [row["slug"] for row in table(archive, "polls")] == ["poll"]
    assert json.loads(archive.read("export.json"))["files"]["judgments"]["rows"] == 1


def test_it_tells_whom_one_vouches_for_and_not_who_vouches(ada: User) -> None:
    archive = exported(ada)
    assert [row["for"] for row in table(archive, "vouches_given")] == ["bob"]
    assert [row["value"] for row in table(archive, "vouches_received")] == ["1.0"]
    assert b"carla" not in b"".join(archive.read(name) for name in archive.namelist())


def test_it_holds_nothing_of_anybody_else_and_no_secret(ada: User) -> None:
    archive = exported(UserFactory(username="eve"))
    assert [name for name in archive.namelist() if name.endswith(".csv") and table(archive, name[:-4])] == [
        "account.csv"
    ]
    everything = b"".join(archive.read(name) for name in exported(ada).namelist())
    assert ada.password.encode() not in everything


def test_its_words_name_every_file_and_a_formula_is_only_a_text(transactional_db: None) -> None:
    archive = exported(UserFactory(first_name="=1+1"))
    words = archive.read("README.txt").decode()
    assert all(f"{file.name}.csv: " in words for file in FILES)
    assert table(archive, "account")[0]["first_name"] == "'=1+1"


def test_it_takes_as_many_queries_however_much_there_is(ada: User, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(len(FILES) + 8):
        exported(ada)
