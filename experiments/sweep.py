"""A sweep: every arm with every seed, each a small folder of the tables that outcomes are made of.

    DIR/experiment.json             what is asked, the days, the scenario of each arm, the versions
    DIR/runs/ARM-seedN/             daily.parquet, groups.parquet, manifest.json: moved into place when whole
    DIR/failures/ARM-seedN.json     why a run failed, with its traceback; tried again when the sweep is started again

A run's tables depend on its scenario, seed and days alone, so that any number of workers, in any order, killed at any
moment and started again, leaves the same bytes; what is there is never made twice. Workers are processes of a
forkserver that has imported the model once; they get values, never a market, end when the parent does (the pipe to it
closes), and leave interrupts to it. A worker that dies takes its pool with it: a new pool goes on with what is missing,
and a run that kills its worker three times has failed. Nothing is pickled into a folder.
"""

import gc
import json
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from time import perf_counter
from typing import Any

import mesa
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.errors import StoreError
from experiments.experiment import Experiment
from experiments.outcomes import by_group
from experiments.run import simulate
from experiments.scenario_sections import Scenario
from experiments.store import new_folder, versions, write_manifest
from market.record import Record

MOST_DEATHS = 3  # of a worker under one run
TABLES = ("daily", "groups")


@dataclass(frozen=True)
class Job:
    """One run of a sweep: an arm's scenario, a seed, days, and the folder of the sweep."""

    arm: str
    scenario: Scenario
    seed: int
    days: int
    sweep: Path

    @property
    def name(self) -> str:
        """Return the name of the run's folder."""
        return f"{self.arm}-seed{self.seed}"

    @property
    def folder(self) -> Path:
        """Return where the run goes."""
        return self.sweep / "runs" / self.name

    @property
    def failure(self) -> Path:
        """Return where a failure of the run is written."""
        return self.sweep / "failures" / f"{self.name}.json"


@dataclass(frozen=True)
class Done:
    """What became of a run."""

    job: Job
    seconds: float
    error: str | None = None  # the last line of the traceback


OnDone = Callable[[Done], None]


def jobs(worlds: Mapping[str, Scenario], seeds: Iterable[int], days: int, out: Path) -> list[Job]:
    """Return the runs of a sweep, seed by seed, so that a sweep that is cut short has whole pairs."""
    return [Job(arm, world, seed, days, out) for seed in seeds for arm, world in worlds.items()]


def open_sweep(question: Experiment, worlds: Mapping[str, Scenario], days: int, out: Path) -> None:
    """Make the folder of a sweep, or go on with one of the same question and days; StoreError if it is another."""
    path = out / "experiment.json"
    arms = {arm: world.digest() for arm, world in worlds.items()}
    if path.is_file():
        there = read_sweep(out)
        for what, found, wanted in (
            ("question", there["digest"], question.digest()),
            ("number of days", there["days"], days),
            ("world in an arm", there["arms"], arms),
            ("version", *_differing(there["versions"], versions())),
        ):
            if found != wanted:
                raise StoreError(f"{out} holds another {what} ({found}), expected {wanted}; choose another --out")
        _sweep_up(out)
        return
    if out.exists() and any(out.iterdir()):
        raise StoreError(f"{out} is no folder of an experiment and not empty, expected a new name or an empty folder")
    out.mkdir(parents=True, exist_ok=True)
    asked = question.model_dump(mode="json")
    content = {"experiment": asked, "digest": question.digest(), "days": days, "arms": arms}
    content["worlds"] = {arm: world.model_dump(mode="json") for arm, world in worlds.items()}
    content["versions"] = versions()
    write_whole(path, json.dumps(content, indent=2) + "\n")


def _differing(found: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[str, str]:
    """Return what two tables of versions do not share, each as one line."""
    names = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    one, other = (", ".join(f"{name} {table.get(name, 'none')}" for name in names) for table in (found, wanted))
    return one, other


def read_sweep(out: Path) -> dict[str, Any]:
    """Return what ``experiment.json`` of a sweep says."""
    path = out / "experiment.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{out} has no experiment.json, expected the folder of: offtherun experiment") from None
    except ValueError as error:
        raise StoreError(f"{path} is damaged: {error}, expected JSON; choose another --out") from None
    return found


def worlds_of(found: Mapping[str, Any]) -> dict[str, Scenario]:
    """Return the scenario of each arm as ``experiment.json`` holds it."""
    return {arm: Scenario.model_validate_json(json.dumps(world)) for arm, world in found["worlds"].items()}


def write_whole(path: Path, text: str) -> None:
    """Write a file under another name, and move it into place."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    partial.write_text(text, "utf-8")
    os.replace(partial, path)


def _sweep_up(out: Path) -> None:
    """Remove what a killed sweep has left half-written."""
    for partial in (*out.glob(".*.partial-*"), *out.glob("*/.*.partial-*")):
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)


def sweep(wanted: Iterable[Job], workers: int = 1, on_done: OnDone = lambda done: None) -> list[Done]:
    """Make the runs that are missing, in this process or in so many others; return what became of each.

    A failed run is a row with its traceback in ``failures``; the sweep goes on.
    """
    missing = [job for job in wanted if not job.folder.is_dir()]
    results = map(execute, missing) if workers == 1 else _in_processes(missing, workers)
    found = []
    for done in results:
        found.append(done)
        on_done(done)
    return found


def execute(job: Job) -> Done:
    """Make one run, whole or not at all; a fault of it is written down."""
    started = perf_counter()
    try:
        with new_folder(job.folder) as folder:
            _simulate_into(folder, job)
    except Exception as error:
        return _failed(job, perf_counter() - started, f"{type(error).__name__}: {error}", traceback.format_exc())
    job.failure.unlink(missing_ok=True)
    return Done(job, perf_counter() - started)


def _simulate_into(folder: Path, job: Job) -> None:
    """Simulate, and write the tables that outcomes need."""
    started = perf_counter()
    record = Record()
    market = simulate(job.scenario, job.seed, job.days, record)
    try:
        daily, groups = record.to_pandas("daily"), by_group(record.to_pandas("securities"))
        for name, frame in zip(TABLES, (daily, groups), strict=True):
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet")
        write_manifest(folder, job.scenario, job.seed, market.day, market.checks, perf_counter() - started)
    finally:
        forget(market)


def forget(market: mesa.Model) -> None:
    """Let a market go: Mesa before 3.5.1 keeps every model in a table of its class ``Agent``."""
    getattr(mesa.Agent, "_ids", {}).pop(market, None)
    market.remove_all_agents()
    gc.collect()


def _failed(job: Job, seconds: float, error: str, trace: str) -> Done:
    """Write down why a run failed."""
    job.failure.parent.mkdir(exist_ok=True)
    line = " ".join(error.split())
    content = {"arm": job.arm, "seed": job.seed, "error": line, "traceback": trace}
    write_whole(job.failure, json.dumps(content, indent=2) + "\n")
    return Done(job, seconds, line)


# ---- processes ----------------------------------------------------------------------------------
def _in_processes(missing: list[Job], workers: int) -> Iterator[Done]:
    """Make runs in processes; as often as a pool breaks, go on in a new one."""
    deaths = dict.fromkeys((job.name for job in missing), 0)
    while missing:
        finished = set()
        running: set[str] = set()
        try:
            for done in _one_pool(missing, workers, running):
                finished.add(done.job.name)
                yield done
        except BrokenProcessPool:
            for name in running - finished:
                deaths[name] += 1
        missing = [job for job in missing if job.name not in finished and not job.folder.is_dir()]
        for job in [job for job in missing if deaths[job.name] >= MOST_DEATHS]:
            missing.remove(job)
            message = f"the process of the run died {MOST_DEATHS} times: killed, or out of memory"
            yield _failed(job, 0.0, message, message)


def _one_pool(missing: list[Job], workers: int, running: set[str]) -> Iterator[Done]:
    """Make runs in one pool of processes, handing out no more than they can do at once.

    ``running`` holds the names of what is handed out. Raises BrokenProcessPool when a worker dies.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["experiments.sweep"])
    listening, alive = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, context, _start_worker, (listening,))
    waiting = list(reversed(missing))
    handed: set[Future[Done]] = set()
    try:
        while waiting or handed:
            while waiting and len(handed) < workers:
                job = waiting.pop()
                running.add(job.name)
                handed.add(pool.submit(execute, job))
            ended, handed = wait(handed, return_when=FIRST_COMPLETED)
            for future in ended:
                done = future.result()
                running.discard(done.job.name)
                yield done
    finally:
        alive.close()  # workers that are still at work end at once
        pool.shutdown(wait=True, cancel_futures=True)
        listening.close()


def _start_worker(listening: Connection) -> None:
    """Leave interrupts to the parent, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(listening,), daemon=True).start()


def _end_with_parent(listening: Connection) -> None:
    """End this process as soon as the other end of the pipe is closed."""
    wait_for([listening])
    sys.stderr.flush()
    os._exit(1)
