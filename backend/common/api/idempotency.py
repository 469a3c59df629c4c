"""Writes of the API that a client may send again because no answer came."""

import json
from contextlib import AbstractContextManager
from typing import cast

from rest_framework.request import Request

from backend.common.once import once

KEY = "Idempotency-Key"


def once_as_asked(request: Request) -> AbstractContextManager[bool]:
    """Tell whether to do what somebody logged in asks for: see `once`, with the key of the request's header."""
    said = f"{request.path} {json.dumps(request.data, sort_keys=True)}"
    return once(who=cast(int, request.user.pk), key=request.headers.get(KEY), request=said)
