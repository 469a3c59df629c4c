"""Why published scores moved from one run to another: parts that add up to the move, and how many people are behind."""

from solidago.changes.counts import KINDS, Counts
from solidago.changes.parts import PARTS, POLL_WIDE, Changes, changes_explain

__all__ = ["KINDS", "PARTS", "POLL_WIDE", "Changes", "Counts", "changes_explain"]
