"""What each contributor of the load test does, for locust, in a process that knows the platform by HTTP alone.

CROWD names the file of `crowd_write`, OUTCOME the file to write: what each contributor believes is stored, and how soon
the platform answered. THINK is the mean time, in seconds, between an answer and the next click.
"""

import html
import json
import os
import random
import re
from pathlib import Path
from typing import Any

from locust import FastHttpUser, events, task
from locust.env import Environment

CROWD = json.loads(Path(os.environ["CROWD"]).read_text())
THINK = float(os.environ["THINK"])
PAGES, API = f"/polls/{CROWD['poll']}", f"/api/v1/polls/{CROWD['poll']}"
FORM = re.compile(r'<form class="compare stack".*?</form>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
IN_A_ROW = 3
"""Pairs that somebody on a page answers before they do something else."""
QUANTILES = (0.5, 0.95, 0.99)
Values = dict[str, float]
waiting = iter(CROWD["members"])
crowd: list["Member"] = []


class Member(FastHttpUser):
    """Somebody who compares, by pages or by the API, and keeps count."""

    network_timeout = connection_timeout = 30.0

    def wait_time(self) -> float:
        return self.chance.uniform(0.5, 1.5) * THINK

    def on_start(self) -> None:
        me = next(waiting)
        self.name, self.chance = me["name"], random.Random(me["name"])
        self.stored: dict[tuple[str, str], Values] = {}
        self.uncertain: list[tuple[str, str]] = []
        self.secret = me["secret"]
        self.cookies = {"Cookie": f"sessionid={me['session']}; csrftoken={self.secret}"}
        crowd.append(self)

    # ------------------------------------------------------------ pages
    @task(4)
    def compare_by_page(self) -> None:
        """Take the pair that the page asks, answer it, and so on with the pairs that follow."""
        page = self.call("GET", f"{PAGES}/compare/", "page: next pair", 200)
        for _ in range(IN_A_ROW):
            self.wait()
            page = self.save_by_page(page) if page is not None else None

    @task(1)
    def edit_by_page(self) -> None:
        """Come back to a pair, and say something else of it."""
        if pair := self.any_pair():
            page = self.call("GET", f"{PAGES}/compare/?left={pair[0]}&right={pair[1]}", "page: known pair", 200)
            if page is not None:
                self.save_by_page(page)

    def save_by_page(self, page: Any) -> Any:
        """Fill the form of a page, and return the page that follows; None where something went wrong."""
        fields = {name: html.unescape(value) for name, value in FIELD.findall(FORM.findall(page.text)[0])}
        left, right, values = fields["left"], fields["right"], self.opinion()
        form = fields | {f"judge-{name}": f"{value:g}" for name, value in values.items()}
        self.expect(left, right, values, is_all=True)
        answer = self.call("POST", f"{PAGES}/compare/", "page: save", 303, data=form)
        if answer is None:
            return None
        self.confirm(left, right)
        return self.call("GET", answer.headers["Location"], "page: next pair", 200)

    @task(1)
    def read_ranking(self) -> None:
        self.call("GET", f"{PAGES}/", "page: ranking", 200)

    # ------------------------------------------------------------ API
    @task(4)
    def compare_by_api(self) -> None:
        answer = self.call("GET", f"{API}/suggestions/?count=2", "API: suggestions", 200)
        for pair in answer.json()["results"] if answer is not None else ():
            self.save_by_api(pair["left"]["uid"], pair["right"]["uid"], 201)

    @task(1)
    def edit_by_api(self) -> None:
        if pair := self.any_pair():
            self.save_by_api(*pair, 200)

    @task(2)
    def delete_by_api(self) -> None:
        if pair := self.any_pair():
            self.uncertain.append(pair)
            if self.call("DELETE", f"{API}/comparisons/{pair[0]}/{pair[1]}/", "API: delete", 204) is not None:
                del self.stored[pair]
                self.uncertain.remove(pair)

    @task(1)
    def read_scores_by_api(self) -> None:
        self.call("GET", f"{API}/entities/?limit=20", "API: scores", 200)

    def save_by_api(self, left: str, right: str, status: int) -> None:
        values = self.opinion()
        said = {"left": left, "right": right, "judgments": values}
        self.expect(left, right, values)
        key = (
            {"Idempotency-Key": f"{self.secret}{len(self.stored)}{self.chance.random()}"}
            if self.chance.random() < 0.5
            else {}
        )
        if self.call("POST", f"{API}/comparisons/", "API: save", status, json=said, headers=key) is not None:
            self.confirm(left, right)

    # ------------------------------------------------------------ what should be stored
    def opinion(self) -> Values:
        first, *others = CROWD["criteria"]
        names = [first, *(name for name in others if self.chance.random() < 0.5)]
        return {name: float(self.chance.randint(-10, 10)) for name in names}

    def any_pair(self) -> tuple[str, str] | None:
        return self.chance.choice([*self.stored]) if self.stored else None

    def expect(self, left: str, right: str, values: Values, *, is_all: bool = False) -> None:
        """Note what is about to be said; until it is confirmed nobody knows whether it is stored."""
        pair, sign = ((left, right), 1) if left < right else ((right, left), -1)
        before = {} if is_all else self.stored.get(pair, {})
        self.stored[pair] = before | {name: sign * value + 0.0 for name, value in values.items()}
        self.uncertain.append(pair)

    def confirm(self, left: str, right: str) -> None:
        self.uncertain.remove((left, right) if left < right else (right, left))

    # ------------------------------------------------------------ HTTP
    def call(self, method: str, path: str, name: str, status: int, **options: Any) -> Any:
        """Return the answer, or None where it is not the one that was to be expected."""
        headers = {**self.cookies, "X-CSRFToken": self.secret, **options.pop("headers", {})}
        with self.client.request(
            method, path, name=name, headers=headers, allow_redirects=False, catch_response=True, **options
        ) as answer:
            if answer.status_code == status:
                answer.success()
                return answer
            answer.failure(f"{answer.status_code} in place of {status}: {(answer.text or '')[:300]}")
            return None


@events.quitting.add_listener
def write_down(environment: Environment, **_: Any) -> None:
    """Write what was said, and how it went."""
    people = {
        member.name: {
            "stored": [[*pair, values] for pair, values in member.stored.items()],
            "uncertain": member.uncertain,
        }
        for member in crowd
    }
    answers = {
        entry.name: {
            "count": entry.num_requests,
            "failures": entry.num_failures,
            "milliseconds": [entry.get_response_time_percentile(share) for share in QUANTILES],
        }
        for entry in environment.stats.entries.values()
    }
    errors = [
        f"{error.method} {error.name}: {error.error} ({error.occurrences} times)"
        for error in environment.stats.errors.values()
    ]
    Path(os.environ["OUTCOME"]).write_text(json.dumps({"people": people, "answers": answers, "errors": errors}))
