"""Every error that a caller of solidago can be expected to handle. The class owns the wording."""


class SolidagoError(Exception):
    """Base of all errors raised on purpose by this library."""


class InvalidInput(SolidagoError, ValueError):
    """The input breaks a stated rule; the message says which and what to do."""


class InvalidConfig(InvalidInput):
    """A configuration value is unknown or out of its range."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"Configuration field {field!r} {rule}.")
        self.field = field


class InvalidRow(InvalidInput):
    """A row of a table breaks a rule; ``row`` counts from 0, the message from 1."""

    def __init__(self, problem: str, *, table: str, row: int) -> None:
        super().__init__(f"Row {row + 1} of {table} {problem}.")
        self.problem, self.table, self.row = problem, table, row


class InvalidFile(InvalidInput):
    """A dataset file cannot be read; says the member, the line and what is wrong with it."""

    def __init__(self, problem: str, *, member: str | None = None, line: int | None = None) -> None:
        where = ", ".join(part for part in (member, f"line {line}" if line is not None else None) if part)
        super().__init__(f"{where}: {problem}" if where else problem)
        self.problem, self.member, self.line = problem, member, line


class Cancelled(SolidagoError):
    """The caller's `cancelled()` said yes."""


class NotConverged(SolidagoError):
    """A fit ended without its certificate. Never returned silently."""
