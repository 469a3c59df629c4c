"""The demonstration: loaded once, the same everywhere, with accounts whose passwords nobody knows beforehand."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from scipy.stats import spearmanr

from backend.accounts.models import Contributor, User
from backend.comparisons.models import Comparison, Judgment
from backend.datasets.demo.content import content_read
from backend.datasets.demo.simulation import simulate
from backend.polls.models import News, Poll
from backend.scores.selectors import ranking
from tests.backend.pipeline.helpers import computed
from tests.factories import UserFactory

SLUG = "rivermouth-budget"


@pytest.fixture(autouse=True)
def local(settings, tmp_path) -> Path:
    settings.LOCAL_DIR = tmp_path / "local"
    return settings.LOCAL_DIR


def load(**options: bool) -> str:
    out = StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_it_works(client):
    assert "220 simulated contributors" in load()
    poll = Poll.objects.get(slug=SLUG)
    assert poll.is_simulated
    assert poll.criteria.count() == 4
    assert poll.entities.count() > 80
    assert 8_000 <= Comparison.objects.count() <= 12_000
    assert set(Contributor.objects.filter(is_simulated=True).values_list("origin", flat=True)) == {f"demo:{SLUG}"}


@pytest.mark.django_db
def test_a_second_time_changes_nothing():
    load()
    before = list(Judgment.objects.values_list("pk", "value")), News.objects.count(), load(show_login=True)
    assert "there already" in load()
    assert (list(Judgment.objects.values_list("pk", "value")), News.objects.count(), load(show_login=True)) == before


@pytest.mark.django_db
def test_the_passwords_are_drawn_kept_private_and_open_the_accounts(client, local):
    load()
    logins = dict(line.split() for line in load(show_login=True).splitlines())
    assert set(logins) == {"demo", "visitor"}
    assert (local / "demo-login").stat().st_mode & 0o777 == 0o600
    assert json.loads((local / "demo-login").read_text()) == logins
    for name, password in logins.items():
        assert client.login(username=name, password=password)
        assert User.objects.get(username=name).is_staff is (name == "demo")


@pytest.mark.django_db
def test_another_persons_account_is_not_taken_over():
    UserFactory(username="Demo", email="somebody@example.org")
    with pytest.raises(CommandError, match="exists and is not the demonstration's"):
        load()
    assert not Poll.objects.exists()


def test_there_is_no_login_before_the_first_load():
    with pytest.raises(CommandError, match="load_demo"):
        load(show_login=True)


def test_the_simulation_is_always_the_same():
    content = content_read()
    one, other = (simulate(content.merit, content.criteria) for _ in range(2))
    assert one.judgments.equals(other.judgments)
    assert one.private.equals(other.private)


@pytest.mark.django_db(transaction=True)
def test_the_scores_find_the_items_merit_in_spite_of_the_hostile():
    load()
    poll = Poll.objects.get(slug=SLUG)
    assert computed(poll).error == ""
    merit = content_read().merit
    for criterion in poll.criteria.all():
        entities = [entity for entity in ranking(poll=poll, criterion=criterion) if entity.score is not None]
        truth = np.array([merit[entity.uid][criterion.name] for entity in entities])
        assert spearmanr(truth, [entity.score for entity in entities]).statistic > 0.5
