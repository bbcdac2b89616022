"""The book of a null model's dealer: it has positions, and none of its prices reads them."""

from dataclasses import replace

import numpy as np

from agents.dealers.dealer_inventory import Inventory


def unmoved(state: Inventory) -> Inventory:
    """Return the state of a book as its prices and the sizes of its quotes are to read it: no skew, limits unused.

    What it has in excess, what it refuses and its half-spread stay those of the state.
    """
    none, unused = np.zeros_like(state.days), np.zeros_like(state.utilisation)
    return replace(state, days=none, skew_bp=none, shown_bp=none, skew_per_face=none, utilisation=unused)
