"""Who finances what it holds overnight: what its cash does not cover it borrows, what it has over it lends.

How much more than the standing facility's rate a borrower would pay orders needs in a call and is its ceiling where
cash is scarce; idle cash is lent for next to nothing over the reverse repo facility, to which it has no access.
"""

from typing import Any

import numpy as np

from agents.traits import trait
from market.units import Float, Int
from market.view import View

IDLE_CASH_BP = 1.0  # over the reverse repo rate, from which idle cash is lent: a guess


class Financed:
    """Borrows overnight up to a ceiling; ``buffer_cents`` is the cash that it keeps."""

    buffer_cents: Any

    repo_ceiling_bp = trait(100.0, "bp over the standing facility's rate", (0, 1e4), "a guess: orders needs in a call")

    def borrow(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Finance what its cash does not cover."""
        most = view.rates.srf + np.asarray(self.repo_ceiling_bp, np.float64).reshape(-1)
        return np.maximum(self.buffer_cents - cash_cents, 0), most + np.zeros(len(cash_cents))

    def lend(self, cash_cents: Int, view: View) -> tuple[Int, Float]:
        """Lend idle cash, also the proceeds of short sales, which secure what it borrowed."""
        idle = np.maximum(cash_cents - self.buffer_cents, 0)
        return idle, np.full(len(cash_cents), view.rates.on_rrp + IDLE_CASH_BP)
