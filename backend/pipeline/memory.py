"""How much memory each step of a run takes.

Measured is the most memory that the process held in RAM at one moment of the step, everything included: the program,
its libraries and kernels, what earlier steps left, and what the step itself needed (``VmHWM`` of the kernel, which sees
every page, however short-lived). The kernel's mark is put back to the present size when a step begins.

That is the run's own under prefork, where a worker's process computes one task at a time; pages that it still shares
with its parent count in full. The threads of a step are of the same process, so they are in it. A worker with
``--pool=threads`` would show the memory of all its runs together.
"""

from pathlib import Path

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
HIGH_WATER_RESET = "5"
"""See proc(5): "reset the peak resident set size to the process's current resident set size"."""


class PeakMemory:
    """The most memory of each step, in MiB; nothing where the system does not tell."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self._is_known = False

    def begin(self) -> None:
        """Forget the peak of before."""
        try:
            RESET.write_text(HIGH_WATER_RESET)
        except OSError:
            self._is_known = False
        else:
            self._is_known = True

    def end(self, step: str) -> None:
        """Note the peak since `begin`, the higher one where a step has several parts."""
        if self._is_known:
            self.steps[step] = max(self.steps.get(step, 0.0), high_water())


def high_water() -> float:
    """Return the kernel's mark, in MiB."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) / 1024, 1)
