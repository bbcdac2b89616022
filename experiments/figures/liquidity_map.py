"""Where there is a market: depth at the best bid and offer, and time without a firm quote, by maturity and day."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures import heat
from experiments.figures.buckets import COUPONS, by_day, of_years, years_left
from experiments.figures.style import label, stacked


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return stacked((depth, unquoted), run, 2.2)


def depth(axes: Axes, run: Any) -> None:
    """Draw the mean depth of a book, notes and bonds on and off the run."""
    heat.by_day(axes, by_day(_coupons(run), "depth_musd", "mean", COUPONS), "million dollars a book", 0.0)
    label(axes, "Offered in a round, mean book", "years to maturity")


def unquoted(axes: Axes, run: Any) -> None:
    """Draw the share of the day without a firm two-sided quote."""
    shares = _coupons(run).assign(percent=lambda frame: 100 * frame["unquoted_share"])
    heat.by_day(axes, by_day(shares, "percent", "mean", COUPONS), "percent of rounds", 0.0, 100.0)
    label(axes, "Time without a firm quote", "years to maturity")


def _coupons(run: Any) -> pd.DataFrame:
    """Return the notes and bonds outstanding by day, with their bucket."""
    frame = run["securities"]
    shown = frame[frame["kind"].isin(["note", "bond"]) & (frame["outstanding_musd"] > 0)]
    made: pd.DataFrame = shown.assign(bucket=of_years(years_left(shown["maturity"], shown["date"])))
    return made
