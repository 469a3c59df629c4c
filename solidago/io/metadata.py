"""``metadata.json``: what an archive says of itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from solidago.errors import InvalidFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solidago.io.archive import Archive

METADATA = "metadata.json"
FORMULA_GUARD = "formula_guard"
"""Key that is there where names are guarded against spreadsheets (`solidago.io.guard`)."""


def read_metadata(archive: Archive) -> Mapping[str, object]:
    """Return what the archive says of itself; nothing where that is missing or cannot be read.

    Other software writes what it likes into this file, and none of it is needed to read the rest.
    """
    try:
        content = json.loads(archive.read(METADATA))
    except (InvalidFile, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
