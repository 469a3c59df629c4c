"""Slow twins, written straight from the formulas with plain Python, numpy and scipy."""
