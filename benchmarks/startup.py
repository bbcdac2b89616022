"""What starting costs: ``--help``, and a market until its first day is over, with and without compiled kernels.

    python benchmarks/startup.py

Processor time of processes of their own: import, the building of a market, two days of its burn-in and one of the
calendar, in four rounds, which call every kernel that an ordinary day calls. Cold: an empty cache of kernels, so that
the compiler runs; warm: the cache that the cold start filled. Python may keep its bytecode, as it may wherever
nothing forbids it.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HELP = "from experiments.cli import main; main()"
DAY = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from compile_kernels import main; main()"


def processor_seconds(code: str, *arguments: str, cache: str | None = None) -> float:
    """Return processor seconds of a Python process that runs some code."""
    environment = {**os.environ, **({"OFFTHERUN_CACHE": cache} if cache else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", code, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def starts(repeats: int = 5) -> dict[str, list[float]]:
    """Return seconds of each start: help, cold (once: it is long), warm."""
    helped = [processor_seconds(HELP, "--help") for _ in range(repeats)]
    with TemporaryDirectory() as cache:
        cold = [processor_seconds(DAY, cache=cache)]
        warm = [processor_seconds(DAY, cache=cache) for _ in range(repeats)]
    return {"help": helped, "cold": cold, "warm": warm}


if __name__ == "__main__":
    for name, seconds in starts().items():
        print(f"{name}: " + ", ".join(f"{one:.2f}" for one in seconds) + " s")
