"""The benchmarks' peak of memory is that of the process that asks, not of the one that started it."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
TOLD = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); from profile_day import peak_mib; print(peak_mib())"
HEAVY_MIB = 600
PARENT = f"""
import subprocess, sys
own = bytearray({HEAVY_MIB} << 20)
own[:: 1 << 12] = b"x" * len(own[:: 1 << 12])
print(subprocess.run([sys.executable, "-c", {TOLD!r}], check=True, capture_output=True, text=True).stdout)
{TOLD}
"""


def test_a_child_does_not_count_what_its_parent_held():
    told = subprocess.run([sys.executable, "-c", PARENT], check=True, capture_output=True, text=True).stdout
    child, parent = map(float, told.split())
    assert 20 < child < HEAVY_MIB < parent
