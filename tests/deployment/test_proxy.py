"""The reverse proxy's file, and what it has to agree on with others."""

import re
import shutil
import subprocess

import pytest

from tests.deployment.compose import ROOT, services

TEXT = (ROOT / "deploy/Caddyfile").read_text()
WEB, PROXY = services()["web"], services()["proxy"]


def test_it_hands_on_to_the_port_at_which_the_web_server_listens() -> None:
    host, _, port = PROXY["environment"]["UPSTREAM"].rpartition(":")
    assert host in services()
    assert WEB["environment"]["BIND"] == f"0.0.0.0:{port}"
    assert f"{{$UPSTREAM:{host}:{port}}}" in TEXT


def test_its_ports_are_those_that_are_published() -> None:
    assert [mapping.rpartition(":")[2] for mapping in PROXY["ports"]] == ["8080", "8443"]
    assert re.findall(r"https?_port \{\$\w+:(\d+)\}", TEXT) == ["8080", "8443"]
    assert PROXY["healthcheck"]["test"][-1] == "http://127.0.0.1:8081/"
    assert "http://127.0.0.1:{$PROXY_HEALTH_PORT:8081}" in TEXT


def test_the_web_server_believes_one_proxy_and_is_not_reached_around_it() -> None:
    assert (WEB["environment"]["BEHIND_PROXY"], WEB["environment"]["NUM_PROXIES"]) == ("true", "1")
    assert "ports" not in WEB
    # By default Caddy replaces the X-Forwarded headers of clients. Either of these would let them through.
    assert "trusted_proxies" not in TEXT
    assert "X-Forwarded" not in re.sub(r"#.*", "", TEXT)


def test_a_domain_turns_on_https_everywhere() -> None:
    with_domain = services({"DOMAIN": "polls.example.org"})
    assert PROXY["environment"]["SITE_ADDRESS"] == "http://"
    assert with_domain["proxy"]["environment"]["SITE_ADDRESS"] == "polls.example.org"
    for name in ("web", "worker", "beat"):
        assert services()[name]["environment"]["HTTPS"] == ""
        environment = with_domain[name]["environment"]
        assert (environment["HTTPS"], environment["ALLOWED_HOSTS"]) == ("true", "polls.example.org")


@pytest.mark.skipif(shutil.which("caddy") is None, reason="there is no caddy here (Debian's package caddy)")
@pytest.mark.parametrize("address", ["http://", "polls.example.org"])
def test_the_proxy_itself_accepts_the_file(address: str) -> None:
    caddy = ["caddy", "validate", "--adapter", "caddyfile", "--config", ROOT / "deploy/Caddyfile"]
    done = subprocess.run(caddy, env={"SITE_ADDRESS": address, "HOME": "/nowhere"}, capture_output=True, text=True)
    assert "Valid configuration" in done.stdout, done.stderr
