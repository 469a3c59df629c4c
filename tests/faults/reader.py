"""Reads all published scores again and again: ``python -m tests.faults.reader DATABASE_URL LOG``."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

PUBLISHED = "SELECT poll_id, score_set_id FROM scores_publication ORDER BY poll_id"
SET = "SELECT entities, contributors FROM scores_scoreset WHERE id = %s"
COLLECTIVE = """
    SELECT count(*), md5(string_agg(s::text, ';' ORDER BY criterion_id, entity_id))
    FROM scores_collectivescore s WHERE score_set_id = %s
"""
INDIVIDUAL = """
    SELECT count(*), md5(string_agg(s::text, ';' ORDER BY criterion_id, entity_id, contributor_id))
    FROM scores_individualscore s WHERE score_set_id = %s
"""
PAUSE = 0.02


class Seen:
    """What the reader wrote down."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def lines(self) -> list[dict[str, Any]]:
        text = self._log.read_text() if self._log.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def sets(self) -> list[int]:
        """Return the score sets that were shown, in the order in which they were first seen."""
        return list(dict.fromkeys(line["set"] for line in self.lines()))

    def assert_whole(self) -> None:
        """Check that each set was shown with all its scores, and always with the same ones."""
        first: dict[int, Any] = {}
        for line in self.lines():
            assert line["collective"][0] == line["entities"], line
            assert line["individual"][0] == line["entities"] * line["contributors"], line
            assert first.setdefault(line["set"], line) == line


def read(connection: psycopg.Connection) -> list[dict[str, Any]]:
    """Read like a page: statement by statement."""
    return [_read_set(connection, *row) for row in connection.execute(PUBLISHED).fetchall()]


def _read_set(connection: psycopg.Connection, poll: int, score_set: int) -> dict[str, Any]:
    entities, contributors = connection.execute(SET, [score_set]).fetchone() or (None, None)
    return {
        "poll": poll,
        "set": score_set,
        "entities": entities,
        "contributors": contributors,
        "collective": connection.execute(COLLECTIVE, [score_set]).fetchone(),
        "individual": connection.execute(INDIVIDUAL, [score_set]).fetchone(),
    }


def main(url: str, log: Path) -> None:
    with log.open("a", buffering=1) as out:
        while True:
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
                    while True:
                        for line in read(connection):
                            out.write(json.dumps(line) + "\n")
                        time.sleep(PAUSE)
            except psycopg.OperationalError:
                time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
