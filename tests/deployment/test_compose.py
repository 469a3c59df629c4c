"""docker-compose.yml: valid, and locked down as docs/operations.md says."""

import hashlib
import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from backend.observability.probes import heartbeats
from tests.deployment.compose import ROOT, compose, services, variables_named

SERVICES = services()
OURS = ("web", "worker", "beat", "migrate")
LASTING = sorted(set(SERVICES) - {"migrate"})
SCHEMA = json.loads((ROOT / "deploy/schema/compose-spec.json").read_text())


def faults(document: dict[str, Any]) -> list[str]:
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


# ---------------------------------------------------------------- the file as a whole
@pytest.mark.parametrize("variables", [{}, {"DOMAIN": "polls.example.org", "LISTEN": "0.0.0.0", "VERSION": "1.2"}])
def test_it_fits_the_compose_specification(variables: dict[str, str]) -> None:
    assert faults(compose(variables)) == []


def test_the_specification_is_the_one_that_its_note_names() -> None:
    digest = hashlib.sha256((ROOT / "deploy/schema/compose-spec.json").read_bytes()).hexdigest()
    assert digest in (ROOT / "deploy/schema/README.md").read_text()


def test_the_specification_would_refuse_a_misspelt_word() -> None:
    document = compose()
    document["services"]["web"]["helthcheck"] = {}
    assert faults(document)


def test_it_runs_the_processes_of_the_demonstration() -> None:
    assert set(SERVICES) == {"proxy", "web", "worker", "beat", "migrate", "postgres", "redis"}
    for name in ("worker", "beat"):
        assert SERVICES[name]["command"][:5] == ["celery", "--quiet", "-A", "backend.config", name]


def test_it_starts_without_any_variable_and_each_one_is_explained() -> None:
    said = (ROOT / "docs/operations.md").read_text()
    assert [name for name in sorted(variables_named()) if f"`{name}`" not in said] == []


# ---------------------------------------------------------------- every service
@pytest.mark.parametrize("name", LASTING)
def test_lasting_service_reports_its_health_and_starts_again(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "start_period", "retries"} <= check.keys()
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert "stop_grace_period" in SERVICES[name]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_is_locked_down(name: str) -> None:
    facts = SERVICES[name]
    user = facts["user"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), "a number, and not root's"
    assert facts["read_only"] is True
    assert facts["cap_drop"] == ["ALL"]
    assert facts["security_opt"] == ["no-new-privileges:true"]
    # Only the proxy's official program has a capability written on its file.
    assert facts.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert not {"privileged", "network_mode", "pid", "devices"} & facts.keys()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_has_limits(name: str) -> None:
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}
    assert all("size=" in mount for mount in SERVICES[name]["tmpfs"]), "a temporary folder may fill the memory"
    assert any(mount.startswith("/tmp:") for mount in SERVICES[name]["tmpfs"])


@pytest.mark.parametrize("name", ["proxy", "postgres", "redis"])
def test_image_of_others_is_named_by_its_digest(name: str) -> None:
    assert re.fullmatch(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}", SERVICES[name]["image"])


def test_the_worker_is_healthy_while_it_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = SERVICES["worker"]
    sign = tmp_path / "heartbeat"
    monkeypatch.setenv("HEARTBEAT_FILE", str(sign))
    monkeypatch.setattr(heartbeats, "_last", {})
    shell, command = facts["healthcheck"]["test"]
    assert shell == "CMD-SHELL"

    def is_healthy() -> bool:
        here = command.replace(facts["environment"]["HEARTBEAT_FILE"], str(sign))
        return subprocess.run(["sh", "-c", here], capture_output=True).returncode == 0

    assert not is_healthy()
    heartbeats.heartbeat_leave(heartbeats.WORKER)
    assert is_healthy()
    minutes_ago = time.time() - 120
    os.utime(sign, (minutes_ago, minutes_ago))
    assert not is_healthy()


# ---------------------------------------------------------------- who reaches whom
def test_only_the_proxy_is_reached_from_outside_and_by_default_from_this_machine() -> None:
    assert {name for name, facts in SERVICES.items() if "ports" in facts} == {"proxy"}
    assert SERVICES["proxy"]["ports"] == ["127.0.0.1:8000:8080", "127.0.0.1:8443:8443"]


def test_stores_are_in_a_network_without_a_way_out() -> None:
    assert [SERVICES[name]["networks"] for name in ("postgres", "redis")] == [["stores"], ["stores"]]
    assert compose()["networks"]["stores"] == {"internal": True}
    assert SERVICES["proxy"]["networks"] == ["front"], "the proxy does not reach the stores"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_service_waits_for_its_stores_and_for_the_migrations(name: str) -> None:
    assert {each: facts["condition"] for each, facts in SERVICES[name]["depends_on"].items()} == {
        "postgres": "service_healthy",
        "redis": "service_healthy",
        "migrate": "service_completed_successfully",
    }


# ---------------------------------------------------------------- secrets, data
def test_no_secret_is_in_the_environment() -> None:
    words = re.compile(r"KEY|PASSWORD|SECRET|TOKEN")
    for facts in SERVICES.values():
        for name, value in facts.get("environment", {}).items():
            assert not words.search(name) or (name.endswith("_FILE") and value.startswith("/run/secrets/")), name


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_is_given_just_the_secrets_that_it_reads(name: str) -> None:
    facts = SERVICES[name]
    said = f"{facts.get('environment')} {facts.get('command')}"
    assert set(re.findall(r"/run/secrets/(\w+)", said)) == set(facts.get("secrets", []))


def test_every_secret_is_made_by_the_script(tmp_path: Any) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):
        subprocess.run([ROOT / "deploy/secrets.sh", folder], check=True, capture_output=True)
    files = {path.name: path.read_text() for path in folder.iterdir()}
    assert {str(folder / name) for name in files} == {
        secret["file"] for secret in compose({"SECRETS": str(folder)})["secrets"].values()
    }
    made = [files[name] for name in ("secret_key", "postgres_password", "redis_password", "metrics_token")]
    assert len(set(made)) == 4
    assert all(re.fullmatch(r"[\w-]{64}", text) for text in made), "no character that a URL or a file would escape"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}


def test_a_secret_that_is_there_is_kept(tmp_path: Any) -> None:
    (tmp_path / "secret_key").write_text("mine")
    subprocess.run([ROOT / "deploy/secrets.sh", tmp_path], check=True, capture_output=True)
    assert (tmp_path / "secret_key").read_text() == "mine"


def test_data_is_in_named_volumes() -> None:
    used = {mount.split(":")[0] for facts in SERVICES.values() for mount in facts.get("volumes", [])}
    assert used - set(compose()["volumes"]) == {"./deploy/Caddyfile"}
    assert used >= set(compose()["volumes"])
