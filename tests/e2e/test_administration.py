"""The administration in a browser."""

from playwright.sync_api import expect

from backend.accounts.models import Contributor
from tests.e2e.conftest import OpenAs, account, complaints


def test_somebody_is_suspended_after_a_question_and_the_log_tells_who_did(open_as: OpenAs, poll) -> None:
    page = open_as(account("grace", is_staff=True, is_superuser=True), "/admin/")
    heard = complaints(page)
    page.get_by_role("link", name="Contributors", exact=True).first.click()
    someone = Contributor.objects.exclude(name="grace").latest("pk")
    page.get_by_role("row", name=someone.name).get_by_role("checkbox").check()
    page.get_by_label("Action:").select_option("suspend")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.get_by_text("they cannot add any")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=someone.name)).to_be_visible()
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_text("Done: 1 of 1 changed.")).to_be_visible()
    page.goto("/admin/admin/logentry/")
    expect(page.get_by_role("row").filter(has_text="is_suspended: False → True")).to_contain_text("grace")
    assert heard == []
