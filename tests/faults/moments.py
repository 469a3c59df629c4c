"""Stops a run in the middle of what PostgreSQL does for it: a statement waits for a lock that the test holds."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from tests.faults.site import Site, wait_until

GATE = 8_675_309
WAIT = f"""
    CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
        PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NEW;
    END$$
"""
# Tables of score sets that do not exist yet get the trigger when they are made.
WAIT_IN_NEW_TABLES = """
    CREATE FUNCTION gate_new_tables() RETURNS event_trigger LANGUAGE plpgsql AS $$DECLARE made record; BEGIN
        FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
            EXECUTE format('CREATE TRIGGER gate BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION gate()',
                           made.object_identity);
        END LOOP;
    END$$;
    CREATE EVENT TRIGGER gate_new_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION gate_new_tables()
"""
SNAPSHOT, COLLECTIVE, INDIVIDUAL, FLIP = (
    "in the snapshot",
    "in the COPY of collective scores",
    "in the COPY of individual scores",
    "in the flip",
)
MOMENTS = (SNAPSHOT, COLLECTIVE, INDIVIDUAL, FLIP)
STOPS = {
    COLLECTIVE: "CREATE TRIGGER gate BEFORE INSERT ON scores_collectivescore FOR EACH ROW EXECUTE FUNCTION gate()",
    INDIVIDUAL: WAIT_IN_NEW_TABLES,
    FLIP: "CREATE TRIGGER gate BEFORE INSERT OR UPDATE ON scores_publication FOR EACH ROW EXECUTE FUNCTION gate()",
}
NEWS_ARE_READ_LAST = "LOCK TABLE polls_news IN ACCESS EXCLUSIVE MODE"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


class Gate:
    """Closed until the test opens it, or until PostgreSQL ends all sessions."""

    def __init__(self, holder: psycopg.Connection) -> None:
        self._holder = holder

    def wait_for_a_run(self) -> None:
        wait_until(lambda: waiting() > 0, "a run waits at the gate")

    def open(self) -> None:
        self._holder.close()


@contextmanager
def gate(site: Site, moment: str) -> Iterator[Gate]:
    """Stop runs at a moment."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT)
        cursor.execute(STOPS.get(moment, "SELECT 1"))
    holder = psycopg.connect(site.postgres.url)
    holder.execute(NEWS_ARE_READ_LAST if moment == SNAPSHOT else f"SELECT pg_advisory_lock({GATE})")
    try:
        yield Gate(holder)
    finally:
        holder.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP EVENT TRIGGER IF EXISTS gate_new_tables")
            cursor.execute("DROP FUNCTION IF EXISTS gate_new_tables")
            cursor.execute("DROP FUNCTION gate CASCADE")


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])
