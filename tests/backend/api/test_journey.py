"""From a judgment to the published score, through the API alone."""

import time
from typing import Any

from backend.accounts.models import User
from backend.common.embedded.processes import Process
from tests.backend.api.helpers import Api, World

DEADLINE = 60  # A machine that has to compile the kernels first is slow.


def test_a_judgment_reaches_the_published_score(
    celery_worker_process: Process, api: Api, world: World, staff: User
) -> None:
    api.login(staff)
    for uid in ("bridge", "park", "tower"):
        body = {"left": uid, "right": "school", "judgments": {"priority": 10}}
        assert api.post("polls/budget/comparisons/", body).status_code == 201

    started = api.post("polls/budget/runs/")
    assert started.status_code == 202
    run = finished(api, started["Location"].removeprefix("http://testserver/api/v1/"))

    assert (run["status"], run["error"]) == ("succeeded", "")
    assert run["result_digest"] == api.get("polls/budget/").json()["score_set"]["result_digest"]
    best = api.get("polls/budget/entities/?limit=1").json()["results"][0]
    assert best["uid"] == "school"
    assert best["scores"][0]["score"] > 0
    assert best["scores"][0]["contributors"] == 1


def finished(api: Api, path: str) -> Any:
    deadline = time.monotonic() + DEADLINE
    while (run := api.get(path).json())["status"] in ("queued", "running"):
        assert time.monotonic() < deadline, run
        time.sleep(0.1)
    return run
