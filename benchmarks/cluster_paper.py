"""What a thousand cores would make of a sweep, on paper: from what a task costs here in bytes, seconds and starts.

    python benchmarks/cluster_paper.py --cores 1000 --seeds 1000 --run-seconds 60 --burn-in-seconds 15

A task is the arms of one seed that share a burn-in. With T tasks of s seconds on C cores,

    time       = start + waves * s + T * (send + read),     waves = ceil(T / C)
    efficiency = T * s / (C * time)

``start``: a worker imports the model and finds its kernels compiled; ``send``: processor time of the client and Dask's
scheduler, in one process here, for one task; ``read``: that of the parent for one more seed in the tables of effects.
Both are serial and come on top of the runs here, so that the sum is the most it can be. Seconds of runs are given, as
``make bench`` measures them. Left out: the network, whose bytes are printed; a file system that a thousand write to;
nodes that differ: the slowest ends last.
"""

import argparse
import tempfile
from math import ceil
from pathlib import Path
from time import process_time
from typing import NamedTuple

import cloudpickle
from startup import DAY, processor_seconds

from experiments.experiment import load
from experiments.results.effects import load as load_results
from experiments.small_world import small_question
from experiments.sweeps.jobs import Done, Task, jobs, tasks
from experiments.sweeps.pools import make
from experiments.sweeps.sweep import open_sweep, sweep

ECHOES, DAYS = 200, 5


class Overheads(NamedTuple):
    """Of a task: its arms, bytes sent, answered and written; seconds to start a worker, to send it, to read it back."""

    arms: int
    sent: int
    answered: int
    written: int
    start: float
    send: float
    read: float


def echo(task: Task) -> list[Done]:
    """Answer as a worker does, without having done anything."""
    return [Done(job) for job in task]


def measured(name: str = "buybacks") -> Overheads:
    """Measure a task of an experiment in a small world: its overheads do not depend on the size of the market."""
    question = small_question(load(name))
    worlds = question.worlds()
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / name
        open_sweep(question, worlds, DAYS, out)
        todo = jobs(worlds, range(1, 3), DAYS, out)
        task = tasks(todo, 1)[0]
        failures = [done.error for done in sweep(todo, 1) if done.error]
        if failures:
            raise SystemExit(failures[0])
        read = read_seconds(out)
        written = sum(path.stat().st_size for job in task for path in job.folder.iterdir())
    sizes = len(cloudpickle.dumps((make, task))), len(cloudpickle.dumps(echo(task)))
    return Overheads(
        len(task), *sizes, written, min(processor_seconds(DAY) for _ in range(2)), send_seconds(task), read
    )


def read_seconds(out: Path) -> float:
    """Return processor seconds of reading one more seed back: what two take more than one, the best of three turns."""

    def spent(seeds: int) -> float:
        before = process_time()
        load_results(out, seeds).save()
        return process_time() - before

    spent(2)  # files are found, modules imported
    return max(min(spent(2) for _ in range(3)) - min(spent(1) for _ in range(3)), 0.0)


def send_seconds(task: Task) -> float:
    """Return processor seconds of the client and of Dask's scheduler, one process here, for one task of many."""
    import distributed

    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        pool = client.get_executor(pure=False)
        pool.submit(echo, task).result()
        before = process_time()
        for future in [pool.submit(echo, task) for _ in range(ECHOES)]:
            future.result()
        return (process_time() - before) / ECHOES


def efficiency(found: Overheads, cores: int, seeds: int, seconds: float) -> float:
    """Return the share of a cluster's time that goes into runs, with a task of so many seconds for each seed."""
    return seeds * seconds / (cores * elapsed(found, cores, seeds, seconds))


def elapsed(found: Overheads, cores: int, seeds: int, seconds: float) -> float:
    """Return seconds until the tables of effects are there."""
    return found.start + ceil(seeds / cores) * seconds + seeds * (found.send + found.read)


def main() -> None:
    """Measure, and print the arithmetic."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--run-seconds", type=float, required=True, help="one run's days, without its burn-in")
    parser.add_argument("--burn-in-seconds", type=float, required=True)
    given = parser.parse_args()
    tell(measured(), given.cores, given.seeds, given.burn_in_seconds, given.run_seconds)


def tell(found: Overheads, cores: int, seeds: int, burn_in_seconds: float, run_seconds: float) -> None:
    """Print the arithmetic for so many seeds, and for four times as many."""
    print(f"a task: {found.arms} arms of a seed; {found.sent:,} bytes sent, {found.answered:,} answered,", end=" ")
    print(f"{found.written:,} written after {DAYS} days")
    print(f"start {found.start:.2f} s, send {1e3 * found.send:.1f} ms, read {1e3 * found.read:.1f} ms")
    seconds = burn_in_seconds + found.arms * run_seconds
    print(f"s = {burn_in_seconds:.1f} + {found.arms} * {run_seconds:.1f} = {seconds:.1f} s")
    for number in (seeds, 4 * seeds):
        waves, serial = ceil(number / cores), number * (found.send + found.read)
        time = elapsed(found, cores, number, seconds)
        print(
            f"{number:,} tasks on {cores:,} cores: {found.start:.1f} + {waves} * {seconds:.1f} + {serial:.1f} = "
            f"{time:,.0f} s; efficiency {number:,} * {seconds:.1f} / ({cores:,} * {time:,.0f}) = "
            f"{efficiency(found, cores, number, seconds):.0%}"
        )


if __name__ == "__main__":
    main()
