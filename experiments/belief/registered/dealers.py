"""Dealers' positions by part of the market, week by week, their awards at auctions, and their fails on the run.

Billions of dollars, market value as published against face in a run, on trade date. A week's awards are those of
auctions held in it. Fails to deliver are summed over the days of a week, blanks of the FR 2004 as nothing.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.panel import Panel
from experiments.belief.registered.weeks import at_closes, last_day, sums, week_ends
from experiments.belief.replay_judgement import FIRST_REGULAR, days_of
from experiments.belief.replay_tests import MUSD_PER_BN, POSITIONS, model_buckets
from experiments.inputs.published import table
from experiments.start.dealer_holdings import BUCKETS
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD, Float, Int

BILLS, SHORT, LONG = "bills", "coupons to 7y", "coupons over 7y"
PARTS = {
    BILLS: ["bills"],
    SHORT: ["cpn_le2y", "cpn_g2_le3y", "cpn_g3_le6y", "cpn_g6_le7y"],
    LONG: ["cpn_g7_le11y", "cpn_g11_le21y", "cpn_g21y"],
}
FAILS, TENORS = "dealer_fails_on_the_run_weekly_2022-2024", (2, 3, 5, 7, 10, 20, 30)


def published(last: int) -> Panel:
    """Return the published series to a last day (a day number)."""
    ends = week_ends(last)
    held = table("auctions_2019-2024")
    faces = held["primary_dealer_pct"] * held["amount_accepted_competitive_musd"] / MUSD_PER_BN
    awards = pd.DataFrame(
        {"kind": held["security_class"].str.lower().to_numpy(), "face": faces.to_numpy()}, held["auction_date"]
    )
    fails = table(FAILS).set_index("date")[[f"{tenor}y_deliver" for tenor in TENORS]].sum(axis=1)
    positions = table(POSITIONS).set_index("asof_date")[list(BUCKETS)] / MUSD_PER_BN
    return {**_positions(positions, awards, ends), **_fails(fails.reindex(ends[1:]).dropna().to_numpy(np.float64))}


def simulated(run: Any) -> Panel:
    """Return the series of a run."""
    ends = week_ends(last_day(run["daily"]))
    held = run["auctions"]
    faces = held["dealer_face"].astype(float) / (MUSD_PER_BN * FACE_PER_MUSD)
    awards = pd.DataFrame(
        {"kind": held["kind"].astype(str).to_numpy(), "face": faces.to_numpy()}, days_of(held["date"])
    )
    return {**_positions(model_buckets(run), awards, ends), **_fails(sums(_failed(run), ends))}


def _positions(buckets: pd.DataFrame, awards: pd.DataFrame, ends: Int) -> Panel:
    """Return the series of positions by bucket and day and of awards by day, in billions."""
    parts = pd.DataFrame({name: buckets[columns].sum(axis=1) for name, columns in PARTS.items()})
    levels = at_closes(parts, ends)
    change = levels.diff().iloc[1:]
    coupons = change[SHORT] + change[LONG]
    awarded = {kind: sums(awards.loc[awards["kind"].isin(of), "face"], ends) for kind, of in _KINDS.items()}
    return {
        "s.d. of weekly change, dealers' bills": change[BILLS].to_numpy(np.float64),
        "s.d. of weekly change, dealers' coupons to 7y": change[SHORT].to_numpy(np.float64),
        "s.d. of weekly change, dealers' coupons over 7y": change[LONG].to_numpy(np.float64),
        "persistence of dealers' coupons to 7y": levels[SHORT].to_numpy(np.float64),
        "persistence of dealers' coupons over 7y": levels[LONG].to_numpy(np.float64),
        "dealers' bills and coupons": np.column_stack([change[BILLS], coupons]),
        "dealers' coupons to and over 7y": change[[SHORT, LONG]].to_numpy(np.float64),
        "dealers' coupons and their awards": np.column_stack([coupons, awarded["coupons"]]),
        "dealers' bills and their awards": np.column_stack([change[BILLS], awarded["bills"]]),
    }


_KINDS = {"bills": ("bill",), "coupons": ("note", "bond")}


def _failed(run: Any) -> pd.Series:
    """Return by day, from the second on, the face in billions of on-the-run coupons that dealers did not deliver."""
    traded, who, fails = run["securities"], run["institutions"], run["fails"]
    names = set(who.loc[who["kind"].astype(str) == DEALERS, "name"].astype(str))
    newest = traded["on_the_run"].to_numpy(bool) & traded["kind"].astype(str).isin(["note", "bond"]).to_numpy()
    fresh = pd.MultiIndex.from_arrays([days_of(traded["date"])[newest], traded["cusip"].astype(str)[newest]])
    day = days_of(fails["date"])
    on_the_run = pd.MultiIndex.from_arrays([day, fails["cusip"].astype(str)]).isin(fresh)
    mine = on_the_run & fails["seller"].astype(str).isin(names).to_numpy() & (day > FIRST_REGULAR)
    return pd.Series(fails["face"].to_numpy(np.float64)[mine] / (MUSD_PER_BN * FACE_PER_MUSD), day[mine])


def _fails(weekly: Float) -> Panel:
    return {"variation of fails on the run": weekly, "persistence of fails on the run": weekly}
