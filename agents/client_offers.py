"""Clients' offers into buybacks: only primary dealers may offer, so a client's offer is passed through one of them.

The dealer passes it on riskless, at the client's price, and takes no fee: here the owner of the offer is the client,
and the accepted trade is between it and the Treasury. A client offers a part of what it holds of listed securities,
at the composite's price plus a reluctance: it asks for a lower yield, since it did not mean to sell.
"""

from typing import Any

import numpy as np

from market.messages import Buyback
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View


def client_offers(held: Int, share: Any, reluctance_bp: Any, buyback: Buyback, view: View) -> tuple[Float, Int]:
    """Return clean prices in points and faces in whole millions (..., S), never more than is held or the maximum."""
    listed = buyback.eligible & view.tradable
    face = np.minimum(np.where(listed, np.maximum(held, 0) * share, 0.0), buyback.maximum)
    whole = np.floor(face / FACE_PER_MUSD).astype(np.int64) * FACE_PER_MUSD
    return view.price(view.composite_bp - reluctance_bp), whole
