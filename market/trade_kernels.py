"""Trades as they are made and as they are owed, compiled: one row after the other, in exact integers.

The formulas are those of ``market.trading``; books are those of ``market.ledger``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.instruments import N_MONEY, Money
from market.kernels import inlined, kernel
from market.ledger_kernels import Memos, move
from market.units import Int

INDEX_ONE, E8_PER_CENT = 10**5, 10**6
DEPOSITS = int(Money.DEPOSITS)


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


@kernel
def sound(trades: NDArray[Any], accounts: int, securities: int) -> bool:
    """Tell whether every trade has face, no negative cash, parties and a security that exist."""
    for k in range(trades.shape[0]):
        trade = trades[k]
        if trade["face"] < 1 or trade["cash_cents"] < 0 or trade["security"] >= securities:
            return False
        if min(trade["buyer"], trade["seller"], trade["security"]) < 0:
            return False
        if max(trade["buyer"], trade["seller"]) >= accounts:
            return False
    return True


@kernel
def owe_trades(due: Int, touched: Memos, memo: int, cash_memo: int, trades: NDArray[Any], sums: Int) -> None:
    """Let sellers owe the face and buyers the cash; add both up in ``sums``."""
    for k in range(trades.shape[0]):
        trade = trades[k]
        buyer, seller = np.int64(trade["buyer"]), np.int64(trade["seller"])
        move(due, touched, memo, N_MONEY + np.int64(trade["security"]), seller, buyer, trade["face"])
        move(due, touched, cash_memo, DEPOSITS, buyer, seller, trade["cash_cents"])
        sums[0] += trade["face"]
        sums[1] += trade["cash_cents"]
