"""Comparing in a browser: with keys, without scripts, on a phone, two people at once."""

import re

from playwright.sync_api import Page, Route, expect

from backend.comparisons.models import Comparison, Judgment
from backend.participation.models import SetAside
from tests.e2e.conftest import PASSWORD, PHONE, OpenAs, account, complaints

PAIR = "/polls/poll/compare/?left=a&right=d"


def values(name: str) -> dict[str, float]:
    own = Judgment.objects.filter(comparison__contributor__user__username=name)
    return dict(own.values_list("criterion__name", "value"))


def saved(page: Page) -> None:
    expect(page.get_by_role("heading", name="Saved. Your own scores now:")).to_be_visible()


def held(page: Page) -> list[Route]:
    """Return a list that fills with the first form that is sent, which waits there to be let through."""
    waiting: list[Route] = []
    page.route("**/compare/", lambda route: waiting.append(route), times=1)
    return waiting


def let_through(page: Page, waiting: list[Route]) -> None:
    while not waiting:
        page.wait_for_timeout(50)
    waiting.pop().continue_()


def test_with_the_keyboard_alone(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    heard = complaints(page)
    slider = page.get_by_role("slider", name="Good")
    for _ in range(30):
        if slider.evaluate("slider => slider === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(slider).to_have_attribute("aria-valuetext", "Not judged")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "A better by 3")
    page.keyboard.press("Enter")
    saved(page)
    expect(page.locator("#outcome-title")).to_be_focused()
    assert values("ada") == {"good": -3}
    assert not heard


def test_keys_work_wherever_the_focus_is(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    heard = complaints(page)
    slider = page.get_by_role("slider", name="Good")
    for key, words in (
        ("ArrowRight", "B better by 1"),
        ("2", "A better by 8"),
        ("9", "B better by 10"),
        ("0", "Equal"),
    ):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press(key)
        expect(slider).to_have_attribute("aria-valuetext", words)
    page.keyboard.press("Delete")
    expect(slider).to_have_attribute("aria-valuetext", "Not judged")
    page.keyboard.press("7")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    saved(page)
    assert values("ada") == {"good": 5}
    page.keyboard.press("u")
    expect(page.get_by_text("nothing is stored of this pair")).to_be_visible()
    assert values("ada") == {}
    page.goto("/polls/poll/compare/")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("skip="))
    assert not heard


def test_the_keys_are_listed_and_can_be_turned_off(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("undo what was just saved")
    keys.get_by_label("Use these keys anywhere on this page").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.reload()
    page.keyboard.press("3")
    expect(page.get_by_role("slider", name="Good")).to_have_attribute("aria-valuetext", "Not judged")
    page.get_by_role("button", name="Keys").click()
    expect(keys.get_by_label("Use these keys anywhere on this page")).not_to_be_checked()


def test_equal_is_one_click(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    equal = page.get_by_role("button", name="Equal").first
    equal.click()
    expect(equal).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 0}


def test_optional_criteria_stay_open_once_opened(open_as: OpenAs, poll) -> None:
    poll.criteria.filter(name="clear").update(is_optional=True)
    page = open_as(account("ada"), PAIR)
    optional = page.get_by_role("slider", name="Clear")
    expect(optional).to_be_hidden()
    page.get_by_text("1 more criterion, if you like").click()
    page.keyboard.press("9")
    page.get_by_role("button", name="Save").click()
    saved(page)
    expect(optional).to_be_visible()
    page.get_by_text("1 more criterion, if you like").click()
    expect(optional).to_be_hidden()
    page.reload()
    expect(optional).to_be_hidden()


def test_a_visitors_answer_survives_the_login(open_as: OpenAs, poll) -> None:
    account("ada")
    page = open_as(None, "/")
    page.locator("#try").get_by_role("slider").press("End")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("B better by 10").first).to_be_visible()
    page.locator("main").get_by_role("link", name="Log in").click()
    page.get_by_label("Username or e-mail address").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 10}


def test_an_item_that_is_gone_is_said_in_words(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    poll.entities.filter(uid="d").update(is_hidden=True)
    page.get_by_role("slider", name="Good").press("End")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("This poll has no item “d”")


def test_without_scripts(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR, java_script_enabled=False)
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_label("Which is better, and by how much?").first.select_option("B better by 7")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 7}
    page.get_by_role("link", name="My space").click()
    page.get_by_role("link", name="My comparisons").click()
    expect(page.get_by_text("B better by 7")).to_be_visible()
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_text("The comparison is deleted")).to_be_visible()


def test_a_slider_counts_only_once_it_is_touched(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    good, clear = page.get_by_role("slider", name="Good"), page.get_by_role("slider", name="Clear")
    good.click()  # in the middle, where the thumb rests
    expect(good).to_have_attribute("aria-valuetext", "Equal")
    clear.press("End")
    expect(clear).to_have_attribute("aria-valuetext", "B better by 10")
    page.get_by_role("button", name="Do not judge").last.click()
    expect(clear).to_have_attribute("aria-valuetext", "Not judged")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 0}


def test_nothing_touched_is_refused_in_words(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_text("Judge at least one criterion.")
    assert not Comparison.objects.filter(contributor__user__username="ada").exists()


def test_an_impatient_double_click_stores_once_and_the_next_pair_comes(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    page.get_by_role("slider", name="Good").press("End")
    waiting = held(page)  # or the second click might meet the next pair
    page.get_by_role("button", name="Save").dblclick()
    let_through(page, waiting)
    saved(page)
    assert Comparison.objects.filter(contributor__user__username="ada").count() == 1
    asked = {page.locator(f"form.compare input[name={side}]").input_value() for side in ("left", "right")}
    assert asked != {"a", "d"}
    expect(page).to_have_url(re.compile(r"/polls/poll/compare/$"))


def test_who_is_faster_than_the_scripts_that_wait_loses_nothing(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), "/")
    page.route("**/htmx*.js", lambda route: route.abort())
    page.goto(PAIR)
    page.get_by_role("slider", name="Good").press("End")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 10}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("nothing is stored of this pair")).to_be_visible()


def test_two_people_at_once_do_not_meet(open_as: OpenAs, poll) -> None:
    ada, bob = open_as(account("ada"), PAIR), open_as(account("bob"), PAIR, viewport=PHONE)
    ada.get_by_role("slider", name="Good").press("Home")
    bob.get_by_role("slider", name="Good").press("End")
    ada.get_by_role("button", name="Save").click()
    bob.get_by_role("button", name="Save").click()
    saved(ada)
    saved(bob)
    assert values("ada") == {"good": -10}
    assert values("bob") == {"good": 10}


def test_a_server_that_is_gone_is_said(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    page.get_by_role("slider", name="Good").press("End")
    page.route("**/compare/", lambda route: route.abort())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The server did not answer")).to_be_visible()
    expect(page.get_by_text("What you entered is still here")).to_be_visible()
    expect(page.get_by_role("slider", name="Good")).to_have_value("10")
    page.unroute("**/compare/")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 10}


def test_an_answer_that_got_lost_is_stored_once_when_it_is_sent_again(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    page.get_by_role("slider", name="Good").press("End")

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/compare/", lose, times=1)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What you entered is still here")).to_be_visible()
    assert values("ada") == {"good": 10}
    page.get_by_role("button", name="Save").click()
    saved(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("nothing is stored of this pair")).to_be_visible()


def test_a_slow_save_says_that_it_goes_on(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    page.get_by_role("slider", name="Good").press("End")
    waiting = held(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saving…")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    let_through(page, waiting)
    saved(page)
    expect(page.get_by_text("Saving…")).to_be_hidden()


def test_two_tabs_do_not_lose_each_others_work(open_as: OpenAs, poll) -> None:
    one = open_as(account("ada"), PAIR)
    other = one.context.new_page()
    other.goto(PAIR)
    one.get_by_role("slider", name="Good").press("End")
    one.get_by_role("button", name="Save").click()
    saved(one)
    other.get_by_role("slider", name="Good").press("Home")
    other.get_by_role("button", name="Save").click()
    both = other.get_by_role("region", name="Two answers to this pair").first
    expect(both).to_contain_text("B better by 10")
    expect(both).to_contain_text("A better by 10")
    assert values("ada") == {"good": 10}
    other.get_by_role("button", name="Save").click()
    saved(other)
    assert values("ada") == {"good": -10}


def test_what_cannot_be_compared_is_set_aside_with_the_keyboard(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR)
    heard = complaints(page)
    page.keyboard.press("c")
    page.get_by_label("Another reason").fill("Too far apart")
    page.keyboard.press("Enter")
    expect(page.get_by_text("you will not be asked about that pair again")).to_be_visible()
    assert SetAside.objects.get().words == "Too far apart"
    page.keyboard.press("u")
    expect(page.get_by_text("you may be asked about this pair again")).to_be_visible()
    page.locator("summary", has_text="Can't compare").click()
    page.get_by_role("button", name="I know neither").click()
    expect(page.get_by_text("you will not be asked about that pair again")).to_be_visible()
    assert SetAside.objects.get().reason == "both_unknown"
    assert not heard


def test_the_first_slider_is_seen_at_once_on_a_small_laptop(open_as: OpenAs, poll) -> None:
    poll.entities.update(title="A long title that takes two lines in a card, at least", text="Some words. " * 80)
    page = open_as(account("ada"), PAIR, viewport={"width": 1366, "height": 768})

    def bottom() -> float:
        box, bar = page.get_by_role("slider").first.bounding_box(), page.locator(".compare-actions").bounding_box()
        assert box
        assert bar
        page.wait_for_function("scrollY === 0")
        return box["y"] + box["height"] - bar["y"]

    assert bottom() < 0
    page.get_by_role("slider").first.press("End")
    page.get_by_role("slider").last.press("End")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert bottom() < 0
