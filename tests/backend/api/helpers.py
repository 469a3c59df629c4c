"""A small world with published scores, and a client that checks every answer against the OpenAPI schema."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.test import Client
from django.urls import resolve
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from backend.accounts.models import Contributor, User
from backend.comparisons.models import Rating
from backend.entities.models import Entity
from backend.polls.models import Criterion, Poll
from backend.scores.models import ScoreSet
from backend.scores.services import score_set_publish
from backend.scores.tables import COLLECTIVE, INDIVIDUAL, SCALINGS, ScoreTables

# Published scores and numbers of contributors by criterion and item. Nobody judged "fountain".
PRIORITY = {"school": (80, 9), "bridge": (60, 7), "park": (40, 5), "statue": (30, 2), "tower": (-10, 6)}
NEED = {"school": (-50, 3), "bridge": (70, 4), "park": (10, 3)}


@dataclass
class World:
    """What the tests start from."""

    poll: Poll
    criteria: dict[str, Criterion] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)

    def publish(self, *, individual: Mapping[tuple[str, Contributor], tuple[float, bool]] | None = None) -> ScoreSet:
        """Publish the scores above; ``individual``: score on "priority" and whether it is public."""
        tables = ScoreTables(
            collective=pl.DataFrame(
                [self._collective("priority", *row) for row in PRIORITY.items()]
                + [self._collective("need", *row) for row in NEED.items()],
                schema=COLLECTIVE,
            ),
            individual=pl.DataFrame(
                [self._individual(*key, *value) for key, value in (individual or {}).items()], schema=INDIVIDUAL
            ),
            scalings=pl.DataFrame(schema=SCALINGS),
        )
        return score_set_publish(
            poll=self.poll,
            tables=tables,
            snapshot_digest="5" * 64,
            config={"preset": "tournesol"},
            code_version="test",
            judgments=123,
            contributors=9,
            entities=5,
        )

    def _collective(self, criterion: str, uid: str, values: tuple[float, int]) -> dict[str, Any]:
        score, contributors = values
        return {
            "criterion_id": self.criteria[criterion].pk,
            "entity_id": self.entities[uid].pk,
            "score": float(score),
            "left": 5.0,
            "right": 4.0,
            "polarisation": 3.0 + score / 100,
            "contributors": contributors,
            "voting_right": 1.5,
        }

    def _individual(self, uid: str, contributor: Contributor, score: float, is_public: bool) -> dict[str, Any]:
        keys = {
            "criterion_id": self.criteria["priority"].pk,
            "entity_id": self.entities[uid].pk,
            "contributor_id": contributor.pk,
        }
        numbers = dict.fromkeys(("left", "right", "raw_score", "raw_left", "raw_right", "voting_right"), 1.0)
        Rating.objects.create(contributor=contributor, entity=self.entities[uid], is_public=is_public)
        return keys | numbers | {"score": float(score), "is_public": is_public}


class Api:
    """Asks below /api/v1/ and checks that the schema foresaw each answer."""

    def __init__(self, schema: dict[str, Any], **client: Any) -> None:
        self.schema = schema
        self.client = Client(**client)

    def login(self, user: User) -> "Api":
        self.client.force_login(user)
        return self

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self._checked("get", path, self.client.get(f"/api/v1/{path}", query, headers=headers))

    def post(self, path: str, body: Any = None, *, content_type: str = "application/json", **headers: str) -> Any:
        data = body if isinstance(body, bytes | str) else json.dumps({} if body is None else body)
        answer = self.client.post(f"/api/v1/{path}", data, content_type=content_type, headers=headers)
        return self._checked("post", path, answer)

    def delete(self, path: str, **headers: str) -> Any:
        return self._checked("delete", path, self.client.delete(f"/api/v1/{path}", headers=headers))

    def send(self, method: str, path: str) -> Any:
        return self.client.generic(method.upper(), f"/api/v1/{path}")

    def _checked(self, method: str, path: str, answer: Any) -> Any:
        route = re.sub(r"<\w+:(\w+)>", r"{\1}", "/" + resolve("/api/v1/" + path.split("?")[0]).route)
        operation = self.schema["paths"][route][method]
        assert str(answer.status_code) in operation["responses"], f"{answer.status_code} is not in the schema"
        response = operation["responses"][str(answer.status_code)]
        if reference := response.get("$ref"):
            response = self.schema["components"]["responses"][reference.rsplit("/", 1)[1]]
        for media_type, content in response.get("content", {}).items():
            assert answer["Content-Type"] == media_type
            validator = Draft202012Validator(content["schema"] | {"components": self.schema["components"]})
            validator.validate(answer.json())
        return answer


def problem(answer: Any, status: int, code: str, *parameters: str) -> Any:
    """Check that an answer is a problem, and return it."""
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] == f"urn:helianthus:problem:{code}"
    assert body["detail"]
    assert [error["parameter"] for error in body["errors"]] == list(parameters)
    return body
