"""The command line: ``run`` computes scores, ``calibrate`` measures constants, ``warm`` compiles the kernels first."""

from solidago.cli.main import main

__all__ = ["main"]
