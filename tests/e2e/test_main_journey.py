"""The main job, end to end: a judgment given in a browser reaches the published score."""

import re

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from tests.e2e.conftest import PASSWORD, account


def test_a_judgment_reaches_the_published_score(
    page: Page, live_server: LiveServer, poll, celery_worker_process
) -> None:
    run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)
    account("grace", is_staff=True)

    page.goto(f"{live_server.url}/polls/poll/")
    before = score_of(page, "A")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator("main").get_by_role("link", name="Log in").click()
    page.get_by_label("Username or e-mail address").fill("grace")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()

    page.goto(f"{live_server.url}/polls/poll/compare/?left=a&right=d")
    page.get_by_role("slider", name="Good").press("Home")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Saved. Your own scores now:")).to_be_visible()

    page.get_by_role("link", name="Runs").click()
    page.get_by_role("button", name="Start a run").click()
    expect(page.locator("tbody tr").first).to_contain_text("Succeeded", timeout=60_000)
    expect(page.locator("[hx-trigger]")).to_have_count(0)

    page.get_by_role("link", name="Ranking").click()
    expect(page).to_have_url(re.compile(r"/polls/poll/$"))
    assert score_of(page, "A") > before


def score_of(page: Page, title: str) -> int:
    row = page.locator(".item").filter(has=page.get_by_role("link", name=title, exact=True))
    text = row.locator(".score").inner_text()
    assert re.fullmatch(r"−?\d+", text)
    return int(text.replace("−", "-"))
