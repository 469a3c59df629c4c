"""Comparing two items."""

import re
from urllib.parse import urlencode

import pytest

from backend.comparisons.models import Comparison, Judgment
from backend.polls.models import Poll
from tests.factories import say

URL = "/polls/poll/compare/"
PAIR = {"left": "a", "right": "b"}


def values() -> dict[str, float]:
    return dict(Judgment.objects.values_list("criterion__name", "value"))


def chosen(page) -> list[str]:
    """Return the value that each select shows."""
    selects = re.findall(r"<select.*?</select>", page.text, re.DOTALL)
    return [next(iter(re.findall(r'value="([^"]*)"\s+selected', select)), "") for select in selects]


def test_it_works(member_client, contributor, poll):
    page = member_client.get(URL, PAIR)
    assert page.status_code == 200
    assert chosen(page) == ["", ""]
    saved = member_client.post(URL, PAIR | {"judge-good": "-4", "judge-clear": ""}, follow=True)
    assert values() == {"good": -4}
    assert Comparison.objects.get().contributor == contributor
    assert "Saved. Your own scores now:" in saved.text
    pair = saved.context["pair"]
    assert f"{URL}?left={pair.left.uid}&amp;right={pair.right.uid}" in saved.text, "the pair has a link"


def test_saving_shows_own_scores_before_and_after(member_client, contributor, poll):
    say(contributor, poll, "a", "c", good=3)
    saved = member_client.post(URL, PAIR | {"judge-good": "-4"}, follow=True)
    left, right = saved.context["outcome"].changes
    assert left.title == "A"
    assert left.before[0] < left.after[0]
    assert left.after[1] < left.after[0] < left.after[2]
    assert right.before is None
    assert right.after[0] < left.after[0]
    assert "still rank 2 of 3" in saved.text
    assert "rank 3 of 3" in saved.text


def test_saving_shows_how_ranks_moved(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-5)
    say(contributor, poll, "b", "c", good=-5)
    saved = member_client.post(URL, {"left": "c", "right": "a", "judge-good": "-10"}, follow=True)
    assert "rank 3 → 1 of 3" in saved.text
    assert "rank 1 → 3 of 3" in saved.text


def test_what_changed_is_shown_once(member_client, poll):
    assert member_client.post(URL, PAIR | {"judge-good": "1"}, follow=True).context["outcome"]
    assert member_client.get(URL).context["outcome"] is None


def test_what_is_untouched_is_not_stored(member_client, poll):
    page = member_client.post(URL, PAIR | {"judge-good": "", "judge-clear": ""})
    assert page.status_code == 422
    assert "Judge at least one criterion" in page.text
    assert not Comparison.objects.exists()


def test_equal_is_a_judgment(member_client, poll):
    member_client.post(URL, PAIR | {"judge-good": "0"})
    assert values() == {"good": 0}


def undone(page) -> dict[str, str]:
    return undone_with(page, "/polls/poll/compare/undo/")


def undone_with(page, action: str) -> dict[str, str]:
    """Return what the form of the undo button sends."""
    form = re.search(f'action="{action}".*?</form>', page.text, re.DOTALL)
    assert form
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))


def test_a_new_comparison_can_be_undone(member_client, poll):
    saved = member_client.post(URL, PAIR | {"judge-good": "5"}, follow=True)
    back = member_client.post(f"{URL}undo/", undone(saved), follow=True)
    assert not Comparison.objects.exists()
    assert "nothing is stored of this pair" in back.text
    assert {back.context["pair"].left.uid, back.context["pair"].right.uid} == {"a", "b"}


def test_an_edit_can_be_undone(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4, clear=2.5)
    saved = member_client.post(URL, {"left": "b", "right": "a", "judge-good": "9", "judge-clear": ""}, follow=True)
    assert values() == {"good": -9}
    back = member_client.post(f"{URL}undo/", undone(saved), follow=True)
    assert values() == {"good": -4, "clear": 2.5}
    assert "as they were" in back.text


def test_undo_with_nonsense_changes_nothing(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4)
    back = member_client.post(f"{URL}undo/", PAIR | {"judge-good": "nan"}, follow=True)
    assert "Nothing was changed" in back.text
    assert values() == {"good": -4}


def test_undo_twice_is_answered_in_words(member_client, poll):
    page = member_client.post(f"{URL}undo/", PAIR)
    assert page.status_code == 404
    assert "You have not compared these two items" in page.text


def test_undo_is_for_accounts_and_wants_post(client, member_client, poll):
    assert client.post(f"{URL}undo/", PAIR).url.startswith("/accounts/login/")
    assert member_client.get(f"{URL}undo/").status_code == 405


def test_a_value_between_two_choices_survives_an_edit(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4, clear=2.5)
    assert member_client.post(URL, PAIR | {"judge-good": "1", "judge-clear": "2.5"}).status_code == 303
    assert values() == {"good": 1, "clear": 2.5}


def test_a_double_submit_stores_once(member_client, poll):
    for _ in range(2):
        member_client.post(URL, PAIR | {"judge-good": "5"})
    assert Comparison.objects.count() == Judgment.objects.count() == 1


def seen_in(page) -> str:
    return re.search(r'name="seen" value="([^"]*)"', page.text)[1]


def test_a_double_click_and_a_retry_change_nothing_and_keep_the_way_back(member_client, poll):
    answer = PAIR | {"judge-good": "5", "seen": seen_in(member_client.get(URL, PAIR))}
    member_client.post(URL, answer)
    saved = member_client.post(URL, answer, follow=True)
    assert saved.redirect_chain == [(URL, 303)]
    assert saved.context["outcome"].changes
    member_client.post(f"{URL}undo/", undone(saved))
    assert not Comparison.objects.exists()


def test_what_another_tab_saved_meanwhile_is_shown_and_kept(member_client, contributor, poll):
    first = seen_in(member_client.get(URL, PAIR))
    member_client.post(URL, {"left": "b", "right": "a", "judge-good": "-7", "judge-clear": "1", "seen": first})
    met = member_client.post(URL, PAIR | {"judge-good": "-2", "judge-clear": "-1", "seen": first})
    assert met.status_code == 422
    assert "You changed your answer to this pair elsewhere" in met.text
    assert met.context["meeting"] == [("Good", "B better by 7", "A better by 2")]
    assert chosen(met) == ["-2", "-1"]
    assert values() == {"good": -7, "clear": 1}
    assert member_client.post(URL, PAIR | {"judge-good": "-2", "seen": seen_in(met)}).status_code == 303
    assert values() == {"good": 2}  # as seen from b, which was on the left at first


def test_what_another_tab_deleted_meanwhile_is_not_brought_back_unasked(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4)
    seen = seen_in(member_client.get(URL, PAIR))
    member_client.post(f"{URL}undo/", PAIR)
    met = member_client.post(URL, PAIR | {"judge-good": "-2", "seen": seen})
    assert met.context["meeting"] == [("Good", "Not judged", "A better by 2")]
    assert not Comparison.objects.exists()


def test_undo_does_not_take_back_what_another_tab_said_since(member_client, contributor, poll):
    saved = member_client.post(URL, PAIR | {"judge-good": "5"}, follow=True)
    say(contributor, poll, "a", "b", good=-4)
    back = member_client.post(f"{URL}undo/", undone(saved), follow=True)
    assert "elsewhere" in back.text
    assert values() == {"good": -4}


def test_a_form_that_was_refused_still_knows_what_it_has_seen(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4)
    seen = seen_in(member_client.get(URL, PAIR))
    assert seen_in(member_client.post(URL, PAIR | {"judge-good": "x", "seen": seen})) == seen


@pytest.mark.parametrize("seen", ["x", "\0", "x" * 900_000])
def test_a_version_that_never_was_overwrites_nothing(member_client, contributor, poll, seen):
    say(contributor, poll, "a", "b", good=-4)
    assert member_client.post(URL, PAIR | {"judge-good": "1", "seen": seen}).status_code == 422
    assert values() == {"good": -4}


def test_editing_shows_the_old_values_also_the_other_way_round(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4, clear=2.5)
    page = member_client.get(URL, PAIR)
    assert chosen(page) == ["-4", "2.5"]
    assert "You judged this pair before" in page.text
    assert chosen(member_client.get(URL, {"left": "b", "right": "a"})) == ["4", "-2.5"]


def test_editing_can_take_a_judgment_back(member_client, contributor, poll):
    say(contributor, poll, "a", "b", good=-4, clear=2)
    member_client.post(URL, PAIR | {"judge-good": "", "judge-clear": "7"})
    assert values() == {"clear": 7}


@pytest.mark.parametrize("value", ["11", "-11", "1e99", "nan", "inf", "x", "x" * 900_000, "\0", "3.5"])
def test_a_value_not_offered_stores_nothing_and_keeps_the_rest(member_client, poll, value):
    page = member_client.post(URL, PAIR | {"judge-good": value, "judge-clear": "7"})
    assert page.status_code == 422
    assert "Nothing was saved" in page.text
    assert chosen(page) == ["", "7"]
    assert not Comparison.objects.exists()


@pytest.mark.parametrize(
    ("pair", "status", "words"),
    [
        ({"left": "a", "right": "a"}, 400, "compared with itself"),
        ({"left": "a", "right": "nix"}, 404, "no item “nix”"),
        ({"left": "\0", "right": "a"}, 404, "no item"),
        ({"left": "x" * 900_000, "right": "a"}, 404, "no item"),
    ],
)
def test_a_bad_pair_is_answered_in_words(member_client, poll, pair, status, words):
    asked = member_client.get(URL, pair)
    assert (asked.status_code, words in asked.text) == (status, True)
    saved = member_client.post(URL, pair | {"judge-good": "1"})
    assert saved.status_code in (status, 422)
    assert words in saved.text
    assert not Comparison.objects.exists()


def test_a_form_without_a_pair_is_answered_in_words(member_client, poll):
    assert member_client.post(URL, {"judge-good": "1"}).status_code == 404


def test_one_item_can_stay_until_it_has_met_all_others(member_client, contributor, poll):
    met = set()
    for _ in "abd":
        pair = member_client.get(URL, {"left": "c"}).context["pair"]
        assert (pair.left.uid, pair.anchor.uid) == ("c", "c")
        met.add(pair.right.uid)
        answer = PAIR | {"left": "c", "right": pair.right.uid, "anchor": "c", "judge-good": "1"}
        assert member_client.post(URL, answer).url == "/polls/poll/compare/?left=c"
    assert met == {"a", "b", "d"}
    assert "You have compared this item with every other one" in member_client.get(URL, {"left": "c"}).text


def test_skipping_keeps_the_item_that_stays(member_client, poll):
    first = member_client.get(URL, {"left": "c"}).context["pair"]
    second = member_client.get(first.skip_url).context["pair"]
    assert second.left.uid == "c"
    assert second.right != first.right


def test_a_refused_form_keeps_the_item_that_stays_and_can_be_skipped(member_client, poll):
    pair = member_client.post(URL, PAIR | {"anchor": "b"}).context["pair"]
    assert pair.anchor.uid == "b"
    assert pair.skip_url == f"{URL}?left=b&skip=a"


def test_an_item_that_stays_must_be_one_of_the_pair(member_client, poll):
    assert member_client.post(URL, PAIR | {"anchor": "d", "judge-good": "1"}).url == URL


def test_skipped_items_are_not_asked_again_at_once(member_client, poll):
    first = member_client.get(URL).context["pair"]
    second = member_client.get(first.skip_url).context["pair"]
    assert {first.left, first.right}.isdisjoint({second.left, second.right})


def test_all_compared_says_what_to_do(member_client, contributor, poll):
    for pair in ("ab", "ac", "ad", "bc", "bd", "cd"):
        say(contributor, poll, *pair, good=1)
    page = member_client.get(URL)
    assert "No pair left to compare" in page.text
    assert "You have compared every pair" in page.text


def test_a_poll_with_one_item_says_what_it_needs(member_client, poll):
    poll.entities.exclude(uid="a").update(is_hidden=True)
    assert "needs a criterion and two items" in member_client.get(URL).text


def test_a_closed_poll_says_so_and_stores_nothing(member_client, poll):
    Poll.objects.update(is_open=False)
    assert "This poll is closed" in member_client.get(URL).text
    assert "This poll is closed" in member_client.post(URL, PAIR | {"judge-good": "1"}).text
    assert not Comparison.objects.exists()


def test_a_suspended_contributor_is_told(member_client, contributor, poll):
    contributor.is_suspended = True
    contributor.save()
    page = member_client.post(URL, PAIR | {"judge-good": "3"})
    assert "suspended" in page.text
    assert chosen(page)[0] == "3"


def test_visitors_are_asked_to_log_in_and_come_back_to_the_pair(client, poll):
    page = client.get(URL, PAIR)
    assert page.status_code == 200
    assert "%2Fpolls%2Fpoll%2Fcompare%2F%3Fleft%3Da%26right%3Db" in page.text


def test_answers_survive_a_session_that_ended(client, member_client, poll):
    refused = client.post(URL, PAIR | {"judge-good": "-3", "judge-clear": "x" * 900_000})
    assert refused.url == "/polls/poll/compare/?left=a&right=b&judge-good=-3"
    assert not Comparison.objects.exists()
    assert chosen(member_client.get(refused.url)) == ["-3", ""]


def test_a_session_that_ended_sends_htmx_to_the_whole_page(client, poll):
    refused = client.post(URL, PAIR | {"judge-good": "-3"}, headers={"HX-Request": "true"})
    assert refused["HX-Redirect"] == "/polls/poll/compare/?left=a&right=b&judge-good=-3"


def test_visitors_judge_a_pair_at_once(client, poll):
    def sides(**query: str) -> list[str]:
        pair = client.get(URL, query).context["pair"]
        return [pair.left.uid, pair.right.uid]

    assert sides(left="c", right="a") == ["c", "a"]
    assert len({*sides()}) == 2
    assert len({*sides(left="a", right="a\0")}) == 2
    assert len({*sides(left="a", right="a")}) == 2


def test_a_visitors_answer_is_said_and_comes_along(client, member_client, poll):
    page = client.get(URL, PAIR | {"judge-good": "-4", "judge-clear": ""})
    assert page.context["form"].answers == [("Good", "A better by 4")]
    assert "Your answer counts once you log in" in page.text
    come_back = "/polls/poll/compare/?left=a&right=b&judge-good=-4"
    assert page.context["next"] == urlencode({"next": come_back})
    assert not page.cookies
    waiting = member_client.get(come_back)
    assert chosen(waiting) == ["-4", ""]
    assert "not saved yet" in waiting.text
    assert not Comparison.objects.exists()


def test_a_visitor_who_answers_nothing_is_told(client, poll):
    assert "Judge at least one criterion" in client.get(URL, PAIR | {"judge-good": ""}).text
    assert "Judge at least one criterion" not in client.get(URL, PAIR).text


def test_visitors_of_a_closed_poll_are_told(client, poll):
    Poll.objects.update(is_open=False)
    assert "This poll is closed" in client.get(URL).text


def test_answers_in_the_address_that_mean_nothing_are_ignored(member_client, poll):
    page = member_client.get(URL, PAIR | {"judge-good": "999", "judge-nix": "1", "judge-clear": "<b>"})
    assert chosen(page) == ["", ""]


def test_htmx_gets_the_panel_alone(member_client, poll):
    headers = {"HX-Request": "true"}
    assert "<html" not in member_client.get(URL, headers=headers).text
    saved = member_client.post(URL, PAIR | {"judge-good": "1"}, headers=headers)
    assert saved.status_code == 303
    refused = member_client.post(URL, PAIR, headers=headers)
    assert "<html" not in refused.text


def test_other_polls_items_cannot_be_compared(member_client, poll):
    assert member_client.get("/polls/nix/compare/").status_code == 404


def test_wrong_method(member_client, poll):
    assert member_client.put(URL).status_code == 405


def test_a_form_without_its_token_is_refused_in_words(member, poll):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    page = client.post(URL, PAIR | {"judge-good": "1"})
    assert page.status_code == 403
    assert "load the page again" in page.text
