"""Handing out the starting state: every bond and every dollar, by transfers from those who issued it.

What part of it passes to accounts that open later (``pass_on``) is posted here too: no other file posts.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.start.state import StartingState
from market.accounts.instruments import N_MONEY, TREASURY, Money
from market.accounts.ledger import Ledger
from market.books.messages import LOANS
from market.money.repo import pair
from market.units import Int


def pairs(given: Int, taken: Int) -> tuple[Int, Int, Int]:
    """Return (giver, taker, amount) that move ``given`` (n,) to ``taken`` (n,), both 0 or more and of one sum."""
    if given.sum() != taken.sum():
        raise ValueError(f"endowment: {int(given.sum())} given and {int(taken.sum())} taken, expected the same")
    return pair(given, taken)


def endow(ledger: Ledger, state: StartingState, face: Int) -> NDArray[Any]:
    """Post the balances of the state; ``face`` (H, S) has the ledger's columns. Return its repo as overnight LOANS."""
    for money in Money:
        balance = state.money[:, money]
        giver, taker, amount = pairs(np.maximum(-balance, 0), np.maximum(balance, 0))
        ledger.transfer("endowment", money, giver, taker, amount)
    row, place = np.nonzero(face)
    owners = row != TREASURY
    ledger.transfer("endowment", N_MONEY + place[owners], TREASURY, row[owners], face[row[owners], place[owners]])
    _require_equal(ledger, state, face)
    repo = state.money[:, Money.TRIPARTY_REPO]
    borrower, lender, cents = pairs(np.maximum(-repo, 0), np.maximum(repo, 0))
    loans = np.zeros(len(cents), LOANS)
    loans["lender"], loans["borrower"], loans["cents"] = lender, borrower, cents
    return loans


class Side(NamedTuple):
    """Accounts that give, or take: rows, face (n, S) and the cents that each is paid, or pays, for it (n,)."""

    rows: list[int]
    face: Int
    cents: Int


def pass_on(ledger: Ledger, memo: str, givers: Side, takers: Side) -> None:
    """Move securities from givers to takers through the first taker, and their price back the same way."""
    hub, columns = takers.rows[0], N_MONEY + np.arange(givers.face.shape[1])
    for row, face in zip(givers.rows, givers.face, strict=True):
        ledger.transfer(memo, columns, row, hub, face)
    for row, face in zip(takers.rows[1:], takers.face[1:], strict=True):
        ledger.transfer(memo, columns, hub, row, face)
    ledger.pay(memo, np.array(takers.rows[1:], np.int64), hub, takers.cents[1:])
    ledger.pay(memo, hub, np.array(givers.rows, np.int64), givers.cents)


def _require_equal(ledger: Ledger, state: StartingState, face: Int) -> None:
    expected = np.concatenate([state.money, face], axis=1)
    wrong = np.argwhere(ledger.balance != expected)
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"endowment: {ledger.names[row]!r} has {ledger.balance[row, column]} in column {column}, "
            f"expected {expected[row, column]} of the starting state"
        )
