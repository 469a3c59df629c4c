"""Archives as downloads."""

import tempfile
from collections.abc import Callable
from typing import IO

from django.http import FileResponse

ZIP = "application/zip"


def zip_response(name: str, write: Callable[[IO[bytes]], None]) -> FileResponse:
    """Return what ``write`` writes as a download.

    The archive grows in a file without a name, which vanishes with the answer whatever happens. So errors come before
    the first byte, and a client that reads slowly holds no transaction open.
    """
    sink = tempfile.TemporaryFile()  # noqa: SIM115  # the answer closes it
    write(sink)
    sink.seek(0)
    return FileResponse(sink, as_attachment=True, filename=name, content_type=ZIP)
