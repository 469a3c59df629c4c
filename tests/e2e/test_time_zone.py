"""Times are told in the zone of the reader's clock, which the browser tells without being in the way."""

from playwright.sync_api import Page

from tests.e2e.conftest import OpenAs

TOLD = """() => new Promise((done) => {
    const look = () => document.cookie.includes("timezone=") ? done(document.cookie) : setTimeout(look, 50);
    look();
})"""


def offset(page: Page) -> str | None:
    return page.locator("html").get_attribute("data-utc-offset")


def test_a_clock_that_is_not_the_servers_is_told_from_the_next_page_on(open_as: OpenAs) -> None:
    page = open_as(None, "/how-it-works/", timezone_id="Asia/Tokyo")
    assert offset(page) == "0"
    assert "timezone=Asia/Tokyo" in page.evaluate(TOLD)
    page.reload()
    assert offset(page) == str(9 * 60 * 60)
