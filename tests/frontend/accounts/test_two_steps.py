"""Codes and passkeys besides, or in place of, the password. What needs a device is in tests/e2e/test_passkeys.py."""

import base64
import hmac
import json
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from backend.accounts.models import User
from tests.frontend.accounts.conftest import NEW_PASSWORD, PASSWORD, is_in, link, logged_in, proved

TOTP = "/accounts/2fa/totp/activate/"
SECOND = "/accounts/2fa/authenticate/"
JUNK = (
    "", "x", "[]", "{}", "null", "1", '"a"', '{"id": "a"}', '{"response": "a"}', '{"response": {"userHandle": 1}}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"userHandle": "MQ", "clientDataJSON": "AAAA"}}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "attestationObject": "AAAA"}}',
    '{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"userHandle": "MQ", "clientDataJSON": "e30",'
    ' "authenticatorData": "AAAA", "signature": "AAAA"}}',
    "[" * 15_000, '{"a": "\\u0000"}', '{"a": "' + "b" * 30_000 + '"}',
)  # fmt: skip


def code(secret: str) -> str:
    """Compute what an authenticator app shows now (RFC 6238)."""
    key, counter = base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(key, counter, "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def with_app(client: Client) -> str:
    """Turn the authenticator app on, and return its secret."""
    proved(client, TOTP)
    secret = re.search(r'class="secret"[^>]*>(\w+)<', client.get(TOTP).text)[1]
    assert client.post(TOTP, {"code": code(secret)}).url == "/accounts/2fa/recovery-codes/"
    cache.clear()  # a code counts once
    return secret


def with_password(**answers: str) -> Client:
    client = Client()
    assert client.post("/accounts/login/", {"login": "ada", "password": PASSWORD} | answers).url == SECOND
    return client


def recovery_codes(client: Client) -> list[str]:
    return re.findall(r"<li>(\d+)</li>", client.get("/accounts/2fa/recovery-codes/").text)


def test_a_code_of_the_app_is_the_second_step(ada):
    secret = with_app(logged_in())
    client = with_password(next="/how-it-works/")
    assert not is_in(client)
    assert "Incorrect" in client.post(SECOND, {"code": "000000"}).text
    assert client.post(SECOND, {"code": code(secret)}).url == "/how-it-works/"
    assert is_in(client)


def test_secrets_are_unreadable_in_a_copy_of_the_database(ada):
    client = logged_in()
    secret = with_app(client)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not [code for code in recovery_codes(client) if code in stored]


def test_what_a_former_key_encrypted_is_still_read(ada, settings):
    with_app(logged_in())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    assert Authenticator.objects.get(type="totp").wrap().validate_code("000000") is False


def test_after_second_factors_are_encrypted_anew_the_former_key_can_go(ada, settings):
    client = logged_in()
    secret, codes = with_app(client), recovery_codes(client)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    call_command("encrypt_second_factors")
    settings.SECRET_KEY_FALLBACKS = []
    assert is_in((app := with_password()).post(SECOND, {"code": code(secret)}) and app)
    assert is_in((recovery := with_password()).post(SECOND, {"code": codes[0]}) and recovery)


def test_a_second_factor_that_no_key_reads_is_left_as_it_is(ada, settings):
    with_app(logged_in())
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    settings.SECRET_KEY = "another" * 9
    with pytest.raises(CommandError, match="2 of 2 second factors were encrypted with a key"):
        call_command("encrypt_second_factors")
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before


def test_a_code_works_once(ada):
    secret = with_app(logged_in())
    used = code(secret)
    with_password().post(SECOND, {"code": used})
    assert not is_in((again := with_password()).post(SECOND, {"code": used}) and again)


def test_a_recovery_code_works_once_and_logs_in(ada):
    client = logged_in()
    with_app(client)
    one, *others = recovery_codes(client)
    assert len(others) == 9
    assert is_in((first := with_password()).post(SECOND, {"code": one}) and first)
    assert not is_in((again := with_password()).post(SECOND, {"code": one}) and again)
    assert recovery_codes(client) == others
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 200


def test_codes_cannot_be_guessed_at_will(ada):
    with_app(logged_in())
    client = with_password()
    answers = [client.post(SECOND, {"code": f"{n:06}"}) for n in range(12)]
    assert "too many" in answers[-1].text.lower() or answers[-1].status_code == 429


def test_turning_the_app_off_asks_for_a_proof(ada):
    client = logged_in()
    with_app(client)
    fresh = with_password()
    assert Authenticator.objects.filter(type="totp").exists()
    assert fresh.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert Authenticator.objects.filter(type="totp").exists()
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()


def test_a_reset_of_the_password_does_not_pass_by_the_second_step(ada):
    with_app(logged_in())
    client = Client()
    client.post("/accounts/password/reset/", {"email": ada.email})
    form = client.get(link("password/reset"))
    client.post(form.url, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not is_in(client)
    assert client.post("/accounts/login/", {"login": "ada", "password": NEW_PASSWORD}).url == SECOND


@pytest.mark.parametrize("credential", JUNK)
def test_a_passkey_that_cannot_be_read_is_refused_in_words(ada, credential):
    options = {"accept": "application/json"}
    door = Client()
    assert "challenge" in door.get("/accounts/2fa/webauthn/login/", headers=options).text
    assert door.post("/accounts/2fa/webauthn/login/", {"credential": credential}).url == "/accounts/login/"
    assert not is_in(door)
    client = logged_in()
    proved(client, "/accounts/2fa/webauthn/add/")
    refused = client.post("/accounts/2fa/webauthn/add/", {"credential": credential, "name": "Key"})
    assert "errorlist" in refused.text
    assert not Authenticator.objects.exists()


def test_others_passkeys_are_not_mine(ada):
    User.objects.filter(pk=ada.pk).update(username="eve")
    other = User.objects.create(username="bob")
    key = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Bob’s", "credential": {}})
    client = logged_in("eve")
    assert "Bob’s" not in client.get("/accounts/2fa/webauthn/").text
    for action in ("remove", "edit"):
        url = f"/accounts/2fa/webauthn/keys/{key.pk}/{action}/"
        cache.clear()
        asked = client.get(url)
        answer = client.post(asked.url, {"password": PASSWORD}) if asked.status_code == 302 else asked
        answer = client.get(answer.url) if answer.status_code == 302 else answer
        assert answer.status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()
