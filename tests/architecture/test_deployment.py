"""The files that other people's tools read: the locked requirements. Compose and the image: tests/deployment."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
REGISTRY_HOST = re.compile("|".join(("files[.]pythonhosted", "pypi[.]org", "registry[.]npmjs", "yarnpkg[.]com")))


def tracked_files() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in names.split("\0") if (path := ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_its_hashes(lock: Path) -> None:
    requirements = re.findall(r"^[a-z0-9].*==.*(?:\n {4}.*)*", lock.read_text(), re.MULTILINE | re.IGNORECASE)
    assert requirements
    assert [text.split()[0] for text in requirements if "--hash=sha256:" not in text] == []


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = [path for path in tracked_files() if REGISTRY_HOST.search(path.read_text(errors="ignore"))]
    assert [str(path.relative_to(ROOT)) for path in naming] == []
