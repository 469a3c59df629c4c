"""What must not stand in a log: addresses of people and of their machines, passwords, tokens.

Our own lines name people by number and pages by route. This is for what libraries and tracebacks quote.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from re import Match

from structlog.typing import EventDict, WrappedLogger

Processor = Callable[[WrappedLogger, str, EventDict], EventDict]

SHORTEST_SECRET = 8
"""A shorter secret is no secret, and its letters would be cut out of ordinary words."""
URL_PASSWORD = re.compile(r"(://)[^/\s:@]*:[^/\s@]+@")
# Tried once a word: from each of its letters, a header of one long word would take a second.
EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE)
LINK_KEY = re.compile(r"(/(?:reset/key|confirm-email|login/code)/)[^/\s'\"]+")
"""Keys in links of mails: whoever has one may set a password."""
TOKEN = re.compile(r"\bhel_[A-Za-z0-9_-]{20,}")
"""Personal tokens, even where they were cut."""


def scrubber(secrets: Iterable[str] = ()) -> Processor:
    """Return a processor of structlog that takes out what must not be there; ``secrets`` are texts to look for."""
    known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)

    def scrub(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        return {key: _scrubbed(value, known) for key, value in event.items()}

    return scrub


def without_address(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Take out the address that Django tells of a request that it refused: what was asked for, names and keys."""
    event.pop("message", None)  # the same again, from a handler that wrote it before this one
    request = event.pop("request", None)
    if path := getattr(request, "path", ""):
        event["event"] = str(event["event"]).removesuffix(f": {path}")
    return event


def _scrubbed(value: object, secrets: list[str]) -> object:
    if not isinstance(value, str):
        return value if value is None or isinstance(value, bool | int | float) else _scrubbed(str(value), secrets)
    for secret in secrets:
        value = value.replace(secret, "[secret]")
    value = URL_PASSWORD.sub(r"\1[secret]@", value)
    value = TOKEN.sub("[token]", LINK_KEY.sub(r"\1[key]", value))
    value = EMAIL.sub("[e-mail]", value)
    return IPV6.sub(_address, IPV4.sub(_address, value))


def _address(match: Match[str]) -> str:
    """Hide an address, unless it is nobody's: that of this machine to itself, where servers say that they listen."""
    try:
        ip = ipaddress.ip_address(match[0])
    except ValueError:
        return match[0]  # a time, a version
    return match[0] if ip.is_loopback or ip.is_unspecified else "[address]"
