"""The pages of runs in a browser."""

import pytest
from playwright.sync_api import expect

from backend.accounts.models import User
from backend.pipeline.models import Run
from tests.e2e.conftest import OpenAs, account


@pytest.mark.parametrize("trouble", ["refused", "offline"])
def test_a_page_that_follows_a_run_stops_asking_and_says_why(open_as: OpenAs, poll, trouble: str) -> None:
    run = Run.objects.create(poll=poll, trigger=Run.Trigger.PAGE, status=Run.Status.RUNNING, step="scaling")
    page = open_as(account("grace", is_staff=True), f"/polls/poll/runs/{run.pk}/")
    expect(page.get_by_text("One scale for all contributors")).to_be_visible()
    asked: list[str] = []
    if trouble == "refused":
        User.objects.update(is_staff=False)
        words = "Only the owner of this poll"
    else:
        page.route("**/runs/*/", lambda route: route.abort())
        words = "The server did not answer"
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(words)
    expect(alert).to_contain_text("no longer follows")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1_500)
    assert asked == []
    expect(page.get_by_text("One scale for all contributors")).to_be_visible()
