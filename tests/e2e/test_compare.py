"""Comparing in a browser: with keys, without scripts, on a phone, two people at once."""

from playwright.sync_api import Page, expect

from backend.comparisons.models import Comparison, Judgment
from tests.e2e.conftest import PHONE, OpenAs, account, complaints

PAIR = "/polls/poll/compare/?left=a&right=d"


def values(name: str) -> dict[str, float]:
    own = Judgment.objects.filter(comparison__contributor__user__username=name)
    return dict(own.values_list("criterion__name", "value"))


def saved(page: Page) -> None:
    expect(page.get_by_role("heading", name="Saved. Your own scores now:")).to_be_visible()


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


def test_without_scripts(open_as: OpenAs, poll) -> None:
    page = open_as(account("ada"), PAIR, java_script_enabled=False)
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_label("Which is better, and by how much?").first.select_option("B better by 7")
    page.get_by_role("button", name="Save").click()
    saved(page)
    assert values("ada") == {"good": 7}
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
    page.get_by_role("button", name="Save").dblclick()
    saved(page)
    assert Comparison.objects.filter(contributor__user__username="ada").count() == 1
    asked = {page.locator(f"input[name={side}]").input_value() for side in ("left", "right")}
    assert asked != {"a", "d"}
    assert page.url.endswith("/polls/poll/compare/")


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
    expect(page.get_by_role("slider", name="Good")).to_have_value("10")
