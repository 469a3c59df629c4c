"""The command line: ``run`` computes the scores of a file, ``warm`` compiles the kernels beforehand."""

from solidago.cli.main import main

__all__ = ["main"]
