"""Log-in with an account at another site (OpenID Connect), as the environment says."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from backend.config.secret_files import secret, words_of

PROVIDER_ID = "sso"


@dataclass(frozen=True, slots=True)
class Oidc:
    """What allauth has to know of the provider, and to which origins our log-in form may lead."""

    providers: dict[str, Any] = field(default_factory=dict)
    origins: list[str] = field(default_factory=list)


def oidc_from(env: environ.Env) -> Oidc:
    """Read SOCIAL_OIDC_*; without a server there is no provider.

    Raises
    ------
    ImproperlyConfigured
        A server without client id or secret, or one whose address is not a web address.
    """
    server = env.str("SOCIAL_OIDC_SERVER_URL", default="")
    if not server:
        return Oidc()
    client = {
        "provider_id": PROVIDER_ID,
        "name": env.str("SOCIAL_OIDC_NAME", default=urlsplit(server).hostname),
        "client_id": env.str("SOCIAL_OIDC_CLIENT_ID", default=""),
        "secret": secret(env, "SOCIAL_OIDC_SECRET"),
        "settings": {
            "server_url": server,
            "trusts_email": env.bool("SOCIAL_OIDC_TRUST_EMAIL", default=False),
        },
    }
    if not (client["client_id"] and client["secret"]):
        raise ImproperlyConfigured(
            "SOCIAL_OIDC_SERVER_URL also needs SOCIAL_OIDC_CLIENT_ID, and SOCIAL_OIDC_SECRET or SOCIAL_OIDC_SECRET_FILE"
        )
    # A browser follows the log-in form to the provider only if the content security policy names it.
    origins = [_origin(server), *words_of(env.str("SOCIAL_OIDC_ORIGINS", default=""))]
    return Oidc({"openid_connect": {"APPS": [client], "OAUTH_PKCE_ENABLED": True}}, origins)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.netloc:
        raise ImproperlyConfigured("SOCIAL_OIDC_SERVER_URL must be a web address such as https://login.example.org")
    return f"{parts.scheme}://{parts.netloc}"
