"""Secrets, from the environment or from files that it names: ``NAME_FILE`` goes before ``NAME``.

A file stays out of process lists, of ``docker inspect`` and of crash reports.
"""

from pathlib import Path
from urllib.parse import quote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


def secret(env: environ.Env, name: str) -> str:
    """Return a secret without the blanks around it; empty where there is none.

    Raises
    ------
    ImproperlyConfigured
        ``NAME_FILE`` names a file that cannot be read.
    """
    path = env.str(f"{name}_FILE", default="")
    if not path:
        return str(env.str(name, default=""))
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which holds something else than text.") from error


def secrets_listed(env: environ.Env, name: str) -> list[str]:
    """Return secrets that are separated by commas or lines."""
    return words_of(secret(env, name))


def words_of(text: str) -> list[str]:
    """Return what is separated by commas or lines, without the blanks around it."""
    words = (word.strip() for word in text.replace("\n", ",").split(","))
    return [word for word in words if word]


def with_password(url: str, password: str) -> str:
    """Return the URL of a server with this password in it, in place of any other; as it is without one."""
    if not password:
        return url
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0].partition(":")[0]
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()
