"""The ladder of a day: which prices the books of each security can hold, as whole levels from 0 up.

Coupon securities, TIPS and floating rate notes: price = base + tick x level, exact in 1e-8 points. Ticks are those of
the interdealer market: 1/8 of 1/32 for the on-the-run two- and three-year notes and for all that is off the run, 1/4
of 1/32 for the on-the-run five-year note, 1/2 of 1/32 for the on-the-run seven-, ten-, twenty- and thirty-year
issues. Bills: levels of half a basis point of discount rate, falling as the level rises, so that a higher level is a
higher price for all; the price is 100 (1 - d days/360), rounded half to even to 1e-8. Prices are clean; days count
from settlement, at least 1. A bill's discount rate may be negative, and its price above 100. Left out: trading of
bills in other steps near maturity.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from market.bonds.securities import Kind, Securities
from market.books import ladder_kernels
from market.books.ladder_kernels import BILL_STEPS
from market.units import POINT_E8, Bool, Float, Int, read_only

EIGHTH_E8, QUARTER_E8, HALF_E8 = POINT_E8 // 256, POINT_E8 // 128, POINT_E8 // 64  # of 1/32 of a point


def tick_e8(securities: Securities, on_the_run: Bool) -> Int:
    """Return the tick (S,) of all but bills, in 1e-8 points."""
    term = securities.term_months
    tick = np.where(term <= 36, EIGHTH_E8, np.where(term <= 60, QUARTER_E8, HALF_E8))
    benchmark = np.asarray(on_the_run, np.bool_) & securities.of(Kind.NOTE, Kind.BOND)
    return np.asarray(np.where(benchmark, tick, EIGHTH_E8), np.int64)


@dataclass(frozen=True, eq=False)
class Ladder:
    """Levels of every security on one day, S by number.

    ``tick_e8`` and ``base_e8`` of all but bills; ``bill_days`` to maturity, 0 for all but bills; ``bill_top``, the
    discount rate of a bill's level 0 in half basis points; ``n_levels`` levels for each security.
    """

    base_e8: Int
    tick_e8: Int
    bill_days: Int
    bill_top: Int
    n_levels: int

    def __post_init__(self) -> None:
        for name in ("base_e8", "tick_e8", "bill_days", "bill_top"):
            object.__setattr__(self, name, read_only(np.array(getattr(self, name), np.int64)))

    @classmethod
    def centred(
        cls, securities: Securities, on_the_run: ArrayLike, centre_price: Float, settle_day: int, n_levels: int
    ) -> "Ladder":
        """Return the ladder whose middle level is nearest to each centre price (S,), in points."""
        centre = np.asarray(centre_price, np.float64)
        wrong = ~((centre > 0) & (centre < 200))
        if wrong.any():
            place = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"ladder: {securities.cusip[place]} at {centre[place]}, expected a price between 0 and 200"
            )
        tick, bill = tick_e8(securities, np.asarray(on_the_run, np.bool_)), securities.of(Kind.BILL)
        days = np.where(bill, np.maximum(securities.maturity_day - settle_day, 1), 0)
        middle = n_levels // 2
        base = (np.rint(centre * POINT_E8 / tick).astype(np.int64) - middle) * tick
        discount = np.rint((100.0 - centre) * BILL_STEPS / np.maximum(days, 1)).astype(np.int64)
        return cls(
            np.where(bill, 0, base), np.where(bill, 0, tick), days, np.where(bill, discount + middle, 0), n_levels
        )

    def price_e8(self, level: ArrayLike, security: ArrayLike) -> Int:
        """Return exact prices of levels of securities; levels outside the window are priced too."""
        shape, flat, at = self._flat(np.asarray(level, np.int64), security)
        out = np.empty(flat.size, np.int64)
        ladder_kernels.prices(flat, at, self.base_e8, self.tick_e8, self.bill_days, self.bill_top, out)
        return out.reshape(shape)

    @cached_property
    def base(self) -> Float:
        """Return prices of level 0 (S,), in points."""
        return np.where(
            self.bill_days > 0, 100.0 - self.bill_top * self.bill_days / BILL_STEPS, self.base_e8 / POINT_E8
        )

    @cached_property
    def tick(self) -> Float:
        """Return points between levels (S,), so that price = base + tick x level, to 1e-8 for bills."""
        return np.where(self.bill_days > 0, self.bill_days / BILL_STEPS, self.tick_e8 / POINT_E8)

    def floor_level(self, price: ArrayLike, security: ArrayLike | None = None) -> Int:
        """Return the highest level not above prices, of all securities or of those given, held inside the window."""
        return self._level(price, security, up=False)

    def ceil_level(self, price: ArrayLike, security: ArrayLike | None = None) -> Int:
        """Return the lowest level not below prices, of all securities or of those given, held inside the window."""
        return self._level(price, security, up=True)

    def _level(self, price: ArrayLike, security: ArrayLike | None, up: bool) -> Int:
        """Round prices, first to 1e-8 points, to levels."""
        shape, flat, at = self._flat(np.asarray(price, np.float64), security)
        if not np.isfinite(flat).all():
            place = int(at[~np.isfinite(flat)][0])
            raise ValueError(f"ladder: {flat[~np.isfinite(flat)][0]} for security {place}, expected a price in points")
        out = np.empty(flat.size, np.int64)
        columns = (self.base_e8, self.tick_e8, self.bill_days, self.bill_top)
        ladder_kernels.levels(flat, at, *columns, self.n_levels, up, out)
        return out.reshape(shape)

    def _flat(self, values: NDArray[Any], security: ArrayLike | None) -> tuple[tuple[int, ...], NDArray[Any], Int]:
        """Broadcast values with their securities, by default all on the last axis; return shape and flat columns."""
        at = np.arange(self.base_e8.size) if security is None else np.asarray(security, np.int64)
        if at.size and not 0 <= at.min() <= at.max() < self.base_e8.size:
            raise ValueError(f"ladder: security {at.max()}, expected 0 to {self.base_e8.size - 1}")
        wide, place = np.broadcast_arrays(values, at)
        return wide.shape, np.array(wide).ravel(), np.array(place).ravel()
