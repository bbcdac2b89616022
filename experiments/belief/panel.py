"""Series that a validation measures, from the published files and from a run, under the same names and in the same
units.

``published()`` and ``simulated(run)`` return a dict of float arrays (T,), or (T, 2) for pairs, in order of time, from
29 May 2024 to the last published day, 31 December 2024. ``CLOCK`` says how each is sampled. A series that a run is too
short for is left out of its dict. Yields are constant-maturity (published) against on-the-run at the close (run): a run
steps when a new issue becomes the benchmark, the published curve does not; changes of that day are left in.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.replay_judgement import FIRST_REGULAR, LAST_PUBLISHED, auctions, buybacks, days_of
from experiments.inputs.published import table
from market.units import Float

TENORS = {"2y": "DGS2", "5y": "DGS5", "10y": "DGS10", "30y": "DGS30"}
BP, PER_BN = 100.0, 1_000.0
WEDNESDAY, MONDAY_OF_DAY_ZERO = 2, 3  # day number 0, 1 January 1970, was a Thursday
VOLUME = "dealer_volume_7-11y_weekly_2024"
CLOCK = {
    **{f"change of the {tenor}": "day" for tenor in TENORS},
    "changes of the 2y and 10y": "day",
    "repo rate less IORB": "day",
    "cover of coupons": "auction",
    "cover of bills": "auction",
    "dealers' share of coupons": "auction",
    "dealers' share of bills": "auction",
    "high less median": "auction",
    "dealers' net position": "week",
    "weekly change of dealers' net position": "week",
    "turnover of 7 to 11 years": "week",
    "buyback offers per maximum": "operation",
    "buyback fill": "operation",
}
NEEDED = ("daily", "securities", "auctions", "buybacks")  # tables of a run
Panel = dict[str, Float]


def published(last: int = LAST_PUBLISHED) -> Panel:
    """Return the published series to a last day (a day number), blanks left out."""
    yields = _between(table("cmt_yields_term_premium_daily_2019-2024"), "date", last).dropna(subset=[*TENORS.values()])
    rates = _between(table("sofr_percentiles_iorb_onrrp_rate_daily_2019-2024"), "date", last).dropna(
        subset=["sofr", "iorb"]
    )
    dealers = _between(table("dealer_net_positions_weekly_2024"), "asof_date", last)
    volume = _between(table(VOLUME), "asof_date", last)["pdtrgsc_g7l11_musd"].to_numpy(np.float64)
    sold = auctions(span(last) | {"auctions": no_auctions()})
    bought = buybacks(span(last) | {"buybacks": no_buybacks()})
    levels = {tenor: BP * yields[column].to_numpy(np.float64) for tenor, column in TENORS.items()}
    return {
        **_yields(levels),
        "repo rate less IORB": (BP * (rates["sofr"] - rates["iorb"])).to_numpy(np.float64),
        **_auctions(sold, "published"),
        **_positions(dealers["total"].to_numpy(np.float64) / PER_BN),
        "turnover of 7 to 11 years": volume / volume.mean(),
        **_buybacks(bought, "published"),
    }


def simulated(run: Any) -> Panel:
    """Return the series of a run (``experiments.check.RunTables``, or tables by name), those it is long enough for."""
    daily = run["daily"]
    day = days_of(daily["date"])
    daily = daily[(day >= FIRST_REGULAR) & (day <= LAST_PUBLISHED)]
    day = days_of(daily["date"])
    wednesdays = (day + MONDAY_OF_DAY_ZERO) % 7 == WEDNESDAY
    levels = {tenor: daily[f"yield_{tenor}_bp"].to_numpy(np.float64) for tenor in TENORS}
    found = {
        **_yields(levels),
        "repo rate less IORB": (daily["sofr_bp"] - daily["iorb_bp"]).to_numpy(np.float64),
        **_auctions(auctions(run), "model"),
        **_positions(daily["dealer_net_musd"].to_numpy(np.float64)[wednesdays] / PER_BN),
        "turnover of 7 to 11 years": _turnover(run["securities"]),
        **_buybacks(buybacks(run), "model"),
    }
    return {name: series for name, series in found.items() if len(series)}


def _between(frame: pd.DataFrame, column: str, last: int) -> pd.DataFrame:
    return frame[frame[column].between(FIRST_REGULAR, last)]


def _yields(levels: dict[str, Float]) -> Panel:
    """Return daily changes by tenor, and those of 2 and 10 years side by side, from levels (T,) in bp."""
    changes = {tenor: np.diff(level) for tenor, level in levels.items()}
    alone = {f"change of the {tenor}": series for tenor, series in changes.items()}
    return alone | {"changes of the 2y and 10y": np.column_stack([changes["2y"], changes["10y"]])}


def _auctions(held: pd.DataFrame, whose: str) -> Panel:
    """Return cover and dealers' share of nominal coupons and bills, and high less median yield of coupons."""
    bill = held["tenor"].str.startswith("Bill")
    coupon = held["tenor"].str.startswith(("Note", "Bond"))
    columns = {
        "cover of coupons": (coupon, "bid_to_cover"),
        "cover of bills": (bill, "bid_to_cover"),
        "dealers' share of coupons": (coupon, "dealer_share"),
        "dealers' share of bills": (bill, "dealer_share"),
        "high less median": (coupon, "high_less_median"),
    }
    return {name: _numbers(held.loc[which, f"{what}_{whose}"]) for name, (which, what) in columns.items()}


def _positions(weekly_bn: Float) -> Panel:
    return {"dealers' net position": weekly_bn, "weekly change of dealers' net position": np.diff(weekly_bn)}


def _buybacks(held: pd.DataFrame, whose: str) -> Panel:
    return {
        "buyback offers per maximum": _numbers(held[f"offered_{whose}"] / held["maximum"]),
        "buyback fill": _numbers(held[f"accepted_{whose}"] / held["maximum"]),
    }


def _numbers(column: pd.Series) -> Float:
    return column.dropna().to_numpy(np.float64)


def _turnover(securities: pd.DataFrame) -> Float:
    """Return the weekly mean turnover of nominal coupons of 7 to 11 years, over its mean."""
    day = days_of(securities["date"])
    years = (days_of(securities["maturity"]) - day) / 365.25
    which = securities["kind"].astype(str).isin(["note", "bond"]) & (years > 7) & (years <= 11) & (day >= FIRST_REGULAR)
    which &= day <= LAST_PUBLISHED
    daily = securities.loc[which, "turnover_musd"].groupby(day[which]).sum()
    weekly = daily.groupby((daily.index.to_numpy() + MONDAY_OF_DAY_ZERO) // 7).mean().to_numpy(np.float64)
    return weekly / weekly.mean() if len(weekly) else weekly


def span(last: int) -> dict[str, pd.DataFrame]:
    """Return the daily table of a run that lived from the first regular day to a last one, and recorded nothing."""
    return {"daily": pd.DataFrame({"date": np.array([FIRST_REGULAR, last]).astype("datetime64[D]")})}


def no_auctions() -> pd.DataFrame:
    """Return an auctions table of a run that held none: the published side is then what is left."""
    faces = ("awarded_face", "noncompetitive_face", "dealer_face", "direct_face", "indirect_face")
    numbers = (*faces, "stop_percent", "median_percent", "tail_bp", "bid_to_cover")
    return _empty(["cusip", "kind"], numbers)


def no_buybacks() -> pd.DataFrame:
    """Return a table of operations of a run that held none."""
    return _empty(["bucket"], ("offered_face", "accepted_face"))


def no_offers() -> pd.DataFrame:
    """Return a table of offers of a run that had none."""
    return _empty(["bucket", "cusip"], ("price_e8", "accepted_face", "score_bp"))


def no_securities() -> pd.DataFrame:
    """Return a table of securities of a run without any."""
    return _empty(["cusip"], ("price",))


def _empty(names: list[str], numbers: tuple[str, ...]) -> pd.DataFrame:
    dates = {"date": np.array([], "datetime64[D]").astype("datetime64[s]")}
    return pd.DataFrame(dates | {n: np.array([], str) for n in names} | {n: np.array([], np.float64) for n in numbers})
