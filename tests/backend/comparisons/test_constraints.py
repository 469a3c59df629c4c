"""What the database itself refuses, one constraint a test."""

import pytest
from django.db import IntegrityError, connection, transaction

from backend.comparisons.models import Comparison, Judgment, Rating
from tests.factories import ContributorFactory, EntityFactory, poll_with, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def comparison():
    return say(ContributorFactory(), poll_with(), "a", "b", good=1)


def copy_of(comparison: Comparison, **changes) -> Comparison:
    fields = {name: getattr(comparison, name) for name in ("poll", "contributor", "left", "right")}
    return Comparison(**fields | changes)


def refused(constraint, row):
    with pytest.raises(IntegrityError, match=constraint):
        save_and_check(row)


@transaction.atomic
def save_and_check(row):
    """Save without waiting for the commit to check the keys."""
    row.save()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_pair_twice(comparison):
    refused("pair_judged_once_by_a_contributor", copy_of(comparison))


def test_a_pair_the_other_way_round(comparison):
    turned = copy_of(comparison, left=comparison.right, right=comparison.left)
    refused("pair_judged_once_by_a_contributor", turned)


def test_an_item_compared_with_itself(comparison):
    refused("left_is_not_right", copy_of(comparison, right=comparison.left))


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_item_of_another_poll(comparison, side):
    refused(f"{side}_is_of_the_poll", copy_of(comparison, **{side: EntityFactory()}))


@pytest.mark.parametrize("value", [10.5, -10.5, float("nan"), float("inf"), float("-inf")])
def test_a_value_beyond_its_maximum(comparison, value):
    judgment = comparison.judgments.get()
    judgment.value = value
    refused("value_within_its_maximum", judgment)


@pytest.mark.parametrize("maximum", [0, -1, float("nan"), float("inf")])
def test_an_impossible_maximum(comparison, maximum):
    judgment = comparison.judgments.get()
    judgment.value, judgment.maximum = 0, maximum
    refused("maximum_positive_and_finite|value_within_its_maximum", judgment)


def test_two_judgments_on_one_criterion(comparison):
    judgment = comparison.judgments.get()
    refused("one_judgment_per_criterion", Judgment(comparison=comparison, criterion=judgment.criterion, value=1))


def test_two_ratings_of_one_item(comparison):
    rating = {"contributor": comparison.contributor, "entity": comparison.left}
    Rating.objects.create(**rating)
    refused("one_rating_per_contributor_and_entity", Rating(**rating))
