"""The Dockerfile. There is no container engine here: what it says is checked, and run without it."""

import re
import subprocess

from tests.deployment.compose import ROOT, services

TEXT = (ROOT / "Dockerfile").read_text()
LINES = re.sub(r"\\\n\s*", "", TEXT).splitlines()
BUILD, FINAL = TEXT.split("FROM ${BASE}\n")


def said(instruction: str, text: str = TEXT) -> list[str]:
    return re.findall(rf"^{instruction} (.+)$", re.sub(r"\\\n\s*", "", text), re.MULTILINE)


def test_the_base_is_named_by_its_digest() -> None:
    assert re.fullmatch(r"BASE=python:3[.]11-[\w-]+@sha256:[0-9a-f]{64}", said("ARG")[0])
    assert [line.split(" AS ")[0] for line in said("FROM")] == ["${BASE}", "${BASE}"]


def test_packages_are_installed_by_their_hashes() -> None:
    installs = [line for line in said("RUN") if "install " in line]
    assert len(installs) == 1
    assert "pip install --require-hashes -r requirements/base.txt" in installs[0]


def test_kernels_translations_and_static_files_are_made_in_the_build() -> None:
    (made,) = [line for line in said("RUN", BUILD) if "warm" in line]
    for command in ("python -m solidago warm", "scripts/messages.py compile", "manage.py collectstatic"):
        assert command in made


def test_the_final_stage_runs_as_an_ordinary_user_who_owns_nothing_in_it() -> None:
    assert said("USER") == ["10001:10001"]
    assert {services()[name]["user"] for name in ("web", "worker", "beat", "migrate")} == {"10001:10001"}
    assert "--chown" not in TEXT
    assert said("COPY", FINAL) == ["--from=build /venv /venv", "--from=build /app /app"]


def test_it_says_what_it_is_and_how_it_fares() -> None:
    labels = said("LABEL")[0]
    for name in ("title", "description", "licenses", "version"):
        assert f"org.opencontainers.image.{name}=" in labels
    assert "web_answers.py" in said("HEALTHCHECK")[0]


def test_it_copies_what_the_ignore_file_lets_through() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sources_copied() == allowed
    assert [name for name in sources_copied() if not (ROOT / name).exists()] == []


def test_scripts_are_executable() -> None:
    listed = subprocess.run(["git", "ls-files", "--stage", "deploy"], cwd=ROOT, capture_output=True, text=True)
    scripts = [line for line in listed.stdout.splitlines() if line.endswith(".sh")]
    assert scripts
    assert [line for line in scripts if not line.startswith("100755")] == []


def sources_copied() -> set[str]:
    """Return what is copied from the project's folder."""
    return {word for line in said("COPY", BUILD) for word in line.split()[:-1]}
