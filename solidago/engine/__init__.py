"""Where and how steps run: compiled kernels, threads."""

import time


def warm() -> float:
    """Compile every kernel that a run may need, so that no later process has to; return the seconds it took.

    A second call, from any process that may use the same cache, only loads them.
    """
    from solidago.engine.warming import touch_kernels  # here, because it imports what imports this package

    start = time.perf_counter()
    touch_kernels()
    return time.perf_counter() - start
