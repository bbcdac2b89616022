"""Compiled rounding of prices to levels: integers only once a price is in 1e-8 points, so that the result is exact."""

import numpy as np
from numpy.typing import NDArray

from market.kernels import inlined, kernel
from market.trade_kernels import halves_to_even
from market.units import Bool, Float, Int

Levels = NDArray[np.int32]
PAR_E8 = 100 * 10**8
BILL_STEPS = 72_000  # half basis points of discount, times days, in one point: 360 / 0.005
NEAR = 1e-6  # of a tick
FARTHEST = 10_000.0  # points; prices beyond are held there


@inlined
def bill_price_e8(half_bp: int, days: int) -> int:
    """Return the price of a bill at a discount rate in half basis points, rounded half to even."""
    below: int = halves_to_even(half_bp * days * 10**8, BILL_STEPS)
    return PAR_E8 - below


@inlined
def bill_discount_above(exact: int, days: int) -> int:
    """Return the lowest discount rate, in half basis points, whose price is not above one in 1e-8 points."""
    half_bp = (PAR_E8 - exact) * BILL_STEPS // (days * 10**8)
    while bill_price_e8(half_bp, days) > exact:
        half_bp += 1
    while bill_price_e8(half_bp - 1, days) <= exact:
        half_bp -= 1
    return half_bp


@kernel
def prices(level: Int, security: Int, base_e8: Int, tick_e8: Int, bill_days: Int, bill_top: Int, price_e8: Int) -> None:
    """Write the price of each level of its security."""
    for i in range(level.size):
        at = security[i]
        if bill_days[at] > 0:
            price_e8[i] = bill_price_e8(bill_top[at] - level[i], bill_days[at])
        else:
            price_e8[i] = base_e8[at] + tick_e8[at] * level[i]


@kernel
def levels(
    price: Float,
    security: Int,
    base_e8: Int,
    tick_e8: Int,
    bill_days: Int,
    bill_top: Int,
    n_levels: int,
    up: bool,
    level: Int,
) -> None:
    """Write the level next to each price, at or below it or (``up``) at or above it, held inside the window."""
    for i in range(price.size):
        at = security[i]
        exact = int(np.rint(min(max(price[i], -FARTHEST), FARTHEST) * 1e8))
        if bill_days[at] > 0:
            half_bp = bill_discount_above(exact, bill_days[at])
            if up and bill_price_e8(half_bp, bill_days[at]) < exact:
                half_bp -= 1
            found = bill_top[at] - half_bp
        elif up:
            found = -((base_e8[at] - exact) // tick_e8[at])
        else:
            found = (exact - base_e8[at]) // tick_e8[at]
        level[i] = min(max(found, 0), n_levels - 1)


@kernel
def best_prices(
    bid_level: Levels, ask_level: Levels, base: Float, tick: Float, n_levels: int, bid: Float, ask: Float
) -> None:
    """Write the prices in points of the best levels of each book, NaN where a side is empty."""
    for s in range(bid.shape[0]):
        bid[s] = base[s] + tick[s] * bid_level[s] if bid_level[s] >= 0 else np.nan
        ask[s] = base[s] + tick[s] * ask_level[s] if ask_level[s] < n_levels else np.nan


@kernel
def quote_levels(
    price: Float,
    face: Int,
    tradable: Bool,
    base: Float,
    tick: Float,
    n_levels: int,
    up: bool,
    place: Int,
    level: Int,
    shown: Int,
) -> None:
    """Write quotes (n, S) in points as levels, and their faces, into the rows ``place``.

    Bids go down and (``up``) offers up to a level, within a millionth of a tick. Nothing is shown at face 0, without a
    price, or off the ladder.
    """
    for i in range(price.shape[0]):
        for s in range(price.shape[1]):
            level[place[i], s] = 0
            shown[place[i], s] = 0
            if not (face[i, s] > 0 and tradable[s] and np.isfinite(price[i, s])):
                continue
            at = (price[i, s] - base[s]) / tick[s]
            exact = min(max(at - NEAR if up else at + NEAR, -1.0), float(n_levels))
            found = int(np.ceil(exact) if up else np.floor(exact))
            if 0 <= found < n_levels:
                level[place[i], s] = found
                shown[place[i], s] = face[i, s]
