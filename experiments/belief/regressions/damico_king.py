"""Flow effects of purchases: D'Amico and King (2013, J. Financial Economics 108), on the Treasury's buybacks.

    change of yield(i, t) = day(t) + b own(i, t) + c near(i, t) + e

over nominal off-the-run coupons on days of an operation: ``own`` is the face bought of a security as percent of what is
outstanding less the Fed's, ``near`` that of others within two years of its maturity, ``day`` a fixed effect (means are
taken out), errors clustered by day. The paper's purchases are the Fed's of 2009; own and near effects on the day of the
operation are its "flow effects". The change is that of the operation's day, so that it holds what the offers' choice
made of it: what looks cheap is bought, and cheap issues revert.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.regressions.paper import Estimate, Paper, least_squares
from experiments.belief.replay_judgement import days_of
from market.units import FACE_PER_MUSD, Float

NEAR_YEARS = 2.0
FOUND = "-3.5 bp in the sector on the day of a purchase, short and middle maturities (Fed purchases of 2009)"


def panel(run: Any) -> pd.DataFrame:
    """Return one row per nominal off-the-run coupon and operation day: day, change (bp), own and near (percent)."""
    offers = run["offers"]
    bought = offers.assign(day=days_of(offers["date"]), cusip=offers["cusip"].astype(str))
    bought = bought.groupby(["day", "cusip"])["accepted_face"].sum() / FACE_PER_MUSD
    held = run["securities"]
    held = held.assign(day=days_of(held["date"]), cusip=held["cusip"].astype(str), until=days_of(held["maturity"]))
    held["change"] = held.sort_values("day").groupby("cusip")["yield_bp"].diff()
    nominal = held["kind"].astype(str).isin(["note", "bond"]) & ~held["on_the_run"].astype(bool)
    held = held[nominal & held["day"].isin(bought.index.unique("day"))]
    face = bought.reindex(pd.MultiIndex.from_frame(held[["day", "cusip"]]), fill_value=0.0).to_numpy(np.float64)
    private = np.maximum((held["outstanding_musd"] - held["soma_musd"]).to_numpy(np.float64), 1.0)
    held = held.assign(face=face, private=private, own=100.0 * face / private)
    nearby = [_near(day) for _, day in held.groupby("day", sort=True)]
    return pd.concat(nearby, ignore_index=True) if nearby else held.assign(near=[])


def _near(day: pd.DataFrame) -> pd.DataFrame:
    """Add the share bought of the other securities within two years of maturity."""
    until = day["until"].to_numpy(np.float64)
    close = (np.abs(until[:, None] - until[None, :]) <= NEAR_YEARS * 365.25) & ~np.eye(len(day), dtype=bool)
    face, private = close @ day["face"].to_numpy(np.float64), close @ day["private"].to_numpy(np.float64)
    return day.assign(near=100.0 * face / np.maximum(private, 1.0))


def _within(values: pd.Series, day: pd.Series) -> Float:
    """Take the mean of each day out."""
    return np.asarray((values - values.groupby(day).transform("mean")).to_numpy(np.float64))


def rows(run: Any) -> Iterator[Estimate]:
    """Yield the own and the near effect: bp for one percent of the private float."""
    table = panel(run).dropna(subset=["change"])
    columns = {name: _within(table[name], table["day"]) for name in ("own", "near")}
    found = least_squares(_within(table["change"], table["day"]), columns, table["day"].to_numpy(np.int64))
    if found is not None:
        for term in columns:
            yield found.estimate(term, f"{term} purchases", "bp per % of float", FOUND)


DAMICO_KING = Paper(
    "damico-king",
    "D'Amico, S. and T. King (2013), Flow and stock effects of large-scale Treasury purchases, JFE 108(2)",
    "What does a purchase do, on its day, to the yield of what is bought and of what lies near?",
    ("securities", "offers"),
    "run a scenario with buybacks",
    rows,
)
