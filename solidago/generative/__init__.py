"""Synthetic polls: contributors, honest and hostile, whose judgments follow from a ground truth."""

from solidago.generative.poll import SyntheticPoll, generate
from solidago.generative.recipe import Recipe

__all__ = ["Recipe", "SyntheticPoll", "generate"]
