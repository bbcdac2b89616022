"""The runs of a sweep: what is to be made, in which pieces, and the making of one, each a folder of small tables.

Runs of one seed whose worlds differ only after the start share a burn-in (``experiments.sweeps.branching``); it is
lived once for all of them that a worker makes. What a run leaves depends on its scenario, seed and days alone, not on
company.
"""

import json
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.results.auction_days import by_auction
from experiments.results.costs import interest_by_day
from experiments.results.event_windows import by_operation
from experiments.results.outcomes import by_group
from experiments.run import live, simulate
from experiments.sections.world import Scenario
from experiments.store import new_folder, write_manifest, write_whole
from experiments.sweeps.branching import branch, burn_in_key, forget, lived_burn_in
from market.tables.record import Record

TABLES = ("daily", "groups", "sectors", "operations", "auctions")
READ = ("daily", "securities", "sectors", "auctions")  # of the record of a run: nothing else of it is kept


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
    error: str | None = None  # the last line of the traceback


Task = tuple[Job, ...]  # runs of one seed and one burn-in


def jobs(worlds: Mapping[str, Scenario], seeds: Iterable[int], days: int, out: Path) -> list[Job]:
    """Return the runs of a sweep, seed by seed, so that a sweep that is cut short has whole pairs."""
    return [Job(arm, world, seed, days, out) for seed in seeds for arm, world in worlds.items()]


def tasks(missing: Sequence[Job], workers: int) -> list[Task]:
    """Return what is handed out in one piece: the runs that may share a burn-in, in more pieces if workers would idle.

    In the order of the runs, seed by seed.
    """
    shared: dict[tuple[int, str], list[Job]] = {}
    keys = {arm: burn_in_key(job.scenario) for arm, job in {job.arm: job for job in missing}.items()}
    for job in missing:
        shared.setdefault((job.seed, keys[job.arm]), []).append(job)
    pieces = -(-workers // max(len(shared), 1))
    return [tuple(group[first::pieces]) for group in shared.values() for first in range(min(pieces, len(group)))]


def execute(task: Task) -> Iterator[Done]:
    """Make the runs of a task, each whole or not at all; a fault of one is written down.

    Two or more live their burn-in once. Runs that are there already, made before a worker died, are not made again.
    """
    left = [job for job in task if not job.folder.is_dir()]
    packed = None
    for job in left:
        try:
            if packed is None and len(left) > 1:
                packed = lived_burn_in(job.scenario, job.seed)
            with new_folder(job.folder) as folder:
                _simulate_into(folder, job, packed)
        except Exception as error:
            yield failed(job, f"{type(error).__name__}: {error}", traceback.format_exc())
        else:
            job.failure.unlink(missing_ok=True)
            yield Done(job)


def _simulate_into(folder: Path, job: Job, packed: bytes | None) -> None:
    """Simulate, from the end of the burn-in if that was lived already, and write the tables that outcomes need."""
    started = perf_counter()
    record = Record(only=READ)
    if packed is None:
        market = simulate(job.scenario, job.seed, job.days, record)
    else:
        market = live(branch(packed, job.scenario, record), job.days)
    try:
        for name, frame in zip(TABLES, _frames(record, job.seed), strict=True):
            pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), folder / f"{name}.parquet")
        write_manifest(folder, job.scenario, job.seed, market.day, market.checks, perf_counter() - started)
    finally:
        forget(market)


def _frames(record: Record, seed: int) -> tuple[pd.DataFrame, ...]:
    """Return the tables of a run: days, with the interest that accrues on the debt; groups of securities; sectors; the
    windows of the published operations; auctions.
    """
    daily, securities = record.to_pandas("daily"), record.to_pandas("securities")
    daily["interest_musd"] = interest_by_day(securities).reindex(daily["date"]).to_numpy()
    held = by_auction(record.to_pandas("auctions"))
    return daily, by_group(securities), record.to_pandas("sectors"), by_operation(securities, seed), held


def failed(job: Job, error: str, trace: str) -> Done:
    """Write down why a run failed."""
    job.failure.parent.mkdir(exist_ok=True)
    line = " ".join(error.split())
    content = {"arm": job.arm, "seed": job.seed, "error": line, "traceback": trace}
    write_whole(job.failure, json.dumps(content, indent=2) + "\n")
    return Done(job, line)
