"""docker-compose.yml, as Docker Compose would read it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
# $$, or ${NAME} with an optional :- :+ :? and what follows it.
VARIABLE = re.compile(r"\$\$|\$\{(?P<name>\w+)(?::(?P<rule>[-+?])(?P<word>[^}]*))?\}")


@cache
def document() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def compose(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read the file with its variables replaced, and with $$ as the one $ that it stands for."""
    replaced: dict[str, Any] = replace(document(), variables or {})
    return replaced


def services(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    facts: dict[str, Any] = compose(variables)["services"]
    return facts


def replace(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: replace(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [replace(value, variables) for value in node]
    if isinstance(node, str):
        return VARIABLE.sub(lambda match: value_of(match, variables), node)
    return node


def value_of(match: re.Match[str], variables: Mapping[str, str]) -> str:
    if match[0] == "$$":
        return "$"
    value, word = variables.get(match["name"], ""), match["word"] or ""
    if match["rule"] == "+":
        return word if value else ""
    if match["rule"] == "?" and not value:
        raise LookupError(f"{match['name']}: {word}")
    return value or word


def variables_named() -> set[str]:
    """Return the variables that the file lets people set."""
    return {match["name"] for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text()) if match["name"]}
