"""What a token looks like, and what is kept of it."""

import hashlib
import re
import secrets

PREFIX = "hel_"
"""By which a token is known where one was published by mistake."""
BYTES = 32
SHOWN = 8
"""Characters that are kept to tell tokens apart; the rest is as hard to guess as 28 bytes."""
WELL_FORMED = re.compile(r"hel_[A-Za-z0-9_-]{43}")


def token_draw() -> str:
    """Return a new token, of as much chance as the key of a cipher."""
    return PREFIX + secrets.token_urlsafe(BYTES)


def is_well_formed(token: str) -> bool:
    """Tell whether a text could be a token, before the database is asked."""
    return WELL_FORMED.fullmatch(token) is not None


def digest_of(token: str) -> str:
    """Return what is stored. Nobody can try all tokens, so a slow hash as for passwords would protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()
