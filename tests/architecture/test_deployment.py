"""The files that other people's tools read: Compose, the image, the locked requirements."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
REGISTRY_HOST = re.compile("|".join(("files[.]pythonhosted", "pypi[.]org", "registry[.]npmjs", "yarnpkg[.]com")))


def tracked_files() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.split("\0") if (path := ROOT / name).is_file()]


def test_compose_runs_the_processes_of_the_demonstration() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert SERVICES["worker"]["command"][:4] == ["celery", "-A", "backend.config", "worker"]
    assert SERVICES["beat"]["command"][:4] == ["celery", "-A", "backend.config", "beat"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_lasting_service_reports_its_health(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_service_waits_for_its_stores_and_for_the_migrations(name: str) -> None:
    assert {each: facts["condition"] for each, facts in SERVICES[name]["depends_on"].items()} == {
        "postgres": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


def test_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\w+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users == ["helianthus"]


def test_image_copies_what_the_ignore_file_lets_through() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied: set[str] = set()
    for sources in re.findall(r"^COPY (?:--\S+ )?(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        copied |= set(sources.split())
    assert copied == allowed


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes(lock: Path) -> None:
    requirements = re.findall(r"^[a-z0-9].*==.*(?:\n {4}.*)*", lock.read_text(), re.MULTILINE | re.IGNORECASE)
    assert requirements
    assert [text.split()[0] for text in requirements if "--hash=sha256:" not in text] == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = [path for path in tracked_files() if REGISTRY_HOST.search(path.read_text(errors="ignore"))]
    assert [str(path.relative_to(ROOT)) for path in naming] == []
