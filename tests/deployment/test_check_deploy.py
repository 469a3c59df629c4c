"""Django's own checks of a deployment find nothing to say about docker-compose.yml's environment."""

import os
import subprocess
import sys
from pathlib import Path

from tests.deployment.compose import ROOT, services


def test_the_environment_of_compose_passes_every_check(tmp_path: Path) -> None:
    subprocess.run([ROOT / "deploy/secrets.sh", tmp_path], check=True, capture_output=True)
    given = services({"DOMAIN": "polls.example.org"})["web"]["environment"]
    environment = {name: value.replace("/run/secrets", str(tmp_path)) for name, value in given.items()}
    environment |= {"PATH": os.environ["PATH"], "METRICS_DIR": str(tmp_path / "metrics")}
    argv = [sys.executable, ROOT / "manage.py", "check", "--deploy", "--fail-level=DEBUG"]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
