"""Published yields by maturity on a day: the Treasury's par curve and the real curve of TIPS.

Nominal: par yields of ``par_yield_curve_daily`` until 2024-12-06, H.15 constant maturities after it; linear between
published maturities, level beyond them. Real: H.15 10-, 20- and 30-year inflation-indexed constant maturities, linear
between them. Below ten years no real yield is given: the nominal curve less the 10-year breakeven stands for it (a
level breakeven). After 2024-07-30 the 20- and 30-year real yields are not given either: their breakevens keep the
distance to the 10-year one of the last day that has them. Basis points throughout; a day without publication takes
the last one before it.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from experiments.inputs.published import DataError, remembered, table
from market.units import Float, to_date

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
    par = _latest(table("par_yield_curve_daily_2019-2024"), "Date", day)
    columns = PAR_YEARS
    if par is None:
        par, columns = (
            _latest(table("cmt_yields_term_premium_daily_2019-2024").dropna(subset="DGS10"), "date", day),
            H15_YEARS,
        )
    if par is None:
        raise DataError(
            f"par_yield_curve_daily_2019-2024.csv: no yields within a week before {to_date(day)}, expected 2019 to 2024"
        )
    yields = par[list(columns)].to_numpy(np.float64) * 100
    given = ~np.isnan(yields)
    return np.array(list(columns.values()))[given], yields[given]


def _latest(frame: pd.DataFrame, column: str, day: int) -> pd.Series | None:
    """Return the last row not after a day, or None if it is older than a week."""
    past = frame.loc[(frame[column] <= day) & (frame[column] > day - STALE_DAYS)]
    return None if past.empty else past.iloc[-1]


@remembered(400)
def _breakevens_bp(day: int) -> Float:
    """Return nominal less real yields in bp at 10, 20 and 30 years."""
    frame = table("tips_real_yields_daily_2019-2024").dropna(subset="DFII10")
    row = _latest(frame, "date", day)
    if row is None:
        raise DataError(f"tips_real_yields_daily_2019-2024.csv: no 10-year yield within a week before {to_date(day)}")
    maturities = np.array(list(REAL_YEARS.values()))
    if not np.isnan(row["DFII30"]):
        real_bp = row[list(REAL_YEARS)].to_numpy(np.float64) * 100
        return np.asarray(par_yield_bp(int(row["date"]), maturities) - real_bp)
    complete = frame.dropna(subset=["DFII20", "DFII30"])
    last_full = _breakevens_bp(int(complete.date.loc[complete.date <= day].iloc[-1]))
    ten = float(par_yield_bp(int(row["date"]), 10.0)) - row["DFII10"] * 100
    return np.asarray(last_full - last_full[0] + ten)
