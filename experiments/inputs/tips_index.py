"""The published consumer price index as the market's ``PriceIndex``, and the index ratios of TIPS.

A year beyond the last published month is held level, so that calendars that reach further still run; nothing of 2025
is known. Source: BLS CPI-U, not seasonally adjusted (``cpi_u_nsa_monthly_1996-2024``).
"""

import numpy as np

from experiments.inputs.published import remembered, table
from market.bonds.price_index import PriceIndex, index_ratio_e5
from market.bonds.securities import Securities
from market.units import Bool, Float, Int

LEVEL_MONTHS = 12


@remembered()
def consumer_prices() -> PriceIndex:
    """Return the published index, level for a year after its end."""
    frame = table("cpi_u_nsa_monthly_1996-2024")
    points = frame["cpi_u_nsa"].to_numpy()
    first = int(np.datetime64(frame["month"].iloc[0], "M").astype(np.int64))
    return PriceIndex(first, np.append(points, np.full(LEVEL_MONTHS, points[-1])))


def dated_day(first_issue_day: Int, maturity_day: Int) -> Int:
    """Return the dated date of TIPS: the last maturity's day of the month on or before the first issue."""
    issue = np.asarray(first_issue_day, np.int64).astype("datetime64[D]")
    mature = np.asarray(maturity_day, np.int64).astype("datetime64[D]")
    within = mature - mature.astype("datetime64[M]")
    this_month = issue.astype("datetime64[M]") + within
    last_month = (issue.astype("datetime64[M]") - np.timedelta64(1, "M")) + within
    return np.asarray(np.where(this_month <= issue, this_month, last_month).astype("datetime64[D]").astype(np.int64))


def index_bases_e5(is_tips: Bool, first_issue_day: Int, maturity_day: Int) -> Int:
    """Return the reference index at the dated date of those securities (S,) that are TIPS, 0 of the others."""
    base = np.zeros(len(is_tips), np.int64)
    base[is_tips] = consumer_prices().reference_e5(dated_day(first_issue_day[is_tips], maturity_day[is_tips]))
    return base


def index_ratios(securities: Securities, day: int) -> Float:
    """Return the index ratio of every security (S,) on a day; 1 for those that are not indexed."""
    return np.asarray(index_ratio_e5(consumer_prices().reference_e5(day), securities.index_base_e5) / 1e5)
