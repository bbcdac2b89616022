"""Buyback offers against acceptance: what was offered at which cheapness, and what of it was taken."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.buckets import FACE_PER_BN
from experiments.figures.style import BLACK, BLUE, SKY, area, label, legend, says, stacked
from experiments.inputs.published import between

BINS = np.array([-np.inf, *np.arange(-3.0, 3.5, 0.5), np.inf])  # basis points of cheapness
PUBLISHED = "buyback_operations_2024"


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return stacked((by_score, by_bucket), run, 2.5)


def by_score(axes: Axes, run: Any) -> None:
    """Draw face offered and accepted by the cheapness by which offers are ranked."""
    offers = _table(axes, run["offers"], "offers", "Offers by their cheapness", "billion dollars of face")
    axes.set_xlabel("basis points cheap to curve and market")
    if offers is None:
        return
    bins = pd.cut(offers["score_bp"], BINS.tolist(), labels=False, right=False)
    sums = offers.groupby(bins)[["face", "accepted_face"]].sum().reindex(range(len(BINS) - 1)).fillna(0) / FACE_PER_BN
    middles = np.concatenate([[BINS[1] - 0.25], (BINS[1:-2] + BINS[2:-1]) / 2, [BINS[-2] + 0.25]])
    axes.bar(middles, sums["face"], 0.42, **area(SKY), label="offered")
    axes.bar(middles, sums["accepted_face"], 0.25, **area(BLUE), label="accepted")
    axes.grid(axis="x", visible=False)
    axes.set_xticks([BINS[1], -2, -1, 0, 1, 2, BINS[-2]], ["less", "-2", "-1", "0", "1", "2", "more"])
    legend(axes)


def by_bucket(axes: Axes, run: Any) -> None:
    """Draw what was accepted over the maxima by bucket, and what was published, on the days of which it is known."""
    held = _table(axes, run["buybacks"], "operations", "Accepted, by maturity", "years")
    axes.set_xlabel("percent of the maxima")
    if held is None:
        return
    known = between(PUBLISHED, "operation_date", held["date"].min(), held["date"].max())
    frame = held[held["date"] <= known.index.max()] if len(known) else held
    sums = frame.assign(bucket=frame["bucket"].astype(str)).groupby("bucket")[["accepted_face", "maximum_face"]].sum()
    sums = sums.loc[sorted(sums.index, key=lambda name: ("7.5Y" in name, float(name.split("Y")[0].split("M")[0])))]
    places = np.arange(len(sums))
    axes.barh(places, 100 * sums["accepted_face"] / sums["maximum_face"], 0.6, **area(BLUE), label="model")
    taken = known.groupby("maturity_bucket")[["par_accepted_musd", "max_par_amt_redeemed_musd"]].sum()
    share = 100 * taken["par_accepted_musd"] / taken["max_par_amt_redeemed_musd"]
    axes.plot(share.reindex(sums.index), places, "D", color=BLACK, markersize=5, markerfacecolor="white", clip_on=False)
    axes.lines[-1].set_label("published")
    axes.set_xlim(0, 100)
    axes.set_yticks(places, [_short(name) for name in sums.index])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    legend(axes)


def _table(axes: Axes, table: pd.DataFrame, rows: str, title: str, unit: str) -> pd.DataFrame | None:
    """Label axes; return the table, or None, and say so, if it has no rows."""
    label(axes, title, unit, dates=False)
    if table.empty:
        says(axes, f"no {rows} in this run")
        return None
    return table


def _short(bucket: str) -> str:
    """Return a bucket's ends in years, and whether it is of TIPS."""
    ends = bucket.replace("1Mo", "0").replace("Y", "")
    return f"TIPS {ends}" if "7.5" in ends else ends
