"""Collateral of the evening's repo: what borrowers owe, and whether they have it.

Every loan is secured by any Treasury security at market value, more than the cash by its haircut. A borrower secures
its loans with what it owns or has borrowed, a dealer also with what its clients gave it (re-use). Which security
secures which loan is left out, and margin calls: what is lacking is measured, and zero unless somebody is insolvent.
"""

from typing import Any

import numpy as np

from market.accounts.instruments import N_MONEY
from market.exposure import exposure
from market.money.segments import Segment, collateral_cents
from market.units import CENTS_PER_FACE, Float


def worth_of_face(market: Any) -> Float:
    """Return the value of each security (S,) as a share of face: the close, accrued interest and indexation."""
    price = np.where(np.isfinite(market.middle), market.middle, 100.0) * 1e8
    return np.asarray((price + market.accrued_e8) * market.index_e5 / 1e13 / 100.0)


def lacking_cents(market: Any) -> int:
    """Return the collateral in cents that borrowers owe beyond what they have, in all."""
    loans = market.loans[market.loans["segment"] <= Segment.BILATERAL]
    owed = collateral_cents(loans["cents"], loans["haircut_e4"])
    need = np.zeros(len(market.ledger), np.int64)
    np.add.at(need, loans["borrower"], owed)
    bilateral = loans["segment"] == Segment.BILATERAL
    np.subtract.at(need, loans["lender"][bilateral], owed[bilateral])
    rows = np.flatnonzero(need > 0)
    held = market.ledger.balance[rows, N_MONEY:]
    value = (exposure(held, worth_of_face(market))[:, 0] * CENTS_PER_FACE).astype(np.int64)
    return int(np.maximum(need[rows] - value, 0).sum())
