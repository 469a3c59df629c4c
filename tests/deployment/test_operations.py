"""docs/operations.md names every setting, and no other; the units of systemd do what docker-compose.yml does."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.deployment.compose import ROOT, compose, services
from tests.deployment.installation import seconds

TEXT = (ROOT / "docs/operations.md").read_text()
UNITS = ROOT / "deploy/systemd"
READS = re.compile(
    r"""(?:\benv\.\w+\(|\bsecret\(env,|\bsecrets_listed\(env,|os\.environ\.get\(|os\.environ\[)\s*"(\w+)"""
)
IS_SECRET = re.compile(r'\bsecret(?:s_listed)?\(env, "(\w+)"')
# Of the system or of others' libraries, or made by us for our children.
NOT_SETTINGS = {"HOME", "XDG_CACHE_HOME", "POLARS_MAX_THREADS", "METRICS_TOKEN_FILE"}
OF_LIBRARIES = {"NUMBA_CACHE_DIR"}


def found(pattern: re.Pattern[str]) -> set[str]:
    files = [path for folder in ("backend", "frontend", "solidago") for path in (ROOT / folder).rglob("*.py")]
    return {name for path in files for name in pattern.findall(path.read_text())}


def rows(heading: str) -> list[str]:
    """Return the first cell of each row of a section's table."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    return re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)


def test_the_table_of_settings_names_what_the_code_reads() -> None:
    named = {name for cell in rows("Settings") for name in re.findall(r"`([A-Z_]+)`", cell)}
    assert named == (found(READS) - NOT_SETTINGS) | OF_LIBRARIES


def test_it_says_which_of_them_may_be_files() -> None:
    marked = {re.findall(r"`([A-Z_]+)`", cell)[-1] for cell in rows("Settings") if cell.endswith("(a secret)")}
    assert marked == found(IS_SECRET)


def test_compose_sets_nothing_that_is_not_there() -> None:
    known = found(READS) | OF_LIBRARIES | {f"{name}_FILE" for name in found(IS_SECRET)}
    for name in ("web", "worker", "beat", "migrate"):
        assert set(services()[name]["environment"]) <= known


def test_the_pages_that_it_points_to_are_there() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    targets = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert {target[1:] for target in targets if target.startswith("#")} <= anchors
    files = {target.split("#")[0] for target in targets if not target.startswith(("#", "http"))}
    assert [name for name in files if not (ROOT / "docs" / name).exists()] == []


# ---------------------------------------------------------------- systemd
def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, delimiters="=", interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return parser


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_unit_runs_the_command_of_compose_with_its_limits(name: str) -> None:
    service, facts = unit(UNITS / f"helianthus-{name}.service")["Service"], services()[name]
    gunicorn = ["gunicorn", "-c", "python:backend.config.gunicorn"]
    assert service["ExecStart"].removeprefix("/opt/helianthus/.venv/bin/").split() == facts.get("command", gunicorn)
    assert int(service["TimeoutStopSec"]) == seconds(facts["stop_grace_period"])
    limits = facts["deploy"]["resources"]["limits"]
    assert service["MemoryMax"].lower() == limits["memory"]
    assert float(service["CPUQuota"].rstrip("%")) == 100 * float(limits["cpus"])
    assert service["KillMode"] == "mixed", "children end when their parent says so"


def test_units_are_locked_down_and_get_every_secret() -> None:
    text = (UNITS / "helianthus-.service.d/common.conf").read_text()
    for line in ("User=helianthus", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict"):
        assert line in text.splitlines()
    secrets = set(services()["web"]["secrets"])
    assert set(re.findall(r"^LoadCredential=(\w+):", text, re.MULTILINE)) == secrets
    assert set(re.findall(r"(\w+)_FILE=%d/", text)) == {name.upper() for name in secrets}
    assert secrets <= set(compose()["secrets"])
