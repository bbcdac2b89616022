"""Trades as they are made, compiled, row after row, in exact integers, by the formulas of ``market.trading``."""

from typing import Any

from numpy.typing import NDArray

from market.kernels import inlined, kernel
from market.units import Int

INDEX_ONE = 10**5
E8_PER_CENT = 10**6  # of a price in 1e-8 points, per $100 of face


@inlined
def halves_to_even(numerator: int, denominator: int) -> int:
    """Divide whole numbers, rounding half to even; the denominator is positive."""
    whole = numerator // denominator
    rest = numerator - whole * denominator
    return whole + (1 if 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1) else 0)


@kernel
def write_trades(
    day: int,
    number: int,
    venue: int,
    buyer: Int,
    seller: Int,
    security: Int,
    price_e8: Int,
    face: Int,
    aggressor: Int,
    settle_day: Int,
    accrued_e8: Int,
    index_e5: Int,
    trades: NDArray[Any],
) -> None:
    """Write trades (J,) with the cash that each costs; what is known by security is (S,)."""
    for k in range(trades.shape[0]):
        s, trade = security[k], trades[k]
        full_e8 = halves_to_even((price_e8[k] + accrued_e8[s]) * index_e5[s], INDEX_ONE)
        trade["day"] = day
        trade["round"] = number
        trade["buyer"] = buyer[k]
        trade["seller"] = seller[k]
        trade["security"] = s
        trade["venue"] = venue
        trade["aggressor"] = aggressor[k]
        trade["settle_day"] = settle_day[s]
        trade["price_e8"] = price_e8[k]
        trade["face"] = face[k]
        trade["cash_cents"] = halves_to_even(face[k] * full_e8, E8_PER_CENT)
