"""Collateral of the evening's repo: who borrows pledges Treasuries, and cannot borrow more than they carry.

Every loan is secured by any Treasury security at market value, more than the cash by its haircut. A borrower pledges
what it owns or has borrowed, a dealer also what its clients gave it (re-use). Each loan uses up what is left, in the
order of the evening's calls; a loan that finds less shrinks, to nothing if need be. Which security secures which loan
is left out, and margin calls.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import N_MONEY
from market.auctions.apportion import first_come
from market.bonds.linear_price import or_par
from market.money.segments import Segment, collateral_cents, raised_cents
from market.units import CENTS_PER_FACE, POINT_E8, Float, Int

PER_CENT_OF_VALUE = 100  # a security's value counts in hundredths of a cent per $100 of face


@dataclass(frozen=True, slots=True)
class Pledges:
    """What each account has left to pledge tonight, in cents of market value (accounts,)."""

    free: Int

    @classmethod
    def of(cls, market: Any) -> Self:
        """Count what everybody owns or has borrowed."""
        return cls(np.maximum(owned_cents(market, np.arange(len(market.ledger))), 0))

    def shrunk(self, loans: NDArray[Any]) -> NDArray[Any]:
        """Return loans as far as their borrowers can secure them, those that come first in full."""
        owed = collateral_cents(loans["cents"], loans["haircut_e4"])
        pledged = first_come(owed, loans["borrower"], self.free, np.arange(len(loans)))
        secured = loans.copy()
        secured["cents"] = np.minimum(loans["cents"], raised_cents(pledged, loans["haircut_e4"]))
        return secured

    def most(self, rows: Int, haircut: int, pieces: int) -> Int:
        """Return the cents that accounts can raise in at most so many loans, of which each rounds up to a cent."""
        spare = pieces if haircut else 0
        return raised_cents(np.maximum(self.free[rows] - spare, 0), haircut)

    def take(self, loans: NDArray[Any]) -> None:
        """Use up what secures loans; a dealer's clients bring it to the dealer, who can pledge it on."""
        owed = collateral_cents(loans["cents"], loans["haircut_e4"])
        np.subtract.at(self.free, loans["borrower"], owed)
        reused = loans["segment"] == Segment.BILATERAL
        np.add.at(self.free, loans["lender"][reused], owed[reused])


def worth_of_face(market: Any) -> Float:
    """Return the value of each security (S,) as a share of face: the close, accrued interest and indexation."""
    price = or_par(market.middle) * POINT_E8
    return np.asarray((price + market.accrued_e8) * market.index_e5 / 1e13 / 100.0)


def owned_cents(market: Any, rows: Int) -> Int:
    """Return the value in cents, rounded down, of the securities that accounts have (rows,)."""
    worth = np.rint(worth_of_face(market) * (CENTS_PER_FACE * PER_CENT_OF_VALUE)).astype(np.int64)
    return np.asarray((market.ledger.balance[rows, N_MONEY:] * worth).sum(axis=1) // PER_CENT_OF_VALUE)


def lacking_cents(market: Any) -> int:
    """Return the collateral in cents that borrowers owe beyond what they have, in all: 0 is an identity (I10)."""
    loans = market.loans[market.loans["segment"] <= Segment.BILATERAL]
    owed = collateral_cents(loans["cents"], loans["haircut_e4"])
    need = np.zeros(len(market.ledger), np.int64)
    np.add.at(need, loans["borrower"], owed)
    bilateral = loans["segment"] == Segment.BILATERAL
    np.subtract.at(need, loans["lender"][bilateral], owed[bilateral])
    rows = np.flatnonzero(need > 0)
    return int(np.maximum(need[rows] - owned_cents(market, rows), 0).sum())
