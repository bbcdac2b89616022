"""Clients' offers into buybacks: only primary dealers may offer, so a client's offer is passed through one of them.

The dealer passes it on riskless, at the client's price, and takes no fee: here the owner of the offer is the client,
and the accepted trade is between it and the Treasury. A client offers a part of what it holds of listed securities,
at the composite's price plus a reluctance: it asks for a lower yield, since it did not mean to sell.

Who holds at a constant maturity sells 1 / T of what has T years left in a year and buys longer (an index that drops
what is short makes a fund do so); what it has rolled down since the last opportunity, it offers. So short paper is
offered most, though no bucket is told apart.
"""

from typing import Any

import numpy as np

from agents.bidding import whole
from market.books.messages import Buyback
from market.kernels import rule
from market.units import Float, Int
from market.view import View

SHORTEST_YEARS = 0.25


@rule
def rolled_down(years_of_roll: float, years_left: float) -> float:
    """Return the share of a holding that keeps its maturity constant over ``years_of_roll``: d / T, at most all."""
    return min(years_of_roll / max(years_left, SHORTEST_YEARS), 1.0)


def client_offers(held: Int, share: Any, reluctance_bp: Any, buyback: Buyback, view: View) -> tuple[Float, Int]:
    """Return clean prices in points and faces in whole millions (..., S), never more than is held or the maximum."""
    listed = buyback.eligible & view.tradable
    face = np.minimum(np.where(listed, np.maximum(held, 0) * np.minimum(share, 1.0), 0.0), buyback.maximum)
    return view.price(view.composite_bp - reluctance_bp), whole(face)
