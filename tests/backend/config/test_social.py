"""The provider of other sites' accounts, as the environment says."""

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.config.social import Oidc, oidc_from

GIVEN = {
    "SOCIAL_OIDC_SERVER_URL": "https://login.example.org/realms/one",
    "SOCIAL_OIDC_CLIENT_ID": "us",
    "SOCIAL_OIDC_SECRET": "hush",
}


def read(values: dict[str, str]) -> Oidc:
    env = environ.Env()
    env.ENVIRON = values
    return oidc_from(env)


def test_without_a_server_there_is_no_provider():
    assert read({}) == Oidc()


def test_it_works():
    oidc = read(GIVEN | {"SOCIAL_OIDC_NAME": "Our login", "SOCIAL_OIDC_ORIGINS": "https://other.example"})
    (app,) = oidc.providers["openid_connect"]["APPS"]
    assert (app["name"], app["client_id"], app["secret"]) == ("Our login", "us", "hush")
    assert app["settings"] == {"server_url": GIVEN["SOCIAL_OIDC_SERVER_URL"], "trusts_email": False}
    assert oidc.origins == ["https://login.example.org", "https://other.example"]


def test_the_secret_may_be_in_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("whispered\n")
    oidc = read(GIVEN | {"SOCIAL_OIDC_SECRET_FILE": str(path)})
    assert oidc.providers["openid_connect"]["APPS"][0]["secret"] == "whispered"


@pytest.mark.parametrize("name", ["SOCIAL_OIDC_CLIENT_ID", "SOCIAL_OIDC_SECRET"])
def test_a_provider_without_credentials_is_refused(name):
    with pytest.raises(ImproperlyConfigured, match=name):
        read(GIVEN | {name: ""})


@pytest.mark.parametrize("url", ["login.example.org", "ftp://login.example.org", "https://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="web address"):
        read(GIVEN | {"SOCIAL_OIDC_SERVER_URL": url})
