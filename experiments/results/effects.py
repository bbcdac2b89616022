"""Effects: the runs of a sweep as tidy tables, and each contrast of each outcome as a row with its inference.

    outcomes    arm, seed, outcome, unit, value
    effects     effect, outcome, unit, smallest, and the fields of ``inference.Effect``
    horizon     effect, day, gain: of the primary outcome, how much pairing is still worth on that day
    failures    arm, seed, error
    sectors     arm, sector, and what it asked for and met a business day in the window ``liquidity``, mean over seeds

Rows stand in the order of the experiment, whatever order the runs were made in. A seed counts for an effect if all of
its arms have a value.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.errors import StoreError
from experiments.experiment import Experiment
from experiments.results import inference
from experiments.results.liquidity import SECTOR_COLUMNS, sectors_in
from experiments.results.outcomes import Stored, of_run, series
from experiments.store import read, write_whole
from experiments.sweeps.sweep import read_sweep

TABLES = ("outcomes", "effects", "horizon", "failures", "sectors")


@dataclass(frozen=True)
class Results:
    """The folder of a sweep, read: ``daily`` paths, ``outcomes``, ``effects``, ``horizon`` and ``failures``."""

    folder: Path
    question: Experiment
    days: int
    most: int | None = None  # seeds above it are left out

    @cached_property
    def runs(self) -> list[tuple[str, int, Path]]:
        """Return arm, seed and folder of each whole run, in the order of arms and seeds."""
        found = []
        for arm in self.question.all_arms():
            seeds = [int(path.name.removeprefix(f"{arm}-seed")) for path in _folders(self.folder, arm)]
            kept = [seed for seed in sorted(seeds) if self.most is None or seed <= self.most]
            found += [(arm, seed, self.folder / "runs" / f"{arm}-seed{seed}") for seed in kept]
        return found

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Return the daily tables of all runs: arm, seed and day in front."""
        frames = []
        for arm, seed, path in self.runs:
            frame = read(path, "daily")
            frame.insert(0, "day", np.arange(1, len(frame) + 1))
            frame.insert(0, "seed", seed)
            frame.insert(0, "arm", arm)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Return the value of each outcome of each run."""
        units = {outcome.name: outcome.unit for outcome in self.question.outcomes}
        rows = [
            (arm, seed, name, units[name], value)
            for arm, seed, path in self.runs
            for name, value in of_run(Stored(path), self.question).items()
        ]
        return pd.DataFrame(rows, columns=["arm", "seed", "outcome", "unit", "value"])

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Return each contrast of each outcome with its inference."""
        rows = []
        for name, weights in self.question.contrasts().items():
            for outcome in self.question.outcomes:
                found = inference.effect(self.values(outcome.name, list(weights)), weights, outcome.smallest)
                head = {"effect": name, "outcome": outcome.name, "unit": outcome.unit, "smallest": outcome.smallest}
                rows.append(head | inference.as_row(found))
        return pd.DataFrame(rows)

    def by_seed(self, outcome: str, arms: list[str]) -> pd.DataFrame:
        """Return an outcome by seed (rows, in order) and arm, of the seeds that all of these arms have a value of."""
        mine = self.outcomes[self.outcomes["outcome"] == outcome]
        return mine.pivot(index="seed", columns="arm", values="value").reindex(columns=arms).dropna()

    def values(self, outcome: str, arms: list[str]) -> dict[str, inference.Floats]:
        """Return an outcome by arm, in one order of the seeds that all of these arms have a value of."""
        wide = self.by_seed(outcome, arms)
        return {arm: wide[arm].to_numpy(np.float64) for arm in arms}

    @cached_property
    def horizon(self) -> pd.DataFrame:
        """Return the gain of pairing by day, of the primary outcome."""
        rows = []
        for name, weights in self.question.contrasts().items():
            paths = self.paths(list(weights))
            for day, gain in enumerate(inference.gain_by_day(paths, weights), 1):
                rows.append((name, day, gain))
        return pd.DataFrame(rows, columns=["effect", "day", "gain"])

    def paths(self, arms: list[str]) -> dict[str, inference.Floats]:
        """Return the daily paths (seeds, days) of the primary outcome by arm, of the seeds that all arms have."""
        seeds = sorted(set.intersection(*({seed for a, seed, _ in self.runs if a == arm} for arm in arms)))
        by_run = {(arm, seed): path for arm, seed, path in self.runs}
        primary = self.question.outcomes[0]

        def path_of(arm: str, seed: int) -> inference.Floats:
            return np.array(series(Stored(by_run[arm, seed]), primary), np.float64)

        return {
            arm: np.array([path_of(arm, s) for s in seeds], np.float64).reshape(len(seeds), self.days) for arm in arms
        }

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Return the runs that failed, and why; tracebacks are in ``failures/``."""
        found = [json.loads(path.read_text("utf-8")) for path in sorted((self.folder / "failures").glob("*.json"))]
        kept = [one for one in found if self.most is None or one["seed"] <= self.most]
        rows = [(one["arm"], one["seed"], one["error"]) for one in kept]
        return pd.DataFrame(rows, columns=["arm", "seed", "error"])

    @cached_property
    def sectors(self) -> pd.DataFrame:
        """Return who asked for liquidity and who met it: sums of the window, means over seeds; no rows without one."""
        frames = []
        for arm, seed, path in self.runs if self.question.liquidity else ():
            frames.append(sectors_in(read(path, "sectors"), *self.question.liquidity or ()).assign(arm=arm, seed=seed))
        if not frames:
            return pd.DataFrame(columns=["arm", "sector", *SECTOR_COLUMNS])
        table = pd.concat(frames, ignore_index=True)
        return table.groupby(["arm", "sector"], sort=False)[list(SECTOR_COLUMNS)].mean().reset_index()

    def save(self) -> list[Path]:
        """Write the tables as CSV into the folder, each moved into place when whole."""
        saved = []
        for name in TABLES:
            path = self.folder / f"{name}.csv"
            write_whole(path, getattr(self, name).to_csv(index=False, lineterminator="\n"))
            saved.append(path)
        return saved


def load(folder: Path | str, seeds: int | None = None) -> Results:
    """Return the results of the folder of an experiment, of seeds up to ``seeds`` alone; StoreError if it is none."""
    found = read_sweep(Path(folder))
    try:
        asked = Experiment.model_validate_json(json.dumps(found["experiment"]))
        return Results(Path(folder), asked, found["days"], seeds)
    except (KeyError, ValueError) as error:
        raise StoreError(f"{folder}: experiment.json is damaged: {error}, expected what this version wrote") from None


def _folders(folder: Path, arm: str) -> list[Path]:
    """Return the runs of an arm."""
    ending = f"{arm}-seed"
    found = (folder / "runs").glob(f"{ending}*")
    return [path for path in found if path.name.removeprefix(ending).isdecimal()]
