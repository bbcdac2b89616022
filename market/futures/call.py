"""A call in futures: linear schedules of demand meet at one price, as in Kyle (1989).

Who trades hands in, for each contract, what it would trade at the reference price and how that falls as the price
rises, within bounds:

    demand(k) = clip(round(quantity - slope k), least, most),   k ticks above the reference, contracts, buying positive

The price is the tick at which the sum over all is nearest to zero (the lower of two), at most ``MOST_TICKS`` from the
reference; the longer side is rationed in proportion, to the contract. Where nothing can trade the price stays where it
is. Orders are anonymous, and nobody sees another's. Left out: the book between calls, spreads between months, block
trades. A tick is 1/8 of 1/32 of a point for every contract: finer than the exchange's outright tick in all but the
2-year, as basis trades are priced (a convention).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.apportion import apportion
from market.hearing import kept, lines_of
from market.units import Bool, Float, Int

TICK_E8 = 390_625  # 1/256 of a point
MOST_TICKS = 128  # half a point in one call
MOST = 1e9  # contracts: far more than there are, and few enough to be added up

# ``quantity`` and ``slope`` (contracts less for each tick more) are real, bounds are whole contracts.
SCHEDULES = np.dtype(
    [("owner", "i8"), ("contract", "i8"), ("quantity", "f8"), ("slope", "f8"), ("least", "i8"), ("most", "i8")]
)


def demand(schedules: NDArray[np.void], ticks: int) -> Int:
    """Return what each schedule trades so many ticks above the reference (J,)."""
    return _demand(_columns(schedules), ticks).astype(np.int64)


def clear(schedules: NDArray[np.void]) -> tuple[int, Int]:
    """Return how far the price of one contract moves, in ticks, and what each schedule trades (J,), summing to zero.

    ValueError at a slope below zero, bounds that exclude zero, or numbers that are not finite.
    """
    columns = _columns(schedules)
    _check(schedules, columns)
    low, high = -MOST_TICKS, MOST_TICKS  # the first tick at which no more is bought than sold
    while low < high:
        middle = (low + high) // 2
        if _demand(columns, middle).sum() <= 0:
            high = middle
        else:
            low = middle + 1
    below = max(low - 1, -MOST_TICKS)
    at, before = (_demand(columns, tick).astype(np.int64) for tick in (low, below))
    if abs(int(before.sum())) <= abs(int(at.sum())):
        low, at = below, before
    traded = _rationed(at)
    return (low, traded) if traded.any() else (0, traded)


def _columns(schedules: NDArray[np.void]) -> tuple[Float, ...]:
    """Return quantity, slope, least and most, contiguous; whole contracts are exact in them."""
    return tuple(np.ascontiguousarray(schedules[name], np.float64) for name in ("quantity", "slope", "least", "most"))


def _demand(columns: tuple[Float, ...], ticks: int) -> Float:
    quantity, slope, least, most = columns
    return np.minimum(np.maximum(np.rint(quantity - slope * ticks), least), most)


def _check(schedules: NDArray[np.void], columns: tuple[Float, ...]) -> None:
    wrong = np.flatnonzero(_broken(columns))
    if len(wrong):
        raise ValueError(
            f"futures: schedule {schedules[wrong[0]]}, expected finite numbers, slope >= 0, least <= 0 <= most"
        )


def signed(market: Any, who: Any, said: Any, contracts: int) -> NDArray[np.void]:
    """Return a copy of SCHEDULES with the row of the owner; bad lines are refused, each with a reason."""
    table, rows = lines_of(market, who, said, SCHEDULES, "schedules").copy(), who.rows
    nobody = (table["owner"] < 0) | (table["owner"] >= len(rows))
    table = kept(market, who, table, nobody, "owner", "no such member")
    nothing = (table["contract"] < 0) | (table["contract"] >= contracts)
    table = kept(market, who, table, nothing, "owner", "no such contract")
    expected = "expected finite numbers, slope >= 0, least <= 0 <= most, at most a billion contracts"
    table = kept(market, who, table, _broken(_columns(table)), "owner", expected)
    table["owner"] = rows[table["owner"]]
    return table


def _broken(columns: tuple[Float, ...]) -> Bool:
    """Tell which schedules are none."""
    quantity, slope, least, most = columns
    finite = np.isfinite(quantity) & np.isfinite(slope)
    return np.asarray(~(finite & (slope >= 0) & (least <= 0) & (most >= 0) & (least >= -MOST) & (most <= MOST)))


def _rationed(wanted: Int) -> Int:
    """Cut the longer side in proportion, to the contract."""
    bought, sold = int(wanted[wanted > 0].sum()), int(-wanted[wanted < 0].sum())
    volume, out = min(bought, sold), np.zeros(len(wanted), np.int64)
    if volume:
        for sign in (1, -1):
            mine = sign * wanted > 0
            out[mine] = sign * apportion(volume, sign * wanted[mine])
    return out


def schedules_of(owner: Int, quantity: Float, slope: Float, least: Int, most: Int) -> NDArray[np.void]:
    """Return schedules for owners (n,) of all contracts from tables (n, C); what could never trade is left out."""
    wide = np.broadcast_arrays(quantity, slope, least, most)
    row, contract = np.nonzero(((wide[0] != 0) | (wide[1] != 0)) & ((wide[2] < 0) | (wide[3] > 0)))
    table = np.zeros(len(row), SCHEDULES)
    table["owner"], table["contract"] = np.asarray(owner)[row], contract
    for name, column in zip(("quantity", "slope", "least", "most"), wide, strict=True):
        table[name] = column[row, contract]
    return table
