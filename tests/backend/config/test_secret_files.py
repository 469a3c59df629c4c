"""Secrets come from files where the environment says so."""

import os
import subprocess
import sys

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from backend.config.secret_files import secret, secrets_listed, with_password

PRINT = """
from django.conf import settings as s
print(s.SECRET_KEY, s.SECRET_KEY_FALLBACKS, s.DATABASES["default"]["PASSWORD"], s.REDIS_URL, s.CELERY_BROKER_URL,
      s.EMAIL_HOST_PASSWORD, sep="\\n")
"""
TELL = """
import logging.config, os
from django.conf import settings
logging.config.dictConfig(settings.LOGGING)
for name in [name for name in os.environ if name.endswith("_FILE")]:
    logging.error("a library says %s", open(os.environ[name]).read())
"""


def env_of(**values: str) -> environ.Env:
    env = environ.Env()
    env.ENVIRON = values
    return env


@pytest.fixture
def file_of(tmp_path):
    """Return a function that writes a secret into a file of its own."""

    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_it_works(file_of):
    assert secret(env_of(TOKEN_FILE=file_of("token", "  hush\n")), "TOKEN") == "hush"


def test_without_a_file_the_variable_counts():
    assert secret(env_of(TOKEN="hush", TOKEN_FILE=""), "TOKEN") == "hush"


def test_a_file_goes_before_the_variable(file_of):
    assert secret(env_of(TOKEN="old", TOKEN_FILE=file_of("token", "new")), "TOKEN") == "new"


def test_without_either_there_is_no_secret():
    assert secret(env_of(), "TOKEN") == ""


def test_an_empty_file_is_no_secret(file_of):
    assert secret(env_of(TOKEN_FILE=file_of("token", "\n")), "TOKEN") == ""


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"TOKEN_FILE names .*gone, which cannot be read: No such file"):
        secret(env_of(TOKEN_FILE=str(tmp_path / "gone")), "TOKEN")


def test_a_file_of_bytes_is_refused(tmp_path):
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(ImproperlyConfigured, match="something else than text"):
        secret(env_of(TOKEN_FILE=str(tmp_path / "token")), "TOKEN")


def test_former_keys_stand_on_lines_or_between_commas(file_of):
    assert secrets_listed(env_of(KEYS_FILE=file_of("keys", "one\ntwo, three\n")), "KEYS") == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("url", "with_it"),
    [
        ("redis://redis:6379/0", "redis://:a%2Fb@redis:6379/0"),
        ("rediss://user:old@redis/1", "rediss://user:a%2Fb@redis/1"),
        ("unix:///run/redis.sock?db=2", "unix://:a%2Fb@/run/redis.sock?db=2"),
    ],
)
def test_a_password_goes_into_the_address_of_a_server(url, with_it):
    assert with_password(url, "a/b") == with_it
    assert with_password(url, "") == url


def test_settings_read_every_secret_from_its_file(file_of):
    environment = {
        "DATABASE_URL": "postgresql://helianthus@postgres/helianthus",
        "REDIS_URL": "redis://redis:6379/0",
        "EMAIL_URL": "smtp+tls://us@mail.example.org:587",
        "SECRET_KEY_FILE": file_of("key", "k" * 50),
        "SECRET_KEY_FALLBACKS_FILE": file_of("former", "former"),
        "POSTGRES_PASSWORD_FILE": file_of("postgres", "of the database"),
        "REDIS_PASSWORD_FILE": file_of("redis", "of-redis"),
        "EMAIL_PASSWORD_FILE": file_of("email", "of mail"),
    }
    assert printed(environment).stdout.splitlines() == [
        "k" * 50,
        "['former']",
        "of the database",
        "redis://:of-redis@redis:6379/0",
        "redis://:of-redis@redis:6379/0",
        "of mail",
    ]


def test_no_secret_of_the_settings_is_in_a_log(file_of):
    names = ("SECRET_KEY", "METRICS_TOKEN", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "EMAIL_PASSWORD")
    environment = {f"{name}_FILE": file_of(name, f"hush-{name}-hush") for name in names}
    environment |= {"EMAIL_URL": "smtp+tls://us@mail.example.org:587", "LOG_FORMAT": "json"}
    told = printed(environment, TELL)
    assert told.returncode == 0, told.stderr
    assert told.stderr.count("[secret]") == len(names)
    assert "hush" not in told.stderr


def test_blanks_after_commas_belong_to_no_name():
    environment = {"ALLOWED_HOSTS": "a.example, b.example", "ALERT_EMAILS": "ada@a.example , bob@a.example,"}
    script = "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.ALERT_EMAILS)"
    told = printed(environment, script)
    assert told.stdout.strip() == "['a.example', 'b.example'] ['ada@a.example', 'bob@a.example']"


def test_settings_name_the_variable_whose_file_is_missing():
    refused = printed({"POSTGRES_PASSWORD_FILE": "/nowhere/password"})
    assert refused.returncode
    assert "POSTGRES_PASSWORD_FILE names /nowhere/password" in refused.stderr.splitlines()[-1]


def printed(environment: dict[str, str], script: str = PRINT) -> subprocess.CompletedProcess[str]:
    """Print the secrets that settings hold in a process of this environment."""
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "backend.config.settings"} | environment
    return subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )
