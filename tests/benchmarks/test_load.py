"""What the load test compares: it would notice what is lost, turned round or invented."""

from typing import Any

import pytest

from backend.pipeline.snapshot import facts_read
from backend.polls.models import Criterion
from benchmarks.filling import fill
from benchmarks.load.storm import Storm, different, said_in_database
from tests.factories import ContributorFactory, UserFactory, poll_with, say

SAID = {("ada", "a", "b", "good"): 3.0, ("bob", "a", "b", "good"): -1.0}


def storm_of(**fields: Any) -> Storm:
    return Storm(
        **{"answers": {}, "errors": [], "believed": {}, "uncertain": set(), "seconds": 1.0, "runs": [], **fields}
    )


def test_what_is_lost_invented_or_other_is_named():
    other = {("ada", "a", "b", "good"): -3.0, ("eve", "a", "b", "good"): 1.0}
    assert [line[:6] for line in different(SAID, other)] == ["('ada'", "('bob'", "('eve'"]
    assert different(SAID, dict(SAID)) == []


def test_only_a_pair_that_nobody_knows_the_end_of_is_left_out():
    found = storm_of(uncertain={("bob", "a", "b")})
    assert found.certain(SAID) == {("ada", "a", "b", "good"): 3.0}


@pytest.mark.django_db
def test_a_pair_is_read_the_same_way_round_whoever_was_left_and_without_what_was_imported():
    poll = poll_with()
    say(ContributorFactory(name="ada", user=UserFactory()), poll, "b", "a", good=-3)
    say(ContributorFactory(name="imported"), poll, "a", "b", good=5)
    assert said_in_database(poll) == {("ada", "a", "b", "good"): 3.0}


@pytest.mark.django_db(transaction=True)
def test_a_filled_poll_is_one_that_the_platform_reads_and_writes():
    poll = fill(300)
    assert len(facts_read(poll=poll).dataset.judgments[poll.criteria.get().name]) == 300
    Criterion.objects.create(poll=poll, name="another", title="Another")
    say(ContributorFactory(), poll, *poll.entities.values_list("uid", flat=True)[:2], another=1)  # its keys are free
