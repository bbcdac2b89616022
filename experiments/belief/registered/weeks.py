"""Weeks that end on Wednesdays, as those of the FR 2004 and the H.4.1: the first ends on 5 June 2024, a week after the
window's first day, which is a Wednesday.
"""

import numpy as np
import pandas as pd

from experiments.belief.replay_judgement import FIRST_REGULAR, days_of
from market.units import Float, Int

WEEK = 7


def week_ends(last: int) -> Int:
    """Return the Wednesdays (W,) from the window's first day to a last day (day numbers)."""
    return np.arange(FIRST_REGULAR, last + 1, WEEK)


def at_closes(levels: pd.DataFrame, ends: Int) -> pd.DataFrame:
    """Return the rows of a table indexed by day number at weeks' ends, or at the close before; NaN before all."""
    place = np.searchsorted(levels.index.to_numpy(), ends, side="right") - 1
    found = levels.iloc[np.maximum(place, 0)].astype(float)
    found.index = pd.Index(ends)
    return found.where(pd.Series(place >= 0, found.index), axis=0)


def sums(amount: pd.Series, ends: Int) -> Float:
    """Return the sums (W - 1,) of amounts indexed by day number over the weeks that end with all ends but the first."""
    week = np.searchsorted(ends, amount.index.to_numpy(), side="left")
    return np.bincount(week, amount.to_numpy(np.float64), len(ends) + 1)[1 : len(ends)].astype(np.float64)


def last_day(daily: pd.DataFrame) -> int:
    """Return the last day of a run's daily table."""
    return int(days_of(daily["date"]).max())
