"""Write what the A/A test says: ``python docs/validation/coverage.py DIR [SEEDS]``, DIR a sweep of ``trivial.toml``.

Seeds are taken in order, ``GROUP`` to an experiment; each has an interval of Student's t of the nudged arm less the
other. Where the nudge moved nothing the difference is exactly zero, which an interval covers however it is made: the
share over experiments in which all seeds were moved stands beside that of all. The table goes into ``trivial.csv`` and,
from there, into docs/validation.md.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from generate import MARKS, PAGE, TRIVIAL, put, trivial
from scipy import stats

from experiments.belief.robustness.placebos import coverage
from experiments.results.effects import load

GROUP = 2
CONTROL, NUDGED = "as-it-was", "nudged"


def table(folder: Path, seeds: int | None = None) -> pd.DataFrame:
    """Return by outcome: experiments, share that covers zero with its exact interval, the same of those moved."""
    found = load(folder, seeds)
    values = found.outcomes.pivot(index="seed", columns=["outcome", "arm"], values="value")
    rows = []
    for outcome in found.question.outcomes:
        both = values[outcome.name].dropna()
        apart = (both[NUDGED] - both[CONTROL]).to_numpy(np.float64)
        rows.append(
            {"outcome": outcome.name, "seeds": len(apart), **_share(apart, ""), **_share(_moved(apart), "moved ")}
        )
    return pd.DataFrame(rows).assign(days=found.days, sources=_sources(folder))


def _moved(apart: np.ndarray) -> np.ndarray:
    """Return the differences of the experiments in which no seed has a difference of exactly zero."""
    parts = apart[: len(apart) // GROUP * GROUP].reshape(-1, GROUP)
    return np.asarray(parts[(parts != 0).all(axis=1)].ravel())


def _share(apart: np.ndarray, whose: str) -> dict[str, float]:
    inside, number = coverage(apart, GROUP)
    low, high = stats.binomtest(inside, number).proportion_ci(method="exact") if number else (np.nan, np.nan)
    share = inside / number if number else np.nan
    return {
        f"{whose}experiments": number,
        f"{whose}covered %": 100 * share,
        f"{whose}low": 100 * low,
        f"{whose}high": 100 * high,
    }


def _sources(folder: Path) -> str:
    from experiments.store import read_manifest

    first = min(path for path in (folder / "runs").iterdir() if not path.name.startswith("."))  # those are halves
    return str(read_manifest(first).versions["sources"])


def main(folder: Path, seeds: int | None = None) -> None:
    """Write the table, and put it into the page where the page has a place for it."""
    put(TRIVIAL, table(folder, seeds).to_csv(index=False))
    before, mark, rest = PAGE.read_text("utf-8").partition(MARKS[0])
    if mark:
        put(PAGE, f"{before}{mark}\n\n{trivial()}\n\n{MARKS[1]}{rest.partition(MARKS[1])[2]}")
    print(trivial())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
