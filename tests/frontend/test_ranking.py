"""The ranked items of a poll."""

import re

import pytest

from backend.polls.models import Poll
from tests.factories import EntityFactory, PollFactory, publish
from tests.frontend.conftest import collective_rows

URL = "/polls/poll/"


def titles(page) -> list[str]:
    return re.findall(r'/items/([^/"]+)/">[^<]', page.text)


def test_it_works(client, poll):
    page = client.get(URL)
    assert page.status_code == 200
    assert titles(page) == ["a", "b", "c", "d"]
    assert "48 to 73" in page.text
    assert "14 contributors" in page.text
    assert "Not judged yet" in page.text


def test_scores_are_explained_one_click_away(client, poll):
    assert 'href="/polls/poll/items/a/#why"' in client.get(URL).text


def test_a_poll_of_another_is_not_found(client, poll):
    page = client.get("/polls/nix/")
    assert page.status_code == 404
    assert "There is no poll “nix”" in page.text


def test_a_staff_poll_is_for_staff(client, staff_client, poll):
    Poll.objects.update(visibility=Poll.Visibility.STAFF)
    assert client.get(URL).status_code == 404
    assert staff_client.get(URL).status_code == 200


def test_wrong_method(client, poll):
    assert client.post(URL).status_code == 405


def test_another_criterion_ranks_anew(client, poll):
    page = client.get(URL, {"criterion": "clear"})
    assert page.context["state"].criterion.name == "clear"
    assert all(item.score is None for item in page.context["ranked"])


def test_search_finds_and_says_what_to_do_where_nothing_is_found(client, poll):
    EntityFactory(poll=poll, uid="owl", title="An owl in the attic")
    assert titles(client.get(URL, {"q": "attic"})) == ["owl"]
    nothing = client.get(URL, {"q": "zebra"})
    assert "Nothing found" in nothing.text
    assert "Show all items" in nothing.text


def test_tags_filter_together_and_can_be_removed(client, poll):
    EntityFactory(poll=poll, uid="owl", tags=["bird", "night"])
    EntityFactory(poll=poll, uid="gull", tags=["bird"])
    page = client.get(URL, {"tag": ["bird", "night"]})
    assert titles(page) == ["owl"]
    chosen = {link.name: link.url for link in page.context["tags"] if link.is_chosen}
    assert chosen["night"] == "/polls/poll/?criterion=good&tag=bird"


def test_the_address_holds_the_whole_state(client, poll):
    for number in range(45):
        EntityFactory(poll=poll, uid=f"owl{number}", title="Owl", tags=["bird"])
    page = client.get(URL, {"q": "owl", "tag": "bird", "criterion": "clear", "page": "2"})
    assert page.context["next_url"] == "/polls/poll/?q=owl&criterion=clear&tag=bird&page=3"
    assert page.context["previous_url"] == "/polls/poll/?q=owl&criterion=clear&tag=bird"
    assert page.context["ranked"][0].rank == 21


@pytest.fixture
def weighed(poll):
    """Give d, of which the criterion good knows nothing, 90 on clear, and a 10."""
    clear = poll.criteria.get(name="clear")
    keys = {uid: poll.entities.get(uid=uid).pk for uid in "ad"}
    rows = [
        {"criterion_id": clear.pk, "entity_id": keys[uid], "score": score, "left": 4.0, "right": 4.0, "contributors": n}
        for uid, score, n in (("a", 10.0, 2), ("d", 90.0, 3))
    ]
    publish(poll, collective=collective_rows(poll) + rows)


def test_several_criteria_are_weighed(client, weighed):
    page = client.get(URL, {"criterion": "*", "w-good": "1", "w-clear": "3"})
    # d (0 + 3 x 90) / 4, a (62 + 3 x 10) / 4, b 30 / 4, c -12 / 4
    assert [(row.entity.uid, row.score) for row in page.context["ranked"]] == [
        ("d", 67.5),
        ("a", 23.0),
        ("b", 7.5),
        ("c", -3.0),
    ]
    best, second = page.context["ranked"][:2]
    assert (best.low, best.high, best.contributors) == (64.5, 70.5, 3)
    assert (second.low, second.high, second.contributors) == (23 - 6.5, 23 + 5.75, 14)
    assert "Clear 75 %" in page.text


def test_weights_are_in_the_address_of_the_other_pages(client, weighed, poll):
    for number in range(45):
        EntityFactory(poll=poll, uid=f"owl{number}", tags=["bird"])
    weights = {"criterion": "*", "w-good": "4", "w-clear": "0"}
    page = client.get(URL, weights | {"author": "", "page": "2"})
    assert page.context["next_url"] == "/polls/poll/?criterion=%2A&w-good=4&page=3"
    assert [link.url for link in page.context["tags"]] == ["/polls/poll/?criterion=%2A&w-good=4&tag=bird"]


def test_sliders_stand_where_the_address_says_and_where_nothing_weighs_all_weigh_the_same(client, weighed):
    def values(**query):
        return [slider.value for slider in client.get(URL, query).context["state"].sliders]

    assert values(**{"criterion": "*", "w-good": "7"}) == [7, 0]
    assert values(**{"criterion": "*", "w-good": "0", "w-clear": "0"}) == [1, 1]
    assert values(criterion="clear") == [5, 5]


def test_sliders_that_do_not_count_are_left_out_of_the_address(client, weighed):
    query = {"q": "", "criterion": "clear", "w-good": "5", "w-clear": "5", "contributors": "2"}
    page = client.get(URL, query, headers={"HX-Request": "true"})
    assert page["HX-Push-Url"] == "/polls/poll/?criterion=clear&contributors=2"


def test_a_poll_of_one_criterion_has_no_sliders(client, poll):
    poll.criteria.filter(name="clear").delete()
    assert 'type="range"' not in client.get(URL).text


def test_items_of_few_contributors_can_be_left_out(client, weighed):
    assert titles(client.get(URL, {"contributors": "14"})) == ["a", "b", "c"]
    assert titles(client.get(URL, {"contributors": "15"})) == []
    assert titles(client.get(URL, {"criterion": "*", "w-clear": "1", "contributors": "3"})) == ["d"]


def test_author_and_day_filter_and_stay_in_the_address(client, poll):
    poll.entities.filter(uid="b").update(author="Ada Lovelace")
    page = client.get(URL, {"author": "lovelace", "since": "2020-01-31"})
    assert titles(page) == ["b"]
    assert page.context["state"].url == "/polls/poll/?criterion=good&author=lovelace&since=2020-01-31"
    assert re.search(r'filters-more"\s+open', page.text)
    assert titles(client.get(URL, {"since": "2999-01-01"})) == []


def test_htmx_gets_the_results_alone_and_the_same(client, poll):
    whole, part = client.get(URL), client.get(URL, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert titles(part) == titles(whole)
    assert "HX-Request" in part["Vary"]


def test_the_way_back_gets_the_whole_page(client, poll):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(URL, headers=headers).text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"page": "abc"}, 400, "whole number"),
        ({"page": "0"}, 400, "whole number"),
        ({"page": "-1"}, 400, "whole number"),
        ({"page": "²"}, 400, "whole number"),
        ({"page": "9" * 10_000}, 400, "whole number"),
        ({"page": "7"}, 404, "the last one is page 1"),
        ({"criterion": "nix"}, 400, "Its criteria are: good, clear"),
        ({"criterion": "\0"}, 400, "has no criterion"),
        ({"q": "x" * 1_000_000}, 400, "too long"),
        ({"q": "a\0b"}, 400, "cannot be stored"),
        ({"tag": "x" * 1_000_000}, 400, "too long"),
        ({"tag": [str(n) for n in range(11)]}, 400, "at most 10 tags"),
        ({"criterion": "*", "w-good": "11"}, 400, "from 0 to 10"),
        ({"criterion": "*", "w-good": "-1"}, 400, "from 0 to 10"),
        ({"criterion": "*", "w-good": "nan"}, 400, "from 0 to 10"),
        ({"contributors": "-1"}, 400, "number of contributors"),
        ({"contributors": "9" * 10_000}, 400, "number of contributors"),
        ({"since": "yesterday"}, 400, "2026-01-31"),
        ({"since": "2026-02-30"}, 400, "2026-01-31"),
        ({"author": "a\0"}, 400, "cannot be stored"),
    ],
)
def test_bad_input_is_answered_in_words(client, poll, query, status, words):
    page = client.get(URL, query)
    assert page.status_code == status
    assert words in page.text


@pytest.mark.parametrize("q", ["'", '"', "a & | !", "((", "*:", "\\", "-", "<script>", "日本", "%00", "a" * 200])
def test_any_search_is_answered(client, poll, q):
    page = client.get(URL, {"q": q})
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_before_the_first_run_it_says_so(client, poll):
    PollFactory(slug="bare")
    assert "not ready" in client.get("/polls/bare/").text
    poll.publication.delete()
    assert "No scores yet" in client.get(URL).text


def test_it_says_where_contributors_are_simulated(client, poll):
    assert "simulated" not in client.get(URL).text
    Poll.objects.update(is_simulated=True)
    assert "contributors of this poll are simulated" in client.get(URL).text


def test_hidden_items_are_not_shown(client, poll):
    poll.entities.filter(uid="a").update(is_hidden=True)
    assert titles(client.get(URL)) == ["b", "c", "d"]


def test_the_number_of_queries_is_constant(client, poll, django_assert_num_queries):
    with django_assert_num_queries(10) as few:
        client.get(URL)
    for number in range(30):
        EntityFactory(poll=poll, uid=f"more{number}", tags=[f"t{number}"])
    publish(poll, collective=collective_rows(poll))
    with django_assert_num_queries(len(few)):
        client.get(URL)


def test_a_long_list_travels_light(client, poll):
    for number in range(30):
        EntityFactory(poll=poll, uid=f"more{number}", text=f"Words {number} " * 40)
    page = client.get(URL, headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 20_000
