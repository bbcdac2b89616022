"""What holders expect of supply that was announced and has not happened yet, and what it does to yields at once.

Supply in the calendar of the start is in the yields of the start. What is announced later and will be absorbed at a
price (a programme of purchases, larger auctions, a buyback programme) moves yields when it is announced, by what it
will take to make holders hold it; as it happens, expectation gives way to the fact:

    x(node)   = share of supply in a maturity node that is announced and still to come, more private supply positive
    level     = foresight x (I + c L)^-1 (x / e)

e is the sum of holders' elasticities (share of supply a bp), L the differences between neighbouring nodes and c their
substitution (``agents.outlook``), so that ``level`` is the yield at which demand takes up just x. It moves the prior:
what everybody takes for usual. What nobody announced still moves yields only when it comes. Source: Vayanos and Vila
(2021), in whose model prices hold the expected path of supply; announcements of the Fed's purchases, Gagnon, Raskin,
Remache and Sack (2011). Holders know the slope and the plan, and count ``buyers.foresight`` of it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.hedge_funds.hedge_fund import HedgeFund
from agents.outlook import COUPON_NODES, SUBSTITUTION, hats
from market.auctions.announced_supply import AnnouncedSupply
from market.exposure import along, exposure
from market.units import Float
from market.view import View

POINTS = 16  # at which a range of maturities is looked at


def range_weights(years: tuple[float, float]) -> Float:
    """Return what part of a range of maturities belongs to each coupon node (N,); they sum to one."""
    low, high = years
    points = low + (high - low) * (np.arange(POINTS) + 0.5) / POINTS
    return np.asarray(hats(points, COUPON_NODES).mean(axis=0))


def level_that_absorbs(stretched: Float) -> Float:
    """Return the level by node (N,) whose demand, with substitution between neighbours, is that of ``stretched``.

    Solves (I + c L) level = stretched, L being the graph of a chain: elimination from one end to the other.
    """
    n, c = len(stretched), SUBSTITUTION
    own = 1.0 + c * np.where((np.arange(n) == 0) | (np.arange(n) == n - 1), 1.0, 2.0)
    right = stretched.astype(np.float64).copy()
    for k in range(1, n):
        factor = c / own[k - 1]
        own[k] -= factor * c
        right[k] += factor * right[k - 1]
    for k in range(n - 1, -1, -1):
        right[k] = (right[k] + (c * right[k + 1] if k < n - 1 else 0.0)) / own[k]
    return right


class SupplyOutlook:
    """Knows what was announced by when; one object for all, since announcements are public."""

    def __init__(self, announced: Sequence[AnnouncedSupply], elasticity: Float, foresight: float) -> None:
        self.announced, self.elasticity, self.foresight = tuple(announced), elasticity, foresight
        self._weights = [range_weights(one.years) for one in self.announced]

    def to_come(self, date: int) -> Float:
        """Return the face by node (N,) that is announced and has not come yet on the morning of a day."""
        out = np.zeros(len(COUPON_NODES))
        for one, weights in zip(self.announced, self._weights, strict=True):
            out += one.to_come(date) * weights
        return out

    def expected_bp(self, view: View, nodes: Float) -> Float | None:
        """Return what is expected adds to each security's prior (S,), given node weights (S, NODES); None for nothing.

        Of notes and bonds: other classes have nodes of their own.
        """
        face = self.to_come(view.date) if self.foresight else np.zeros(1)
        if view.day < 0 or not face.any():
            return None
        mine = nodes[:, : len(COUPON_NODES)]
        supply = exposure(view.anticipated, mine)
        moved = exposure(view.anticipated * self.elasticity, mine)
        return along(self.foresight * level_that_absorbs(face / np.maximum(moved, 1e-9) * (supply > 0)), mine)


def elasticity_of(investors: Sequence[Any], shares: Sequence[Float]) -> Float:
    """Return the sum over holders of accustomed share times elasticity, share of supply a bp (S,).

    Hedge funds are left out: they hold more for some weeks only.
    """
    lasting = [(one, share) for one, share in zip(investors, shares, strict=True) if not isinstance(one, HedgeFund)]
    return np.asarray(sum(share * float(one.elasticity) for one, share in lasting))
