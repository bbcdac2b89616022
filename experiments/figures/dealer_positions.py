"""Dealers' net position by bucket beside the published one (FR 2004, Wednesdays), at market value.

The run's face counts at the day's clean price, at par where there is none; index ratios of TIPS are left out.
"""

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.buckets import DAYS_PER_YEAR, FACE_PER_BN
from experiments.figures.style import BLACK, SETTINGS, column, label, series
from experiments.inputs.published import between
from experiments.start.dealer_holdings import BUCKETS
from market.bonds.securities import Kind
from market.tables.record_columns import DEALERS

WEEKLY, MUSD_PER_BN, PANEL_INCHES = "dealer_net_positions_weekly_2024", 1_000, 1.35
GROUPS = {  # panel: published columns
    "all": tuple(BUCKETS),
    "bills": ("bills",),
    "coupons to 3 years": ("cpn_le2y", "cpn_g2_le3y"),
    "3 to 7 years": ("cpn_g3_le6y", "cpn_g6_le7y"),
    "7 to 11 years": ("cpn_g7_le11y",),
    "11 to 21 years": ("cpn_g11_le21y",),
    "over 21 years": ("cpn_g21y",),
    "TIPS and FRN": ("tips_le2y", "tips_g2_le6y", "tips_g6_le11y", "tips_g11y", "frn"),
}


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    ours = of_run(run)
    theirs = published(ours.index[0], ours.index[-1])
    with matplotlib.rc_context(SETTINGS):
        figure = column(PANEL_INCHES * len(GROUPS) / 2 + 0.3)
        panels = figure.subplots(len(GROUPS) // 2, 2, sharex=True).flat
        for axes, name in zip(panels, GROUPS, strict=True):
            panel(axes, name, ours[name], theirs[name])
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def panel(axes: Axes, name: str, ours: "pd.Series[float]", theirs: "pd.Series[float]") -> None:
    """Draw one group by day, and the published weeks as dots."""
    axes.plot(ours.index, ours, **series(0), label="model")
    axes.plot(theirs.index, theirs, "o", color=BLACK, markersize=2.5, clip_on=False, label="published")
    axes.set_ylim(bottom=min(0.0, ours.min(), theirs.min() if len(theirs) else 0.0))
    label(axes, name, "billion dollars")


def of_run(run: Any) -> pd.DataFrame:
    """Return dealers' net position by day (rows) and group, billions of dollars."""
    frame = run["balance_sheets"]
    mine = frame[(frame["unit"] == "face") & (frame["sector"] == DEALERS)]
    held = pd.DataFrame(
        {
            "date": pd.to_datetime(mine["date"]),
            "cusip": mine["instrument"].astype(str),
            "bn": ((mine["amount"] + mine["due"] + mine["lent"]) / FACE_PER_BN).astype(np.float64),
        }
    )
    known = facts(run["securities"])
    held = held[held["bn"] != 0.0].merge(known[["date", "cusip", "price"]], "left", ["date", "cusip"])
    held = held.merge(known.drop_duplicates("cusip")[["cusip", "kind", "maturity"]], "left", "cusip")
    years = (pd.to_datetime(held["maturity"]) - held["date"]).dt.days / DAYS_PER_YEAR
    held["bucket"] = bucket_of(held["kind"].to_numpy(str), years.to_numpy(np.float64))
    held["value"] = held["bn"] * held["price"].fillna(100.0) / 100.0
    wide = held.pivot_table(index="date", columns="bucket", values="value", aggfunc="sum")
    return grouped(wide.reindex(columns=list(BUCKETS)).fillna(0.0))


def facts(securities: pd.DataFrame) -> pd.DataFrame:
    """Return date, cusip, kind, maturity and price."""
    known = securities[["date", "cusip", "kind", "maturity", "price"]].astype({"cusip": str, "kind": str})
    return known.assign(date=pd.to_datetime(known["date"]))


def bucket_of(kind: Any, years: Any) -> Any:
    """Return the published bucket of securities by kind (lower case) and remaining years, "" for what matures."""
    inside = [
        np.isin(kind, [Kind(k).name.lower() for k in kinds]) & (years > over) & (years <= up_to)
        for kinds, over, up_to in BUCKETS.values()
    ]
    return np.select(inside, list(BUCKETS), "")


def published(first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the published net positions of the same days by group, billions of dollars."""
    return grouped(between(WEEKLY, "asof_date", first, last) / MUSD_PER_BN)


def grouped(buckets: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of buckets that make up each group."""
    return pd.DataFrame({name: buckets[list(columns)].sum(axis=1) for name, columns in GROUPS.items()})
