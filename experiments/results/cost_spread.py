"""How much buybacks' cost, and what they do before and after, vary across the seeds of several pairs of runs.

Each figure is the mean over pairs, with its standard deviation and its t interval (``results.inference``): a pair of
runs is one draw, its months and its operations are not. A figure that a pair does not have (nothing bought, no price
of what is listed) leaves that pair out of its row.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.errors import UserError
from experiments.results.cost_windows import windows
from experiments.results.costs import ALL, costs
from experiments.results.inference import t_half_width

Pairs = Sequence[tuple[Path, Path]]


def across_seeds(pairs: Pairs) -> pd.DataFrame:
    """Return of the costs of whole runs, by measure, what ``_spread`` says; UserError for fewer than two pairs."""
    _refuse_few(pairs)
    return _spread(pd.DataFrame([costs(*pair).loc[ALL] for pair in pairs]))


def windows_across_seeds(pairs: Pairs) -> pd.DataFrame:
    """Return by (when, measure) what ``_spread`` says of how this run differs from the other.

    Raises UserError for fewer than two pairs, and for pairs of which only some have a standing facility.
    """
    _refuse_few(pairs)
    found = [windows(*pair)["difference"] for pair in pairs]
    for pair, one in zip(pairs, found, strict=True):
        if not one.index.equals(found[0].index):
            raise UserError(
                f"costs: of {pairs[0][0]} and {pair[0]} one has a standing facility and one operations, "
                "expected one or the other in all pairs"
            )
    return _spread(pd.DataFrame(found))


def _refuse_few(pairs: Pairs) -> None:
    """Raise UserError unless there are pairs to compare."""
    if len(pairs) < 2:
        raise UserError(f"costs: {len(pairs)} pair of runs, expected two or more for a variance across seeds")


def _spread(by_pair: pd.DataFrame) -> pd.DataFrame:
    """Return by measure mean, standard deviation, ends of the 95 percent t interval, and number over pairs (rows)."""
    half = by_pair.apply(lambda found: t_half_width(found.dropna().to_numpy(float)))
    mean = by_pair.mean()
    return pd.DataFrame(
        {
            "mean": mean,
            "standard_deviation": by_pair.std(),
            "t_low": mean - half,
            "t_high": mean + half,
            "number": by_pair.notna().sum(),
        }
    )
