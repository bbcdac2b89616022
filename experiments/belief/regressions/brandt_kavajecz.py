"""Order flow and the yield curve: Brandt and Kavajecz (2004, J. Finance 59; NBER working paper 9529).

    change of yield(tenor, t) = a + b flow(t) + e,   flow: net face that aggressors bought of nominal coupons, by day,
                                                     in standard deviations

The paper's flows are of interdealer trades on GovPX, 1992 to 1999, days without announcements apart; here books and
requests are told apart, and every day counts, since the model's news is not scheduled. A buyer who takes lowers yields.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.regressions.paper import Estimate, Paper, least_squares
from experiments.belief.replay_judgement import days_of
from market.units import FACE_PER_MUSD, Float

TENORS = ("2y", "5y", "10y", "30y")
VENUES = {"books": ("book",), "requests": ("request",), "both": ("book", "request")}
FOUND = "order flow explains up to 26 % of daily changes without announcements; buying lowers yields (1992-1999)"


def flows(trades: pd.DataFrame, days: np.ndarray, venues: tuple[str, ...]) -> Float:
    """Return the net face that aggressors bought in venues on each of the days (T,), millions of dollars."""
    mine = trades[trades["venue"].astype(str).isin(venues)]
    signed = mine["aggressor"].to_numpy(np.float64) * mine["face"].to_numpy(np.float64) / FACE_PER_MUSD
    by_day = pd.Series(signed).groupby(days_of(mine["date"])).sum()
    return np.asarray(by_day.reindex(days, fill_value=0.0).to_numpy(np.float64))


def _coupons(run: Any) -> pd.DataFrame:
    """Return the trades in nominal coupons."""
    securities = run["securities"].drop_duplicates("cusip")
    nominal = set(securities.loc[securities["kind"].astype(str).isin(["note", "bond"]), "cusip"].astype(str))
    trades: pd.DataFrame = run["trades"]
    return trades[trades["cusip"].astype(str).isin(nominal)]


def rows(run: Any) -> Iterator[Estimate]:
    """Yield the coefficient of flow by tenor and venue: bp for one standard deviation of flow."""
    daily, trades = run["daily"], _coupons(run)
    days = days_of(daily["date"])
    for venue, names in VENUES.items():
        flow = flows(trades, days, names)[1:]
        spread = flow.std()
        for tenor in TENORS:
            change = np.diff(daily[f"yield_{tenor}_bp"].to_numpy(np.float64))
            found = least_squares(change, {"flow": (flow - flow.mean()) / spread}) if spread > 0 else None
            if found is not None:
                yield found.estimate("flow", f"{tenor}, flow in {venue}", "bp per s.d.", FOUND)


BRANDT_KAVAJECZ = Paper(
    "brandt-kavajecz",
    "Brandt, M. and K. Kavajecz (2004), Price discovery in the U.S. Treasury market, Journal of Finance 59(6)",
    "How much of a day's change of yields goes with the net buying of aggressors?",
    ("daily", "securities", "trades"),
    'set keep = ["trades"] in [run] of the scenario',
    rows,
)
