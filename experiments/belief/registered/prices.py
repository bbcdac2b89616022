"""Yields in difference and in cross-section, and what turnover of 7 to 11 years goes with.

The pattern of yields is what a cubic spline of remaining years with knots at 2, 3, 5 and 7, by least squares, leaves of
those of notes and bonds of 1 to 10 years that were off the run on 28 May 2024: on that day and on 30 September, by
CUSIP, in bp. A run has the published yields of 28 May, on which it starts.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.panel import TENORS, VOLUME, Panel
from experiments.belief.registered.weeks import last_day, sums, week_ends
from experiments.belief.replay_judgement import FIRST_REGULAR, LAST_PUBLISHED, days_of
from experiments.inputs.published import table
from market.units import Float, Int, day_number

BP, DAYS_PER_YEAR, KNOTS = 100.0, 365.25, (2.0, 3.0, 5.0, 7.0)
BEFORE, AFTER = day_number("2024-05-28"), day_number("2024-09-30")
PRICES = {BEFORE: "fedinvest_prices_2024-05-28", AFTER: "fedinvest_prices_2024-09-30"}


def published(last: int) -> Panel:
    """Return the published series to a last day (a day number)."""
    yields = table("cmt_yields_term_premium_daily_2019-2024").set_index("date")[list(TENORS.values())].dropna()
    yields = BP * yields[(yields.index >= FIRST_REGULAR) & (yields.index <= last)]
    volume = table(VOLUME).set_index("asof_date")["pdtrgsc_g7l11_musd"]
    ends = week_ends(last)
    late = published_yields(AFTER) if last >= AFTER else pd.Series(dtype=float)
    levels = yields.rename(columns={column: tenor for tenor, column in TENORS.items()})
    return {**_differences(levels), **_turnover(volume.reindex(ends[1:]), levels["10y"], ends), **_pattern(late)}


def simulated(run: Any) -> Panel:
    """Return the series of a run."""
    daily = run["daily"]
    levels = pd.DataFrame({tenor: daily[f"yield_{tenor}_bp"].to_numpy(np.float64) for tenor in TENORS})
    levels.index = pd.Index(days_of(daily["date"]))
    levels = levels[(levels.index >= FIRST_REGULAR) & (levels.index <= LAST_PUBLISHED)]
    ends = week_ends(min(last_day(daily), LAST_PUBLISHED))
    traded = run["securities"]
    close = traded[days_of(traded["date"]) == AFTER]
    late = pd.Series(close["yield_bp"].to_numpy(np.float64), close["cusip"].astype(str))
    weekly = pd.Series(sums(_daily_turnover(traded), ends), ends[1:])
    return {**_differences(levels), **_turnover(weekly, levels["10y"], ends), **_pattern(late)}


def _differences(levels: pd.DataFrame) -> Panel:
    """Return daily changes of the slope and of a butterfly from levels by tenor, bp."""
    change = levels.diff().iloc[1:]
    slope, butterfly = change["10y"] - change["2y"], 2 * change["5y"] - change["2y"] - change["10y"]
    return {
        "autocorrelation of change, 10y less 2y": slope.to_numpy(np.float64),
        "autocorrelation of change, 2y-5y-10y": butterfly.to_numpy(np.float64),
    }


def _turnover(weekly: pd.Series, ten_year: pd.Series, ends: Int) -> Panel:
    """Return relative turnover beside whether 10-year notes were auctioned in the week, and beside its moves."""
    held = table("auctions_2019-2024")
    days = held.loc[(held["security_class"] == "Note") & (held["term"] == "10Y"), "auction_date"]
    auctioned = sums(pd.Series(1.0, days), ends) > 0
    moves = sums(ten_year.diff().abs().dropna(), ends)
    relative = weekly.to_numpy(np.float64) / weekly.mean()
    known = np.isfinite(relative)
    return {
        "turnover in weeks of 10-year auctions": np.column_stack([auctioned, relative])[known],
        "turnover and size of yield changes": np.column_stack([relative, moves])[known],
    }


def _daily_turnover(traded: pd.DataFrame) -> pd.Series:
    """Return the turnover by day of nominal coupons of 7 to 11 years."""
    day = days_of(traded["date"])
    years = (days_of(traded["maturity"]) - day) / DAYS_PER_YEAR
    which = traded["kind"].astype(str).isin(["note", "bond"]).to_numpy() & (years > 7) & (years <= 11)
    return traded.loc[which, "turnover_musd"].groupby(day[which]).sum()


def published_yields(day: int) -> pd.Series:
    """Return the published yields in bp of notes and bonds on a day of prices, by CUSIP."""
    frame = table(PRICES[day])
    frame = frame[frame["security_type"].isin(["Note", "Bond"]) & (frame["end_of_day_price"] > 0)]
    return BP * frame.set_index("cusip")["eod_yield_pct"].dropna()


def _pattern(late: pd.Series) -> Panel:
    """Return residuals of both days (N, 2) and their change (N,), by maturity; nothing without the later day."""
    left = patterns(published_yields(BEFORE), late, (BEFORE, AFTER))
    if not len(left):
        return {}
    return {
        "pattern of yields after four months": left,
        "change of the pattern in four months": left[:, 1] - left[:, 0],
    }


def patterns(
    early: pd.Series, late: pd.Series, days: tuple[int, int], years: tuple[float, float] = (1.0, 10.0)
) -> Float:
    """Return residuals of two days (N, 2) from yields in bp by CUSIP, by maturity: of issues off the run at the start
    that are inside a range of remaining years on both.
    """
    listed = table("securities_outstanding_2024-05-28").set_index("cusip")
    old = listed[listed["security_class"].isin(["Note", "Bond"]) & (listed["otr_rank"] != 0)].sort_values(
        "maturity_date"
    )
    both = pd.DataFrame({"early": early, "late": late}).reindex(old.index).dropna()
    ends = old.loc[both.index, "maturity_date"].to_numpy(np.int64)
    inside = (ends - days[1] >= years[0] * DAYS_PER_YEAR) & (ends - days[0] <= years[1] * DAYS_PER_YEAR)
    yields, ends = both[inside].to_numpy(np.float64), ends[inside]
    if not len(ends):
        return np.zeros((0, 2))
    return np.column_stack([_residuals(yields[:, place], ends - day) for place, day in enumerate(days)])


def _residuals(yields_bp: Float, days_left: Int) -> Float:
    """Return yields (N,) less their cubic spline in remaining years."""
    years = days_left / DAYS_PER_YEAR
    powers = [years**power for power in range(4)] + [np.maximum(years - knot, 0.0) ** 3 for knot in KNOTS]
    known = np.column_stack(powers)
    return np.asarray(yields_bp - known @ np.linalg.lstsq(known, yields_bp, rcond=None)[0])
