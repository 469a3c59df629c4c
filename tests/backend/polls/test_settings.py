"""What owners change of their polls: checked, logged, and never over what somebody else has just changed."""

import pytest
from django.core.exceptions import ValidationError

from backend.common.errors import CriterionJudged, InvalidRunConfig, PollChangedMeanwhile, TooManyCriteria
from backend.pipeline.configuration import constants, poll_configure, preset_names, preset_values
from backend.polls.criteria import MOST_CRITERIA, CriterionDraft, criteria_update
from backend.polls.history import poll_history
from backend.polls.models import Criterion, News, Poll
from backend.polls.services import poll_create, poll_update
from solidago.config import Config
from tests.factories import PollFactory, UserFactory, judged_poll, poll_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory(username="ada")


def draft(name, **fields):
    defaults = {"title": name.capitalize(), "question": "", "position": 0, "is_optional": False}
    return CriterionDraft(name=name, **(defaults | fields))


def names(poll):
    return [criterion.name for criterion in Poll.objects.get(pk=poll.pk).criteria.all()]


def test_what_changes_is_stored_and_logged_with_what_was(user):
    poll = PollFactory(title="Old")
    poll_update(poll=poll, user=user, version=poll.version, changes={"title": "New", "question": poll.question})
    poll.refresh_from_db()
    assert poll.title == "New"
    (entry,) = poll_history(poll=poll, most=5)
    assert (entry.username, entry.changes) == ("ada", {"title": ["Old", "New"]})
    assert not News.objects.exists()


def test_nothing_changed_is_not_logged_and_keeps_the_version(user):
    poll = PollFactory()
    same = poll_update(poll=poll, user=user, version=poll.version, changes={"title": poll.title})
    assert same.version == poll.version
    assert poll_history(poll=poll, most=5) == []


def test_the_second_of_two_who_read_the_same_version_is_refused(user):
    poll = PollFactory(title="Old")
    poll_update(poll=poll, user=user, version=poll.version, changes={"title": "First"})
    with pytest.raises(PollChangedMeanwhile):
        poll_update(poll=poll, user=user, version=poll.version, changes={"title": "Second"})
    with pytest.raises(PollChangedMeanwhile):
        criteria_update(poll=poll, user=user, version=poll.version, drafts=[draft("good")])
    assert Poll.objects.get().title == "First"
    assert names(poll) == []


def test_a_value_that_is_not_allowed_changes_nothing(user):
    poll = PollFactory(title="Old")
    with pytest.raises(ValidationError):
        poll_update(poll=poll, user=user, version=poll.version, changes={"title": "", "is_open": False})
    assert Poll.objects.get().is_open


def test_another_configuration_asks_for_a_run(user):
    poll = PollFactory()
    poll = poll_configure(poll=poll, user=user, version=poll.version, config={"sigma": 2.0})
    assert News.objects.filter(poll=poll).count() == 1
    assert poll_history(poll=poll, most=1)[0].changes == {"run_config": ["{}", '{"sigma": 2.0}']}


def test_a_configuration_that_no_run_accepts_is_refused(user):
    poll = PollFactory()
    with pytest.raises(InvalidRunConfig):
        poll_configure(poll=poll, user=user, version=poll.version, config={"sigma": -1})
    assert Poll.objects.get().run_config == {}


def test_the_ends_of_every_range_are_accepted_and_what_is_beyond_is_not(user):
    for constant in constants():
        for value in (constant.low, constant.high):
            if not (constant.is_whole and value > 2**53):  # a float cannot hold it exactly
                Config.from_mapping({constant.name: int(value) if constant.is_whole else value})


def test_the_preset_of_polls_that_name_none_comes_first():
    assert Config.preset(preset_names()[0]) == Config()
    assert preset_values(preset_names()[0])["sigma"] == Config().sigma


def test_criteria_are_made_changed_and_ordered(user):
    poll = poll_with(criteria=("good",))
    drafts = [draft("good", title="Better", position=1, is_optional=True), draft("clear", position=0)]
    changed = criteria_update(poll=poll, user=user, version=poll.version, drafts=drafts)
    assert names(poll) == ["clear", "good"]
    assert changed.version != poll.version
    assert poll.criteria.get(name="good").title == "Better"
    assert poll_history(poll=poll, most=1)[0].changes["good.title"] == ["Good", "Better"]


def test_one_bad_criterion_changes_none(user):
    poll = poll_with(criteria=("good",))
    with pytest.raises(ValidationError):
        criteria_update(
            poll=poll, user=user, version=poll.version, drafts=[draft("good", title="X"), draft("not a slug")]
        )
    assert poll.criteria.get().title == "Good"


def test_a_criterion_can_be_deleted_until_it_is_judged(user):
    unjudged, judged = poll_with(criteria=("good",)), judged_poll()
    criteria_update(poll=unjudged, user=user, version=unjudged.version, drafts=[draft("good", is_deleted=True)])
    assert names(unjudged) == []
    with pytest.raises(CriterionJudged):
        criteria_update(poll=judged, user=user, version=judged.version, drafts=[draft("good", is_deleted=True)])
    assert names(judged) == ["good"]


def test_a_poll_has_a_bounded_number_of_criteria(user):
    poll = PollFactory()
    drafts = [draft(f"c{number}") for number in range(MOST_CRITERIA + 1)]
    with pytest.raises(TooManyCriteria):
        criteria_update(poll=poll, user=user, version=poll.version, drafts=drafts)
    assert names(poll) == []


def test_a_new_poll_belongs_to_whoever_makes_it(user):
    criteria = [Criterion(name=name, title=name) for name in ("main", "other")]
    poll = poll_create(user=user, fields={"slug": "new-one", "title": "New", "question": "?"}, criteria=criteria)
    assert poll.owner == user
    assert [(c.name, c.is_optional) for c in poll.criteria.all()] == [("main", False), ("other", True)]
    assert poll_history(poll=poll, most=1)[0].username == "ada"


@pytest.mark.parametrize("slug", ["taken", "", "not a slug", "new"])
def test_a_slug_that_cannot_be_is_refused(user, slug):
    PollFactory(slug="taken")
    with pytest.raises(ValidationError):
        poll_create(user=user, fields={"slug": slug, "title": "New", "question": "?"}, criteria=[])
    assert Poll.objects.count() == 1
