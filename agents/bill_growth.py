"""Who holds what bills grow by: some take more than their accustomed share of it, and all others as much less.

A share of a bill is a share of its anticipated supply times a claim,

    claim = 1 + response g             of who responds to the growth of bills (``agents.buyers.money_fund``)
    claim = 1 - g sum(b r) / (1 - m)   of all others, dealers among them

with g = 1 - bills at the start / bills now, in private hands, b accustomed shares, r responses, and m what those who
respond hold of the bill. So shares of every bill sum to one whatever bills have grown by. Without the second line all
together want more bills than there are, and who makes the market is left without: dealers lack what money funds take.
"""

from typing import Any

import numpy as np

from market.kernels import rule
from market.units import Bool, Float
from market.view import View

LEAST_LEFT = 1e-9  # of a bill that others hold: below it, nobody can give up anything


@rule
def growth_of(before: float, now: float) -> float:
    """Return the part of what there is now that was not there before; negative where there is less."""
    return 1.0 - before / max(now, 1.0)


def given_up(shares: Float, response: Float) -> Float:
    """Return what a unit of growth takes of the claims of others (S,), for accustomed shares (n, S) of responses (n,).

    sum(b r) / (1 - m), m being the shares of those with a response.
    """
    taken = (shares * response[:, None]).sum(axis=0)
    left = 1.0 - shares[response != 0.0].sum(axis=0)
    return np.where(left > LEAST_LEFT, taken / np.maximum(left, LEAST_LEFT), 0.0)


class BillGrowth:
    """What everybody knows of the growth of bills in private hands; ``give_up`` (S,) from ``given_up``."""

    def __init__(self, bill: Bool, give_up: Float | float = 0.0) -> None:
        self.bill, self.give_up = bill, give_up
        self.before: int | None = None

    def since_start(self, view: View) -> float:
        """Return the growth since this was first asked."""
        now = int(view.outstanding[self.bill].sum()) - int(view.soma[self.bill].sum())
        self.before = now if self.before is None else self.before
        return float(growth_of(self.before, now))

    def claim(self, growth: float, response: Any = None) -> Float:
        """Return the claims (..., S): of others, or of who has this response (..., 1)."""
        more = -self.give_up if response is None else response
        return np.where(self.bill, 1.0 + growth * more, 1.0)
