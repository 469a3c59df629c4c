"""Second factors after a change of the secret key."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from cryptography.fernet import InvalidToken
from django.db import transaction

ENCRYPTED = ("secret", "seed")  # of an authenticator app, of recovery codes


def second_factors_encrypt_anew() -> tuple[int, int]:
    """Encrypt every second factor with the present secret key; return how many there are, and how many no key reads."""
    keys = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk").values_list("pk", flat=True)
    read = [_encrypt_anew(pk) for pk in keys.iterator()]
    return len(read), read.count(False)


@transaction.atomic
def _encrypt_anew(pk: int) -> bool:
    # Locked: whoever uses up a recovery code at this moment writes the same field.
    authenticator = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if authenticator is None:  # removed meanwhile
        return True
    try:
        authenticator.data = _data_anew(authenticator.data)
    except InvalidToken:
        return False
    authenticator.save(update_fields=["data"])
    return True


def _data_anew(data: dict[str, Any]) -> dict[str, Any]:
    anew = {name: encrypt(decrypt(data[name])) for name in ENCRYPTED if name in data}
    if codes := data.get("migrated_codes"):
        anew["migrated_codes"] = [encrypt(decrypt(code)) for code in codes]
    return data | anew
