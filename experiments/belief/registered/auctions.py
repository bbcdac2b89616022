"""How figures of an auction move together, and how one auction resembles the one before: deviations from tenors' means.

A deviation is a figure less the mean of its tenor over the window, on each side by its own mean. Pairs (T, 2) are in
order of time; those with a figure missing are left out.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.panel import Panel, no_auctions, span
from experiments.belief.replay_judgement import auctions
from experiments.inputs.published import table
from market.units import Float

COVER, DEALERS, DIRECT, SPREAD = "bid_to_cover", "dealer_share", "direct_share", "high_less_median"
REOPENED = r"Note 10Y|Bond (?:20Y|30Y)"  # tenors that are reopened


def published(last: int) -> Panel:
    """Return the published series to a last day (a day number)."""
    return _series(auctions(span(last) | {"auctions": no_auctions()}), "published")


def simulated(run: Any) -> Panel:
    """Return the series of a run."""
    return _series(auctions(run), "model")


def _series(held: pd.DataFrame, whose: str) -> Panel:
    """Return the series of one side of judged auctions."""
    coupons = held[held["tenor"].str.startswith(("Note", "Bond"))].reset_index(drop=True)
    bills = held[held["tenor"].str.startswith("Bill")].reset_index(drop=True)
    cover, dealers = _deviation(coupons, COVER, whose), _deviation(coupons, DEALERS, whose)
    of_bills = _deviation(bills, COVER, whose), _deviation(bills, DEALERS, whose)
    code = pd.Series(pd.factorize(coupons["tenor"], sort=True)[0], coupons.index)
    again = coupons["tenor"].str.fullmatch(REOPENED)
    reopened = _reopened(coupons)[again]
    return {
        "cover and dealers' share, coupons": _pairs(cover, dealers),
        "cover and dealers' share, bills": _pairs(*of_bills),
        "cover and high less median": _pairs(cover, _deviation(coupons, SPREAD, whose)),
        "direct and dealers' share": _pairs(_deviation(coupons, DIRECT, whose), dealers),
        "memory of cover, coupons": _with_last(cover, coupons["tenor"]),
        "memory of cover, bills": _with_last(of_bills[0], bills["tenor"]),
        "memory of dealers' share, coupons": _with_last(dealers, coupons["tenor"]),
        "memory of dealers' share, bills": _with_last(of_bills[1], bills["tenor"]),
        "dealers' share from auction to auction": _pairs(dealers, dealers.shift()),
        "cover of reopened less new issues": _pairs(reopened, cover[again]),
        "spread of cover over tenors": _pairs(code, coupons[f"{COVER}_{whose}"]),
    }


def _deviation(held: pd.DataFrame, measure: str, whose: str) -> pd.Series:
    figure = held[f"{measure}_{whose}"].astype(float)
    return figure - figure.groupby(held["tenor"]).transform("mean")


def _with_last(figure: pd.Series, tenor: pd.Series) -> Float:
    """Return a figure beside that of the tenor's auction before."""
    return _pairs(figure, figure.groupby(tenor).shift())


def _pairs(first: pd.Series, second: pd.Series) -> Float:
    return pd.concat([first, second], axis=1).dropna().to_numpy(np.float64)


def _reopened(held: pd.DataFrame) -> pd.Series:
    """Return 1 for an auction of more of a security that existed, 0 for one of a new issue, by the calendar."""
    known = table("auctions_2019-2024").set_index(["auction_date", "cusip"])["reopening"]
    keys = pd.MultiIndex.from_frame(held[["day", "cusip"]])
    return pd.Series((known.reindex(keys) == "True").to_numpy(np.float64), held.index)
