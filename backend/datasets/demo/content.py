"""The demo poll's question, criteria and items, from the JSON files beside this one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll

FOLDER = Path(__file__).parent
ITEM_FIELDS = ["title", "text", "author", "tags", "published_on"]
CRITERION_FIELDS = ["title", "question", "description", "position", "is_optional"]


@dataclass(frozen=True, slots=True)
class Content:
    """The files as they were read."""

    poll: dict[str, Any]
    items: list[dict[str, Any]]

    @property
    def criteria(self) -> list[str]:
        return [criterion["name"] for criterion in self.poll["criteria"]]

    @property
    def merit(self) -> dict[str, dict[str, float]]:
        """How good each item is by uid and criterion: known to the simulation, never to the pipeline."""
        return {item["uid"]: item["merit"] for item in self.items}


def content_read() -> Content:
    """Read both files."""
    poll = json.loads((FOLDER / "poll.json").read_text("utf-8"))
    return Content(poll, json.loads((FOLDER / "items.json").read_text("utf-8")))


def content_store(content: Content) -> Poll:
    """Make the poll, its criteria and its items, or bring them up to date."""
    described = {field: content.poll[field] for field in ("title", "question", "description")}
    shown = described | {"is_simulated": True}
    # Whoever tries other constants on the demonstration keeps them. Ours are those of a community of hundreds.
    first = shown | {"run_config": content.poll["run_config"]}
    poll, _ = Poll.objects.update_or_create(slug=content.poll["slug"], defaults=shown, create_defaults=first)
    Criterion.objects.bulk_create(
        [
            Criterion(
                poll=poll,
                name=criterion["name"],
                title=criterion["title"],
                question=criterion["question"],
                description=criterion["description"],
                position=position,
                is_optional=position > 0,
            )
            for position, criterion in enumerate(content.poll["criteria"])
        ],
        update_conflicts=True,
        unique_fields=["poll", "name"],
        update_fields=CRITERION_FIELDS,
    )
    Entity.objects.bulk_create(
        [
            Entity(
                poll=poll,
                uid=item["uid"],
                title=item["title"],
                text=item["text"],
                author=item["author"],
                tags=item["tags"],
                published_on=item["submitted"],
            )
            for item in content.items
        ],
        update_conflicts=True,
        unique_fields=["poll", "uid"],
        update_fields=ITEM_FIELDS,
    )
    return poll
