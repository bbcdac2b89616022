"""How much the cost of buybacks varies across the seeds of several pairs of runs: mean and spread of each figure."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.errors import UserError
from experiments.results.costs import ALL, costs


def across_seeds(pairs: Sequence[tuple[Path, Path]]) -> pd.DataFrame:
    """Return by measure the mean, the standard deviation and the number over pairs; UserError for fewer than two."""
    if len(pairs) < 2:
        raise UserError(f"costs: {len(pairs)} pair of runs, expected two or more for a variance across seeds")
    whole = pd.DataFrame([costs(*pair).loc[ALL] for pair in pairs])
    return pd.DataFrame({"mean": whole.mean(), "standard_deviation": whole.std(), "number": whole.notna().sum()})
