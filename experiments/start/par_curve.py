"""Published yields by maturity on a day: the Treasury's par curve and the real curve of TIPS.

Nominal: par yields of ``par_yield_curve_daily`` until 2024-12-06, H.15 constant maturities after it; linear between
published maturities, level beyond them. Real: H.15 10-, 20- and 30-year inflation-indexed constant maturities, linear
between them. Below ten years no real yield is given: the nominal curve less the 10-year breakeven stands for it (a
level breakeven). After 2024-07-30 the 20- and 30-year real yields are not given either: their breakevens keep the
distance to the 10-year one of the last day that has them. Basis points throughout; a day without publication takes
the last one before it.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from experiments.inputs.published import DataError, remembered, table
from market.units import Float, Int, to_date

PAR_YEARS = {
    **{f"{months:g} Mo": months / 12 for months in (1, 1.5, 2, 3, 4, 6)},
    **{f"{years} Yr": float(years) for years in (1, 2, 3, 5, 7, 10, 20, 30)},
}
H15_YEARS = {"DGS3MO": 0.25, "DGS6MO": 0.5, **{f"DGS{years}": float(years) for years in (1, 2, 5, 10, 20, 30)}}
REAL_YEARS = {"DFII10": 10.0, "DFII20": 20.0, "DFII30": 30.0}
STALE_DAYS = 7


def par_yield_bp(day: int, years: ArrayLike) -> Float:
    """Return nominal par yields in bp at maturities in years on a day."""
    known, yield_bp = _nominal(day)
    return np.asarray(np.interp(np.asarray(years, np.float64), known, yield_bp))


def real_yield_bp(day: int, years: ArrayLike) -> Float:
    """Return real par yields in bp at maturities in years on a day; the module says what is assumed."""
    wanted = np.asarray(years, np.float64)
    known = np.array(list(REAL_YEARS.values()))
    breakeven = np.interp(wanted, known, _breakevens_bp(day))
    return np.asarray(par_yield_bp(day, wanted) - breakeven)


@remembered(400)
def _nominal(day: int) -> tuple[Float, Float]:
    """Return the published maturities in years and their yields in bp."""
    for columns, (days, yields_bp) in ((PAR_YEARS, _par_yields()), (H15_YEARS, _constant_maturities())):
        row = _latest(days, day)
        if row is not None:
            given = ~np.isnan(yields_bp[row])
            return np.array(list(columns.values()))[given], yields_bp[row][given]
    raise DataError(
        f"par_yield_curve_daily_2019-2024.csv: no yields within a week before {to_date(day)}, expected 2019 to 2024"
    )


@remembered()
def _par_yields() -> tuple[Int, Float]:
    """Return the days (T,) and par yields in bp (T, N) of the Treasury's curve."""
    return _by_day(table("par_yield_curve_daily_2019-2024"), "Date", PAR_YEARS)


@remembered()
def _constant_maturities() -> tuple[Int, Float]:
    """Return the days (T,) that have a 10-year yield and the constant maturities in bp (T, N) of H.15."""
    return _by_day(table("cmt_yields_term_premium_daily_2019-2024").dropna(subset="DGS10"), "date", H15_YEARS)


@remembered()
def _real_yields() -> tuple[Int, Float]:
    """Return the days (T,) that have a 10-year real yield and those of 10, 20 and 30 years in bp (T, 3)."""
    return _by_day(table("tips_real_yields_daily_2019-2024").dropna(subset="DFII10"), "date", REAL_YEARS)


def _by_day(frame: pd.DataFrame, date: str, columns: Iterable[str]) -> tuple[Int, Float]:
    """Return the days of a table in order and its yields, published in per cent, in bp."""
    ordered = frame.sort_values(date, kind="stable")
    return ordered[date].to_numpy(np.int64), ordered[list(columns)].to_numpy(np.float64) * 100


def _latest(days: Int, day: int) -> int | None:
    """Return the last row not after a day, or None if it is older than a week."""
    row = int(np.searchsorted(days, day, side="right")) - 1
    return None if row < 0 or days[row] <= day - STALE_DAYS else row


@remembered(400)
def _breakevens_bp(day: int) -> Float:
    """Return nominal less real yields in bp at 10, 20 and 30 years."""
    days, real_bp = _real_yields()
    row = _latest(days, day)
    if row is None:
        raise DataError(f"tips_real_yields_daily_2019-2024.csv: no 10-year yield within a week before {to_date(day)}")
    on = int(days[row])
    if not np.isnan(real_bp[row]).any():
        return np.asarray(par_yield_bp(on, list(REAL_YEARS.values())) - real_bp[row])
    complete = np.flatnonzero(~np.isnan(real_bp[: row + 1]).any(axis=1))
    last_full = _breakevens_bp(int(days[complete[-1]]))
    ten = float(par_yield_bp(on, 10.0)) - real_bp[row, 0]
    return np.asarray(last_full - last_full[0] + ten)
