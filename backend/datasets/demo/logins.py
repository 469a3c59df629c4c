"""The two accounts of a demonstration. Their passwords are drawn at random and kept in one private file."""

import json
import secrets
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings

from backend.accounts.models import EmailDomain, User
from backend.accounts.services import contributor_get_or_create
from backend.common.errors import InvalidImport

DOMAIN = "demo.invalid"
"""Reserved by RFC 2606: no mail can ever be received there, so nobody can verify an address of it."""
STAFF, VISITOR = "demo", "visitor"


def logins_path() -> Path:
    """Return where the passwords are kept."""
    return Path(settings.LOCAL_DIR) / "demo-login"


def logins_read() -> dict[str, str]:
    """Return password by user name; empty before the first load."""
    path = logins_path()
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def logins_store() -> dict[str, str]:
    """Make both accounts, or give them the passwords of the file again; return password by user name.

    Raises
    ------
    InvalidImport
        Somebody else owns one of the names.
    """
    for name in (STAFF, VISITOR):
        if User.objects.filter(username__iexact=name).exclude(email=_address(name)).exists():
            raise InvalidImport(reason=f"The account {name!r} exists and is not the demonstration's.")
    logins = logins_read() or {name: secrets.token_urlsafe(9) for name in (STAFF, VISITOR)}
    EmailDomain.objects.get_or_create(domain=DOMAIN, defaults={"is_trusted": True})
    for name, password in logins.items():
        _account_store(name, password)
    _write(logins)
    return logins


def _account_store(name: str, password: str) -> None:
    is_staff = name == STAFF
    user, _ = User.objects.get_or_create(
        username=name, defaults={"email": _address(name), "is_staff": is_staff, "is_superuser": is_staff}
    )
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    contributor_get_or_create(user=user)


def _address(name: str) -> str:
    return f"{name}@{DOMAIN}"


def _write(logins: dict[str, str]) -> None:
    path = logins_path()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps(logins) + "\n", "utf-8")
