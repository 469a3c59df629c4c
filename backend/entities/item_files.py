"""Items as people hand them in: a CSV file, or one title or address a line. Read and checked as a whole."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.text import slugify
from django.utils.translation import gettext as _

from backend.common.errors import InvalidItems
from backend.entities.models import Entity

MOST_BYTES = 5_000_000
MOST_ITEMS = 10_000
MOST_TAGS = 20
COLUMNS = ("uid", "title", "text", "author", "url", "tags")
ADDRESSES = ("http://", "https://")
LONGEST_MADE_UID = 100
Fields = Mapping[str, str]
_check_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; the header is line 1 of a CSV file."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ItemFile:
    """The items that were read, by uid, title and whatever else was given, and what is wrong."""

    items: Sequence[Fields]
    faults: Sequence[Fault]


def items_read(data: bytes) -> ItemFile:
    """Read items and check each of them; the first line that names columns makes it a CSV file.

    Raises
    ------
    InvalidItems
        It cannot be read at all: too large, not UTF-8, an unknown or missing column, no items.
    """
    if len(data) > MOST_BYTES:
        raise InvalidItems(reason=_("It is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000})
    text = _decoded(data)
    columns = _header(text)
    rows = _csv_rows(text, columns) if columns else _line_rows(text)
    items, faults = _checked(rows)
    if not items and not faults:
        raise InvalidItems(reason=_("It holds no items: write one a line."))
    return ItemFile(items, faults)


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        raise InvalidItems(reason=_("It is not a text file: it holds characters that cannot be stored."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = _("Line %(line)s is not written in UTF-8. Save the file in that encoding.") % {"line": line}
        raise InvalidItems(reason=reason) from error


def _header(text: str) -> tuple[str, ...]:
    """Return the columns that the first line names; none where it is an item itself."""
    first = next(csv.reader(io.StringIO(text, newline="")), []) if text else []
    names = tuple(name.strip().lower() for name in first)
    if not {"uid", "title"} & {*names} or len(names) == 1:
        return ()
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or len(set(names)) < len(names) or not {"uid", "title"} <= {*names}:
        reason = _("The first line names the columns: uid, title, and any of text, author, url, tags; each once.")
        raise InvalidItems(reason=reason)
    return names


def _csv_rows(text: str, columns: Sequence[str]) -> Iterator[tuple[int, Fields | str]]:
    """Yield each row with its line; a text says what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    next(reader)
    line = 2
    try:
        for values in reader:
            if values and len(values) != len(columns):
                yield line, _("It has %(has)s values in place of %(due)s.") % {"has": len(values), "due": len(columns)}
            elif any(value.strip() for value in values):
                yield line, dict(zip(columns, map(str.strip, values), strict=True))
            line = reader.line_num + 1
    except csv.Error:
        yield line, _("It cannot be read: its quotation marks do not pair up, or a value is far too long.")


def _line_rows(text: str) -> Iterator[tuple[int, Fields]]:
    """Yield an item for each line: a title, an address, or a title and then its address."""
    for number, line in enumerate(text.splitlines(), start=1):
        if words := line.split():
            is_address = words[-1].startswith(ADDRESSES)
            title = " ".join(words[:-1] if is_address and len(words) > 1 else words)
            yield number, {"uid": _uid_of(title), "title": title} | ({"url": words[-1]} if is_address else {})


def _uid_of(title: str) -> str:
    """Make a name that the same title always gets."""
    slug = slugify(title, allow_unicode=True)[:LONGEST_MADE_UID]
    return slug or hashlib.sha256(title.encode()).hexdigest()[:16]


def _checked(rows: Iterator[tuple[int, Fields | str]]) -> tuple[list[Fields], list[Fault]]:
    items: list[Fields] = []
    faults: list[Fault] = []
    lines: dict[str, int] = {}
    for line, row in rows:
        if len(items) + len(faults) == MOST_ITEMS:
            raise InvalidItems(
                reason=_("It has more than %(most)s items: hand them in in parts.") % {"most": MOST_ITEMS}
            )
        reasons = [row] if isinstance(row, str) else _reasons(row, lines)
        faults += [Fault(line, reason) for reason in reasons]
        if not isinstance(row, str) and not reasons:
            items.append(row)
            lines[row["uid"]] = line
    return items, faults


def _reasons(row: Fields, lines: Mapping[str, int]) -> list[str]:
    """Return what is wrong with a row, in words."""
    if row["uid"] in lines:
        reason = _("“%(uid)s” is in line %(line)s already. In a CSV file you choose the uids yourself.")
        return [reason % {"uid": row["uid"][:50], "line": lines[row["uid"]]}]
    try:
        _entity(row).clean_fields(exclude=["poll"])
        if row.get("url"):
            _check_address(row["url"])
    except ValidationError as error:
        return _worded(error)
    if not row["uid"].isprintable() or not row["uid"].strip("./"):
        return [_("Its uid cannot be part of an address: use letters, digits and signs such as - or _.")]
    tags = tags_of(row.get("tags", ""))
    if len(tags) > MOST_TAGS or not all(map(str.isprintable, tags)):
        return [_("It has more than %(most)s tags, or one with unprintable characters.") % {"most": MOST_TAGS}]
    return []


def _entity(row: Fields) -> Entity:
    given = {name: value for name, value in row.items() if name != "tags"}
    return Entity(**given, tags=tags_of(row.get("tags", "")))


def _worded(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return [f"url: {message}" for message in error.messages]
    return [f"{field}: {message}" for field, messages in error.message_dict.items() for message in messages]


def tags_of(text: str) -> list[str]:
    """Return the tags of a cell, which semicolons part; each once."""
    return list(dict.fromkeys(tag for tag in map(str.strip, text.split(";")) if tag))
