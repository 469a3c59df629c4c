"""PostgreSQL and Redis from pip wheels, run as children, for a machine that has neither.

Plain Python without Django, because it runs before settings can be read.
"""

from backend.common.embedded.errors import EmbeddedError
from backend.common.embedded.services import Servers, embedded_servers, missing, own_servers
from backend.common.embedded.state import State

__all__ = ["EmbeddedError", "Servers", "State", "embedded_servers", "missing", "own_servers"]
