"""The consumer price index that inflation-protected securities follow, and their index ratio.

Index points are counted in 1e-5 as the regulation rounds them. The reference index of the first of a month is the
index of the third month before; other days are interpolated. Results are cut at six decimals and rounded to five.
Left out: the extrapolation that the Treasury would announce for a month not reported. Source: 31 CFR 356, appendix B,
section I.B.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.units import Float, Int, read_only

RATIO_ONE_E5 = 100_000
LAG_MONTHS = 3


def _five_decimals(numerator: Int, denominator: Int) -> Int:
    """Divide; cut at six decimals, round to five; in 1e-5."""
    return np.asarray((numerator * 1_000_000 // denominator + 5) // 10, np.int64)


@dataclass(frozen=True, eq=False)
class PriceIndex:
    """Monthly CPI-U, not seasonally adjusted, from ``first_month`` (months since 1970-01) on, as published."""

    first_month: int
    points: Float

    def __post_init__(self) -> None:
        points = np.array(self.points, np.float64)
        if not np.all(points > 0):
            raise ValueError(f"price_index.points: {points[~(points > 0)][0]}, expected an index above 0")
        object.__setattr__(self, "points", read_only(points))

    def reference_e5(self, day: ArrayLike) -> Int:
        """Return the reference index of days, in 1e-5 of an index point."""
        days = np.asarray(day, np.int64).astype("datetime64[D]")
        month = days.astype("datetime64[M]")
        elapsed = (days - month).astype(np.int64)
        length = ((month + np.timedelta64(1, "M")).astype("datetime64[D]") - month).astype(np.int64)
        early = month.astype(np.int64) - LAG_MONTHS - self.first_month
        late = early + (elapsed > 0)
        if early.size and (early.min() < 0 or late.max() >= self.points.size):
            last = np.datetime64(self.first_month + self.points.size - 1, "M")
            raise ValueError(f"price_index: {days.min()} to {days.max()} needs months outside those up to {last}")
        exact = np.rint(self.points * 1000).astype(np.int64)  # published with three decimals at most
        return _five_decimals(exact[early] * (length - elapsed) + exact[late] * elapsed, 1000 * length)


def index_ratio_e5(reference_e5: ArrayLike, base_e5: ArrayLike) -> Int:
    """Return the index ratio in 1e-5; 1 where there is no base, that is for all but TIPS."""
    reference, base = np.broadcast_arrays(np.asarray(reference_e5, np.int64), np.asarray(base_e5, np.int64))
    return np.where(base > 0, _five_decimals(reference, np.maximum(base, 1)), RATIO_ONE_E5)
