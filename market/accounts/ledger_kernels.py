"""Compiled postings of the ledger: every one gives what it takes, so no column can leave zero.

Books are accounts x instruments, int64. ``touched`` (same shape, int16) keeps the number of the memo that last changed
an account's instrument in any book; ``memo`` is that number. Rows, columns and signs are checked by
``market.accounts.ledger``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, N_MONEY, Money
from market.kernels import inlined, kernel
from market.units import Int

Memos = NDArray[np.int16]

RESERVES, DEPOSITS = int(Money.RESERVES), int(Money.DEPOSITS)


@inlined
def move(book: Int, touched: Memos, memo: int, instrument: int, giver: int, taker: int, amount: int) -> None:
    """Move one amount of one instrument."""
    book[giver, instrument] -= amount
    book[taker, instrument] += amount
    touched[giver, instrument] = memo
    touched[taker, instrument] = memo


@kernel
def within(columns: Int, instruments: int, givers: int, takers: int) -> bool:
    """Tell whether all instruments, givers and takers, the first rows of ``columns``, lie below these ends."""
    for k in range(columns.shape[1]):
        instrument, giver, taker = columns[0, k], columns[1, k], columns[2, k]
        if min(instrument, giver, taker) < 0 or instrument >= instruments or giver >= givers or taker >= takers:
            return False
    return True


@kernel
def post(book: Int, touched: Memos, memo: int, instrument: Int, giver: Int, taker: Int, amount: Int) -> None:
    """Move amounts in one book."""
    for k in range(amount.shape[0]):
        move(book, touched, memo, instrument[k], giver[k], taker[k], amount[k])


@kernel
def post_loan(
    balance: Int, lent: Int, touched: Memos, memo: int, instrument: Int, giver: Int, taker: Int, amount: Int
) -> None:
    """Move amounts from giver to taker, and the claim to have them back from taker to giver."""
    for k in range(amount.shape[0]):
        move(balance, touched, memo, instrument[k], giver[k], taker[k], amount[k])
        move(lent, touched, memo, instrument[k], taker[k], giver[k], amount[k])


@kernel
def post_payment(
    balance: Int, touched: Memos, memo: int, money_of: Int, bank_of: Int, payer: Int, payee: Int, cents: Int
) -> None:
    """Move cents from payer to the payer's bank, to the Fed, to the payee's bank, to the payee."""
    for k in range(cents.shape[0]):
        source, target, amount = payer[k], payee[k], cents[k]
        if money_of[source] == DEPOSITS:
            move(balance, touched, memo, DEPOSITS, source, bank_of[source], amount)
            source = bank_of[source]
        move(balance, touched, memo, money_of[source], source, FED, amount)
        if money_of[target] == DEPOSITS:
            move(balance, touched, memo, DEPOSITS, bank_of[target], target, amount)
            target = bank_of[target]
        move(balance, touched, memo, money_of[target], FED, target, amount)


@kernel
def add_books(balance: Int, due: Int, lent: Int, rows: Int, first: int, out: Int) -> None:
    """Add the three books from column ``first`` on; ``out`` is (len(rows), columns - first)."""
    for i in range(rows.shape[0]):
        row = rows[i]
        for j in range(out.shape[1]):
            out[i, j] = balance[row, first + j] + due[row, first + j] + lent[row, first + j]


@kernel
def pick_positions(balance: Int, due: Int, lent: Int, rows: Int, first: int, securities: Int, out: Int) -> None:
    """Add the three books for pairs of a row and a security, whose columns begin at ``first``."""
    for j in range(out.shape[0]):
        row, column = rows[j], first + securities[j]
        out[j] = balance[row, column] + due[row, column] + lent[row, column]


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
