"""New migrations can be applied while the release before them serves; docs/operations.md says how to write them."""

from collections.abc import Iterator

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# The last migrations of each app before the first release: nobody serves anything older.
RELEASED = {
    "accounts": 1,
    "comparisons": 3,
    "entities": 3,
    "participation": 2,
    "pipeline": 4,
    "polls": 2,
    "scores": 3,
    "trust": 1,
}
# Tables of a row for each judgment, item, contributor or score: an index on one takes seconds, in which nobody writes.
BIG = {
    "accounts.contributor", "comparisons.comparison", "comparisons.judgment", "comparisons.rating", "entities.entity",
    "polls.news", "scores.collectivescore", "scores.contributorscaling", "scores.individualscore",
    "pipeline.influencebound", "participation.ratelater", "participation.setaside",
}  # fmt: skip
GOES_AWAY = (migrations.RemoveField, migrations.DeleteModel, migrations.AlterModelTable)
RENAMES = (migrations.RenameField, migrations.RenameModel)
ANYTHING = (migrations.RunPython, migrations.RunSQL)
WIDER_OR_SAME = ("null", "max_length", "default", "db_default")


def dangers(app: str, migration: Migration, before: ProjectState) -> Iterator[str]:
    """Say what of a migration would break or block the release before it, or people who write meanwhile.

    A migration that was thought about says so: ``safe_because = "..."`` on its class.
    """
    if getattr(migration, "safe_because", ""):
        return
    fresh = {each.name_lower for each in migration.operations if isinstance(each, migrations.CreateModel)}
    state = before.clone()
    for operation in migration.operations:
        if model_of(operation) not in fresh:
            for danger in danger_of(app, operation, state):
                yield f"{app}.{migration.name}: {operation.describe()}: {danger}"
        operation.state_forwards(app, state)


def danger_of(app: str, operation: Operation, state: ProjectState) -> Iterator[str]:
    is_big = f"{app}.{model_of(operation)}" in BIG
    if isinstance(operation, RENAMES):
        yield "the release before still uses the old name; add the new one, copy, remove the old one a release later"
    elif isinstance(operation, GOES_AWAY):
        yield "the release before still reads it; stop using it first, remove it a release later"
    elif isinstance(operation, ANYTHING):
        yield "say in `safe_because` why it neither blocks nor breaks the release before"
    elif isinstance(operation, migrations.AddField):
        yield from danger_of_field(operation.field, is_big=is_big)
    elif isinstance(operation, migrations.AlterField):
        old = state.models[app, operation.model_name_lower].fields[operation.name]
        if differs(old, operation.field):
            yield "the table may be written anew; add a field beside it, copy, and remove the old one a release later"
    elif is_big and isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        yield "use AddIndexConcurrently, with atomic = False"
    elif is_big and isinstance(operation, migrations.AddConstraint):
        yield "use AddConstraintNotValid and, in a migration of its own, ValidateConstraint"


def danger_of_field(field: models.Field, *, is_big: bool) -> Iterator[str]:
    if not (field.null or field.many_to_many or field.has_db_default()):
        yield "the release before inserts rows without it; let it be null or give it a db_default"
    if is_big and (field.db_index or field.unique):
        yield "its index blocks writers; add the field without, then the index with AddIndexConcurrently"


def differs(old: models.Field, new: models.Field) -> bool:
    """Tell whether the column changes, other than by taking more than before."""
    (_, _, _, before), (_, _, _, after) = old.deconstruct(), new.deconstruct()
    narrower = (old.null and not new.null) or shorter(before.get("max_length"), after.get("max_length"))
    ignored = {*old.non_db_attrs, *WIDER_OR_SAME}
    rest = [{key: value for key, value in words.items() if key not in ignored} for words in (before, after)]
    return narrower or type(old) is not type(new) or rest[0] != rest[1]


def shorter(before: int | None, after: int | None) -> bool:
    return after is not None and (before is None or after < before)


def model_of(operation: Operation) -> str:
    """Return the name of the model that an operation changes, empty for none."""
    return str(getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", "")).lower()


def test_new_migrations_can_be_applied_while_the_release_before_serves() -> None:
    loader = MigrationLoader(None)
    new = [
        (app, migration)
        for (app, name), migration in (loader.disk_migrations or {}).items()
        if migration.__module__.startswith("backend.") and int(name[:4]) > RELEASED.get(app, 0)
    ]
    found = [
        danger
        for app, migration in new
        for danger in dangers(app, migration, loader.project_state((app, migration.name), at_end=False))
    ]
    assert found == []


# ---------------------------------------------------------------- it would find them
def migration_of(*operations: Operation, **attributes: object) -> Migration:
    kind = type("Migration", (Migration,), {"operations": list(operations), **attributes})
    return kind("0009_new", "comparisons")


@pytest.fixture(scope="module")
def now() -> ProjectState:
    return MigrationLoader(None).project_state()


INDEX = models.Index(fields=["value"], name="by_value")
CHECK = models.CheckConstraint(condition=models.Q(value__gte=-10), name="not_too_low")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (migrations.AddField("judgment", "why", models.TextField(default="")), "inserts rows without it"),
        (migrations.AddField("judgment", "why", models.TextField(null=True, db_index=True)), "blocks writers"),
        (migrations.RenameField("judgment", "value", "worth"), "still uses the old name"),
        (migrations.RemoveField("judgment", "value"), "still reads it"),
        (migrations.DeleteModel("Judgment"), "still reads it"),
        (migrations.AlterField("judgment", "value", models.IntegerField()), "written anew"),
        (migrations.AddIndex("judgment", INDEX), "AddIndexConcurrently"),
        (migrations.AddConstraint("judgment", CHECK), "AddConstraintNotValid"),
        (migrations.RunSQL("UPDATE comparisons_judgment SET value = 0"), "safe_because"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else "",
)
def test_a_dangerous_operation_is_refused(now: ProjectState, operation: Operation, words: str) -> None:
    (danger,) = dangers("comparisons", migration_of(operation), now)
    assert words in danger


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("judgment", "why", models.TextField(null=True))],
        [migrations.AddField("judgment", "why", models.TextField(default="", db_default=""))],
        [AddIndexConcurrently("judgment", INDEX), RemoveIndexConcurrently("judgment", "by_value")],
        [
            migrations.CreateModel("Note", [("value", models.IntegerField(primary_key=True))]),
            migrations.AddIndex("note", INDEX),
        ],
    ],
    ids=["null", "default in the database", "index beside the work", "a table of its own"],
)  # fmt: skip
def test_a_harmless_operation_is_not(now: ProjectState, operations: list[Operation]) -> None:
    assert [*dangers("comparisons", migration_of(*operations), now)] == []


def test_a_word_that_only_people_see_may_change(now: ProjectState) -> None:
    _, _, args, words = now.models["comparisons", "judgment"].fields["value"].deconstruct()
    field = type(now.models["comparisons", "judgment"].fields["value"])(*args, **words | {"help_text": "New words."})
    assert [*dangers("comparisons", migration_of(migrations.AlterField("judgment", "value", field)), now)] == []


def test_whoever_says_why_is_believed(now: ProjectState) -> None:
    migration = migration_of(migrations.DeleteModel("Judgment"), safe_because="no release has used it since 0.1")
    assert [*dangers("comparisons", migration, now)] == []
