"""How much memory this process has needed so far."""

import resource
import sys
from pathlib import Path

KIB_PER_MIB = 1024
STATUS = Path("/proc/self/status")


def peak_mib() -> float:
    """Return the greatest resident memory of this process so far, in MiB.

    On Linux from the address space: what ``getrusage`` says of a child is at least what its parent had at the fork.
    """
    if STATUS.exists():
        line = next(line for line in STATUS.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / KIB_PER_MIB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (KIB_PER_MIB**2 if sys.platform == "darwin" else KIB_PER_MIB)
