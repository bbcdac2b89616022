"""Reserves, Treasury cash and reverse repo, beside the published paths (H.4.1 Wednesdays, Daily Treasury Statement)."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.events import shade
from experiments.figures.style import alone, label, legend, series
from experiments.inputs.published import between

H41, TGA = "h41_wednesday_levels_weekly_2019-2024", "tga_daily_2019-2024"
LINES = (  # column of daily, published table and column, name
    ("reserves_musd", H41, "reserve_balances", "reserves"),
    ("tga_musd", TGA, "tga_musd", "Treasury's account"),
    ("on_rrp_musd", H41, "rrp_others_onrrp", "reverse repo"),
)


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw each path of the run as a line, the published one as dots."""
    daily = run["daily"]
    shade(axes, run, daily["date"])
    for place, (column, source, published, name) in enumerate(LINES):
        drawn = series(place)
        axes.plot(daily["date"], daily[column] / 1_000, **drawn, label=name)
        known = between(source, "date", daily["date"].min(), daily["date"].max())[published] / 1_000
        axes.plot(known.index, known, ".", color=drawn["color"], markersize=2.5)
    axes.set_ylim(bottom=0)
    label(axes, "Money at the Fed (dots: published)", "billion dollars")
    legend(axes)
