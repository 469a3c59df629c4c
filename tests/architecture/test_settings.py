"""Settings read the environment and touch nothing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def settings_print(expression: str, **environment: str) -> str:
    """Read a setting in a process that has only this environment."""
    code = f"from django.conf import settings; print({expression})"
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "backend.config.settings"} | environment
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_settings_load_without_any_environment_and_are_safe() -> None:
    assert (
        settings_print("settings.DEBUG, '*' in settings.ALLOWED_HOSTS, len(settings.SECRET_KEY) > 40")
        == "False False True"
    )


def test_socket_of_redis_is_spelled_as_celery_wants_it() -> None:
    url = settings_print("settings.CELERY_BROKER_URL", REDIS_URL="unix:///run/redis.sock?db=3")
    assert url == "redis+socket:///run/redis.sock?virtual_host=3"


def test_socket_of_postgresql_is_understood() -> None:
    database = "settings.DATABASES['default']"
    url = "postgresql://helianthus@/helianthus?host=/run/here"
    shown = settings_print(f"{database}['NAME'], {database}['HOST'] or {database}['OPTIONS']['host']", DATABASE_URL=url)
    assert shown == "helianthus /run/here"
