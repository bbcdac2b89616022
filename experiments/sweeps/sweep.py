"""A sweep: every arm with every seed, each a small folder of the tables that outcomes are made of.

    DIR/experiment.json             what is asked, the days, the scenario of each arm, the versions
    DIR/runs/ARM-seedN/             daily, groups, sectors, operations, auctions (.parquet), manifest.json: moved there
                                    when whole
    DIR/failures/ARM-seedN.json     why a run failed, with its traceback; tried again when the sweep is started again

A run's tables depend on its scenario, seed and days alone, so that any number of workers, in any order, killed at any
moment and started again, leaves the same bytes; what is there is never made twice. Nothing is pickled into a folder.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from os.path import isdir, isfile
from pathlib import Path
from typing import Any

from experiments.errors import StoreError
from experiments.experiment import Experiment
from experiments.sections.world import Scenario
from experiments.store import is_left_behind, versions, write_whole
from experiments.sweeps.cluster import on_cluster
from experiments.sweeps.jobs import Done, Job, execute, jobs, tasks
from experiments.sweeps.pools import in_processes

__all__ = ["Done", "Job", "jobs", "open_sweep", "read_sweep", "sweep", "worlds_of"]

OnDone = Callable[[Done], None]


def open_sweep(question: Experiment, worlds: Mapping[str, Scenario], days: int, out: Path) -> None:
    """Make the folder of a sweep, or go on with one of the same question and days; StoreError if it is another."""
    path = out / "experiment.json"
    arms = {arm: world.digest() for arm, world in worlds.items()}
    if isfile(path):  # False too for a name that no file can have
        there = read_sweep(out)
        for what, found, wanted in (
            ("question", there["digest"], question.digest()),
            ("number of days", there["days"], days),
            ("world in an arm", there["arms"], arms),
            ("version", *_differing(there["versions"], versions())),
        ):
            if found != wanted:
                raise StoreError(f"{out} holds another {what} ({found}), expected {wanted}; choose another --out")
        _sweep_up(out, *(place for place in out.iterdir() if place.is_dir()))
        return
    if isdir(out) and any(out.iterdir()):
        raise StoreError(f"{out} is no folder of an experiment and not empty, expected a new name or an empty folder")
    asked = question.model_dump(mode="json")
    content = {"experiment": asked, "digest": question.digest(), "days": days, "arms": arms}
    content["worlds"] = {arm: world.model_dump(mode="json") for arm, world in worlds.items()}
    content["versions"] = versions()
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise StoreError(f"cannot write {out}: {error.strerror}, expected a place for a folder") from None


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


def _sweep_up(*places: Path) -> None:
    """Remove what killed processes have left half-written in folders, and nothing that another is writing."""
    for partial in [partial for place in places for partial in place.glob(".*.partial-*")]:
        if not is_left_behind(partial):
            continue
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        else:
            partial.unlink(missing_ok=True)


def sweep(
    wanted: Iterable[Job], workers: int = 1, on_done: OnDone = lambda done: None, cluster: str | None = None
) -> list[Done]:
    """Make the runs that are missing, in this process, in so many others, or on a cluster; return what became of each.

    A failed run is a row with its traceback in ``failures``; the sweep goes on.
    """
    missing = [job for job in wanted if not job.folder.is_dir()]
    if cluster is not None:
        results = on_cluster(missing, cluster)
    else:
        results = _here(missing) if workers == 1 else in_processes(missing, workers)
    found = []
    for done in results:
        found.append(done)
        on_done(done)
    _sweep_up(*{job.folder.parent for job in missing})  # of workers that died
    return found


def _here(missing: list[Job]) -> Iterator[Done]:
    """Make runs in this process, one after another."""
    for task in tasks(missing, 1):
        yield from execute(task)
