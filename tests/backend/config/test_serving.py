"""What must be set before anybody is served."""

import os
import subprocess
import sys

from django.conf import settings


def imported(module: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import a module in a process that has only this environment."""
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "backend.config.settings"} | environment
    code = f"import {module}"
    return subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)


def test_no_key_no_service():
    refused = imported("backend.config.wsgi")
    assert refused.returncode
    assert "SECRET_KEY is not set" in refused.stderr.splitlines()[-1]


def test_an_empty_key_is_no_key():
    assert imported("backend.config.wsgi", SECRET_KEY="").returncode


def test_with_a_key_the_application_loads():
    assert imported("backend.config.wsgi", SECRET_KEY="x" * 50).stderr == ""


def test_behind_a_proxy_its_entry_is_believed_and_no_other():
    code = "from backend.config import settings as s; assert (s.NUM_PROXIES, s.ALLAUTH_TRUSTED_PROXY_COUNT) == (%d, %d)"
    for count, environment in (
        (0, {}),
        (1, {"BEHIND_PROXY": "true"}),
        (2, {"BEHIND_PROXY": "true", "NUM_PROXIES": "2"}),
    ):
        env = {"PATH": os.environ["PATH"]} | environment
        subprocess.run([sys.executable, "-c", code % (count, count)], cwd=settings.BASE_DIR, env=env, check=True)
