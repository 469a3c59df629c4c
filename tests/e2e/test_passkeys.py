"""Passkeys, with Chromium's own virtual authenticator as the device."""

from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import PASSWORD, OpenAs, account, complaints


def plug_in(page: Page) -> CDPSession:
    """Give the browser a device that keeps passkeys and recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log out")).to_have_count(0)


def test_a_passkey_is_added_then_logs_in_alone_then_as_the_second_step(open_as: OpenAs, transactional_db: None) -> None:
    page = open_as(account("ada"), "/accounts/2fa/webauthn/")
    heard = complaints(page)
    plug_in(page)

    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name, to tell it from others").fill("My phone")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("listitem").filter(has_text="My phone")).to_contain_text("Logs in alone")

    log_out(page)
    page.goto("/accounts/login/?next=/accounts/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()

    log_out(page)
    page.goto("/accounts/login/?next=/accounts/")
    page.get_by_label("Username or e-mail address").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert heard == []


def test_a_device_without_passkey_says_what_to_do(open_as: OpenAs, transactional_db: None) -> None:
    page = open_as(None, "/accounts/login/")
    session = plug_in(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="No passkey came")).to_be_visible()
    session.detach()
