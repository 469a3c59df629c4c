"""Attacks on a poll, tried out on copies: whether the bounds on influence hold."""

from solidago.attacks.accounts import STRATEGIES, Attack
from solidago.attacks.sample import Attempts, influence_audit
from solidago.attacks.simulation import Moved, Outcome, Place, simulate

__all__ = ["STRATEGIES", "Attack", "Attempts", "Moved", "Outcome", "Place", "influence_audit", "simulate"]
