"""The ranking in a browser."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import OpenAs, complaints
from tests.factories import EntityFactory, publish


def test_filters_change_the_results_and_the_address_and_nothing_else(open_as: OpenAs, poll) -> None:
    EntityFactory(poll=poll, uid="owl", title="An owl", tags=["bird"])
    EntityFactory(poll=poll, uid="gull", title="A gull", tags=["bird"])
    publish(poll)
    page = open_as(None, "/polls/poll/")
    heard = complaints(page)
    search = page.get_by_label("Search")
    search.press_sequentially("ow")
    expect(page.locator(".item")).to_have_count(1)
    expect(search).to_be_focused()
    expect(page).to_have_url(re.compile(r"q=ow"))
    search.fill("")
    expect(page.locator(".item")).to_have_count(6)
    page.get_by_role("link", name=re.compile("^bird")).click()
    expect(page.locator(".item")).to_have_count(2)
    page.get_by_label("Ranked by").select_option("Clear")
    expect(page).to_have_url(re.compile(r"criterion=clear.*tag=bird"))
    expect(page.get_by_role("status")).to_contain_text("2 items")
    page.reload()
    expect(page.locator(".item")).to_have_count(2)
    page.go_back()
    expect(page.get_by_label("Ranked by")).to_have_value("good")
    assert not heard


def test_without_scripts(open_as: OpenAs, poll) -> None:
    EntityFactory(poll=poll, uid="owl", title="An owl", tags=["bird"])
    page = open_as(None, "/polls/poll/", java_script_enabled=False)
    page.get_by_label("Search").fill("owl")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".item")).to_have_count(1)
    page.get_by_role("link", name="An owl").click()
    expect(page.get_by_role("heading", name="An owl")).to_be_visible()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", name="An owl")).to_be_visible()
