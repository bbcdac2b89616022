"""What another worker is worth: one sweep made by one process, then by several, into folders that are thrown away.

    python benchmarks/sweep_speed.py --seeds 4 --days 20 --workers 2

Prints seconds, seconds a run, and the speed-up; a run's burn-in is shared by arms that may. Say beside a figure what
else the machine was doing.
"""

import argparse
import os
import tempfile
from pathlib import Path
from time import perf_counter

from experiments.experiment import load
from experiments.sweeps.sweep import jobs, open_sweep, sweep


def seconds(name: str, seeds: int, days: int, workers: int) -> float:
    """Return how long a sweep takes."""
    question = load(name)
    worlds = question.worlds()
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / name
        open_sweep(question, worlds, days, out)
        started = perf_counter()
        done = sweep(jobs(worlds, range(1, seeds + 1), days, out), workers)
        lasted = perf_counter() - started
    failures = [one.error for one in done if one.error]
    if failures:
        raise SystemExit(f"{len(failures)} runs failed: {failures[0]}")
    print(
        f"{name}: {len(done)} runs of {days} days, {workers} workers: {lasted:.0f} s, {lasted / len(done):.1f} s a run"
    )
    return lasted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", default="buybacks")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    seconds(given.experiment, 1, 1, 2)  # kernels are compiled, files are read once
    alone = seconds(given.experiment, given.seeds, given.days, 1)
    together = seconds(given.experiment, given.seeds, given.days, given.workers)
    print(f"speed-up of {given.workers} workers: {alone / together:.2f}; load of the machine {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
