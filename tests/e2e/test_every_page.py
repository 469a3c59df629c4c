"""What must hold on every page: accessible in light and dark, narrow on phones, no complaint of the browser."""

from urllib.parse import urlsplit

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

from backend.accounts.models import Contributor, PersonalToken, User
from backend.accounts.services import contributor_get_or_create
from backend.accounts.tokens.services import token_create
from backend.common.api.scopes import Scope
from backend.participation.vouches.services import vouch_code
from backend.pipeline.models import Run
from backend.pipeline.services import run_create, run_execute
from tests.e2e.conftest import PASSWORD, PHONE, OpenAs, account, complaints
from tests.factories import judged_poll, say

PAGES = {
    "a visitor": (
        "/",
        "/how-it-works/",
        "/proof/?proof=wrong",
        "/polls/poll/",
        "/polls/poll/?q=zebra",
        "/polls/poll/?criterion=*&w-good=3&w-clear=7&contributors=1",
        "/polls/poll/items/d/",
        "/polls/poll/groups/",
        "/polls/poll/widget/",
        "/polls/poll/widget/?size=large&item=d",
        "/polls/poll/integrity/",
        "/polls/poll/compare/",
    ),
    "a visitor with an account to find": (
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/confirm-email/",
        "/accounts/inactive/",
        "/goodbye/",
    ),
    "a contributor": (
        "/polls/poll/compare/?left=a&right=b",
        "/polls/poll/compare/?left=c&right=d",
        "/polls/poll/comparisons/",
        "/polls/poll/me/",
        "/polls/poll/me/trust/",
        "/polls/poll/me/proof/",
        "/vouch/?code={code}",
        "/polls/poll/me/second-looks/",
        "/polls/poll/me/items/",
        "/polls/poll/me/items/?q=zebra",
        "/polls/poll/recommendations/",
        "/polls/poll/recommendations/?show=rated",
        "/polls/poll/later/",
        "/polls/poll/compare/aside/",
        "/polls/poll/compare/pick/?side=right&left=a&right=b",
        "/polls/poll/compare/pick/?q=zebra",
        "/polls/poll/?page=99",
    ),
    "an owner": (
        "/polls/poll/note/?item=d",
        "/polls/poll/integrity/what-if/?item=d",
        "/polls/poll/runs/",
        "/polls/new/",
        "/polls/poll/settings/",
        "/polls/poll/settings/criteria/",
        "/polls/poll/settings/items/",
        "/polls/poll/settings/scores/",
        "/polls/poll/runs/{run}/",
        "/state/",
        "/polls/poll/runs/{run}/changes/",
        "/polls/poll/runs/{run}/changes/?q=zebra",
        "/polls/poll/runs/{run}/changes/?since={run}",
        "/polls/poll/runs/{run}/show/",
        "/polls/poll/runs/forward/",
        "/runs/",
    ),
    "somebody at their account": (
        "/accounts/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/sessions/",
        "/accounts/tokens/",
        "/accounts/tokens/{token}/revoke/",
        "/accounts/yours/",
        "/accounts/3rdparty/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
    ),
    "somebody who has just said again who they are": (
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/tokens/new/",
        "/accounts/yours/delete/",
    ),
    "somebody with a second step": (
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/2fa/recovery-codes/generate/",
    ),
}
"""By who looks at them; only the first two are not logged in."""


@pytest.fixture
def run(transactional_db: None) -> Run:
    """Return the run of a poll with words of awkward length."""
    poll = judged_poll(slug="poll", title="A " + "fine " * 12 + "poll", criteria=("good", "clear"), is_simulated=True)
    poll.entities.filter(uid="d").update(
        title="Donaudampfschifffahrtsgesellschaft " * 3, text="Words. " * 60, author="W" * 60, tags=["x" * 40, "y"]
    )
    poll.criteria.filter(name="clear").update(is_optional=True, title="Clear " * 12)
    return run_execute(run_id=run_create(poll=poll, trigger=Run.Trigger.COMMAND).pk)


@pytest.fixture
def grace(run: Run) -> User:
    user = account("grace", is_staff=True)
    say(contributor_get_or_create(user=user), run.poll, "a", "b", good=3, clear=-2)
    token_create(user=user, name="W" * 60, scopes=tuple(Scope), days=30)
    return user


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_in_light_and_dark_fits_a_phone_and_contents_the_browser(
    open_as: OpenAs, run: Run, grace: User, who: str
) -> None:
    if who == "somebody with a second step":
        TOTP.activate(grace, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(grace)
    page = open_as(visitor_or(grace, who), "/", viewport=PHONE, reduced_motion="reduce")
    heard = complaints(page)
    page.add_init_script(path=AXE_FILE_PATH)  # rather than to hand it over twice a page
    problems = []
    for path in PAGES[who]:
        page.emulate_media(color_scheme="light")
        opened(page, path, run)
        problems += [f"{path}: {words}" for words in (*violations(page), *excess(page))]
        page.emulate_media(color_scheme="dark")  # the same page in other colours
        problems += [f"{path}, dark: {words}" for words in violations(page, runOnly=["color-contrast"])]
    assert problems + [words for words in heard if "404" not in words] == []


def visitor_or(user: User, who: str) -> User | None:
    return None if who.startswith("a visitor") else user


def opened(page: Page, path: str, run: Run) -> None:
    """Go to a page and unfold all that it folds away."""
    code = vouch_code(contributor=Contributor.objects.exclude(name="grace").earliest("pk"))
    address = path.format(run=run.pk, code=code, token=PersonalToken.objects.get().pk)
    page.goto(address)
    if "/reauthenticate/" in page.url and "/reauthenticate/" not in path:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    assert urlsplit(page.url).path == urlsplit(address).path, "led elsewhere"
    page.locator("details:not([open]) > summary").evaluate_all("all => all.forEach(one => one.click())")


def violations(page: Page, **options: object) -> list[str]:
    judge = "options => axe.run(options).then(found => found.violations)"
    found = page.evaluate(judge, {"resultTypes": ["violations"], **options})
    return [f"{violation['id']} at {[node['target'] for node in violation['nodes']]}" for violation in found]


def excess(page: Page) -> list[str]:
    pixels = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{pixels} px too wide"] if pixels else []
