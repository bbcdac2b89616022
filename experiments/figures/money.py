"""Reserves, Treasury cash and reverse repo, beside the published paths (H.4.1 Wednesdays, Daily Treasury Statement)."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from experiments.figures.style import BLUE, GREEN, ORANGE, label, legend
from experiments.published import table

H41, TGA = "h41_wednesday_levels_weekly_2019-2024", "tga_daily_2019-2024"
LINES = (  # column of daily, published table and column, colour, name
    ("reserves_musd", H41, "reserve_balances", BLUE, "reserves"),
    ("tga_musd", TGA, "tga_musd", ORANGE, "Treasury's account"),
    ("on_rrp_musd", H41, "rrp_others_onrrp", GREEN, "reverse repo"),
)


def draw(axes: Axes, run: Any) -> None:
    """Draw each path of the run as a line, the published one as dots."""
    daily = run["daily"]
    for column, source, published, colour, name in LINES:
        axes.plot(daily["date"], daily[column] / 1_000, color=colour, label=name)
        known = _published(source, published, daily["date"].min(), daily["date"].max())
        axes.plot(known.index, known / 1_000, ".", color=colour, markersize=2.5)
    axes.set_ylim(bottom=0)
    label(axes, "Money at the Fed (dots: published)", "billion dollars")
    legend(axes)


def _published(source: str, column: str, first: pd.Timestamp, last: pd.Timestamp) -> "pd.Series[float]":
    """Return a published series, millions of dollars, within the days of the run."""
    frame = table(source)
    series = pd.Series(frame[column].to_numpy(), pd.to_datetime(frame["date"], unit="D"))
    return series[(series.index >= first) & (series.index <= last)]
