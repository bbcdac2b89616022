"""Handing out the starting state: every bond and every dollar, by transfers from those who issued it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.starting_state import StartingState
from market.instruments import N_MONEY, TREASURY, Money
from market.ledger import Ledger
from market.messages import LOANS
from market.units import Int


def pairs(given: Int, taken: Int) -> tuple[Int, Int, Int]:
    """Return (giver, taker, amount) that move ``given`` (n,) to ``taken`` (n,), both 0 or more and of one sum."""
    givers, takers = np.flatnonzero(given), np.flatnonzero(taken)
    to_give, to_take = np.cumsum(given[givers]), np.cumsum(taken[takers])
    if len(givers) == 0 or to_give[-1] != to_take[-1]:
        found = (int(given.sum()), int(taken.sum()))
        if found == (0, 0):
            return givers, takers, givers
        raise ValueError(f"endowment: {found[0]} given and {found[1]} taken, expected the same")
    ends = np.union1d(to_give, to_take)
    amount = np.diff(ends, prepend=0)
    return givers[np.searchsorted(to_give, ends)], takers[np.searchsorted(to_take, ends)], amount


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


def _require_equal(ledger: Ledger, state: StartingState, face: Int) -> None:
    expected = np.concatenate([state.money, face], axis=1)
    wrong = np.argwhere(ledger.balance != expected)
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"endowment: {ledger.names[row]!r} has {ledger.balance[row, column]} in column {column}, "
            f"expected {expected[row, column]} of the starting state"
        )
