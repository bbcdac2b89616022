"""Pools of workers for the runs of a sweep, by executors of ``concurrent.futures``; processes of this machine.

Workers are processes of a forkserver that has imported the model once; they get values, never a market, end when the
parent does (the pipe to it closes), and leave interrupts to it. A worker that dies takes its pool with it: a new pool
goes on with what is missing, each run that was being made alone from then on, and one that kills its worker three times
has failed. A run is told of as soon as its folder is there, though its task has others to make.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from time import monotonic
from typing import TypeVar

from experiments.sweeps.jobs import Done, Job, Task, execute, failed, tasks

Item = TypeVar("Item")
Made = TypeVar("Made")
MOST_DEATHS = 3  # of a worker under one run
LOOK_EVERY = 1.0  # seconds between looks for folders that are there


def in_processes(missing: list[Job], workers: int) -> Iterator[Done]:
    """Make runs in processes; as often as a pool breaks, go on in a new one."""
    deaths = dict.fromkeys((job.name for job in missing), 0)
    while missing:
        running: set[str] = set()
        finished: set[str] = set()
        suspects = [job for job in missing if deaths[job.name]]
        queue = [*tasks([job for job in missing if not deaths[job.name]], workers), *((job,) for job in suspects)]
        try:
            for done in _one_pool(queue, workers, running):
                finished.add(done.job.name)
                yield done
        except BrokenProcessPool:
            for name in running - finished:
                deaths[name] += 1
        missing = [job for job in missing if job.name not in finished and not job.folder.is_dir()]
        for job in [job for job in missing if deaths[job.name] >= MOST_DEATHS]:
            missing.remove(job)
            message = f"the process of the run died {MOST_DEATHS} times: killed, or out of memory"
            yield failed(job, message, message)


def _one_pool(queue: list[Task], workers: int, running: set[str]) -> Iterator[Done]:
    """Make tasks in one pool of processes; BrokenProcessPool when a worker dies."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["experiments.sweeps.sweep"])
    listening, alive = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, _start_worker, (listening,))
    try:
        yield from made(pool, queue, workers, running)
    finally:
        alive.close()  # workers that are still at work end at once
        pool.shutdown(wait=True, cancel_futures=True)
        listening.close()


def made(
    pool: Executor, queue: list[Task], at_once: int, running: set[str], lost: tuple[type[Exception], ...] = ()
) -> Iterator[Done]:
    """Hand out no more tasks than can be worked on at once; tell what becomes of each run as it becomes known.

    ``running`` holds the names of runs that are handed out and not known to be done. Errors of ``lost`` say that
    workers died under a task too often: what is left of it is tried run by run, and a single run has failed.
    """
    waiting, handed, looked = list(reversed(queue)), dict[Future[list[Done]], Task](), monotonic()
    while waiting or handed:
        while waiting and len(handed) < at_once:
            task = waiting.pop()
            running.update(job.name for job in task)
            handed[pool.submit(make, task)] = task
        ended, _ = wait(handed, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
        found: list[Done] = []
        if monotonic() - looked >= LOOK_EVERY:  # not at every end of a task: a cluster ends thousands
            found = [
                Done(job) for task in handed.values() for job in task if job.name in running and job.folder.is_dir()
            ]
            looked = monotonic()
        for future in ended:
            task = handed.pop(future)
            try:
                found += future.result()
            except lost as error:
                left: list[Task] = [(job,) for job in task if not job.folder.is_dir()]
                if len(task) > 1:
                    waiting += left
                else:
                    found += [failed(job, f"its workers died: {error}", str(error)) for (job,) in left]
        for done in found:
            if done.job.name in running:
                running.discard(done.job.name)
                yield done


def make(task: Task) -> list[Done]:
    """Make the runs of a task in a worker."""
    return list(execute(task))


def each_in_processes(make: Callable[[Item], Made], items: Iterable[Item], workers: int) -> Iterator[Made]:
    """Yield what a function makes of items, in no order, in so many processes, or here if in one.

    For what is neither shared nor resumed: the first error ends it.
    """
    if workers == 1:
        yield from map(make, items)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("forkserver")) as pool:
        for future in as_completed([pool.submit(make, item) for item in items]):
            yield future.result()


def _start_worker(listening: Connection) -> None:
    """Leave interrupts to the parent, and end with it; what was imported is no garbage: look there no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    threading.Thread(target=_end_with_parent, args=(listening,), daemon=True).start()


def _end_with_parent(listening: Connection) -> None:
    """End this process as soon as the other end of the pipe is closed."""
    wait_for([listening])
    sys.stderr.flush()
    os._exit(1)
