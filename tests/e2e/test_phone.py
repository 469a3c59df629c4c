"""What a narrow screen must not cut off."""

import pytest
from playwright.sync_api import Page

from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from tests.e2e.conftest import PHONE, OpenAs, account


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_tab_of_the_page_and_the_captions_of_wide_tables_are_in_view(open_as: OpenAs, poll, scripts: bool) -> None:
    run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)
    staff = account("grace", is_staff=True)
    page = open_as(staff, "/polls/poll/", viewport=PHONE, java_script_enabled=scripts)
    for place in ("", "groups/", "integrity/", "runs/", "settings/"):
        page.goto(f"/polls/poll/{place}")
        assert is_in_view(page, ".tabs [aria-current]"), place
    page.goto("/polls/poll/integrity/")
    assert page.locator("caption:visible").count()
    assert is_in_view(page, "caption")


def is_in_view(page: Page, selector: str) -> bool:
    boxes = [found.bounding_box() for found in page.locator(selector).all() if found.is_visible()]
    return all(box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] for box in boxes)
