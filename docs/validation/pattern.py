"""Print how the pattern of yields changes in runs: ``python docs/validation/pattern.py DIR ...``, run folders.

The pattern is that of ``experiments.belief.registered.prices``: what a spline leaves of yields of notes and bonds of 1
to 10 years that were off the run at the start. ``spread`` is its standard deviation over issues and ``change`` that of
its change since the first day, both by quartiles, in bp; ``left`` is the rank correlation with the first day's. Means
over the folders, and their standard deviation where there are more than one.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.belief.registered.prices import patterns
from experiments.belief.replay_judgement import days_of
from experiments.store import read
from market.units import Float, to_date

EVERY = 21  # business days


def main(folders: list[str]) -> None:
    """Print the table of the folders' days."""
    told = pd.concat([pattern(folder) for folder in folders]).groupby("day")
    columns = {name: told[name].mean() for name in ("spread", "change", "left")}
    if len(folders) > 1:
        columns |= {f"s.d. {name}": told[name].std() for name in ("spread", "change", "left")}
    print(pd.DataFrame(columns).round(2).to_string())


def pattern(folder: str) -> pd.DataFrame:
    """Return spread, change and what is left by day, of a run."""
    traded = read(Path(folder), "securities")
    every = [
        (day, pd.Series(part["yield_bp"].to_numpy(np.float64), part["cusip"].astype(str)))
        for day, part in traded.groupby(days_of(traded["date"]))
    ]
    start, rows = every[0], []
    for day, yields in every[::EVERY]:
        first, then = patterns(start[1], yields, (start[0], day)).T
        left = float(pd.Series(first).corr(pd.Series(then), method="spearman"))
        rows.append((to_date(day), spread(then), spread(then - first), left))
    return pd.DataFrame(rows, columns=["day", "spread", "change", "left"])


def spread(values: Float) -> float:
    """Return the standard deviation that the quartiles of normals would have."""
    low, high = np.percentile(values, [25, 75])
    return float((high - low) / 1.349)


if __name__ == "__main__":
    main(sys.argv[1:])
