"""From signing up to the first ranking of one's own."""

import re

from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backend.accounts.models import User
from backend.comparisons.models import Comparison
from tests.e2e.conftest import PASSWORD, complaints
from tests.e2e.test_compare import saved

COMPARED = 3


def test_a_visitor_signs_up_judges_and_reads_their_own_ranking(page: Page, live_server: LiveServer, poll) -> None:
    heard = complaints(page)
    page.goto(f"{live_server.url}/")
    page.locator("#try").get_by_role("slider").press("End")
    page.get_by_role("button", name="Answer").click()
    page.locator("main").get_by_role("link", name="Sign up").click()
    sign_up(page)
    page.goto(link_in_the_mail())
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_text("not saved yet")).to_be_visible()
    assert User.objects.get(username="ada").emailaddress_set.get().verified

    slider = page.get_by_role("slider", name="Good")
    for _ in range(COMPARED):
        slider.press(towards_the_later_letter(page))
        page.get_by_role("button", name="Save").click()
        expect(slider).to_have_attribute("aria-valuetext", "Not judged")  # of the next pair
        saved(page)
    assert Comparison.objects.filter(contributor__user__username="ada").count() == COMPARED

    page.get_by_role("link", name="My space").click()
    page.get_by_role("link", name="My items").click()
    scores = page.locator("li.for-me .score")
    expect(scores.first).to_be_visible()
    numbers = [int(text.rsplit(maxsplit=1)[-1].replace("−", "-")) for text in scores.all_inner_texts()]
    assert len(numbers) > COMPARED // 2
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 0 > numbers[-1]
    assert not heard


def towards_the_later_letter(page: Page) -> str:
    """Return the key for the pair on the page: pairs are partly drawn, and always "right" could go round in circles."""
    left, right = (page.locator(f"form.compare input[name={side}]").input_value() for side in ("left", "right"))
    return "End" if left < right else "Home"


def sign_up(page: Page) -> None:
    page.get_by_label("Username").fill("ada")
    page.get_by_label("E-mail").fill("ada@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main form").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()


def link_in_the_mail() -> str:
    found = re.search(r"http\S+/accounts/confirm-email/\S+", mail.outbox[-1].body)
    assert found
    return found[0]
