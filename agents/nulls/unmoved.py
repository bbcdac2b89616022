"""The book of a null model's dealer: it has positions, and none of its prices reads them."""

from dataclasses import replace

import numpy as np

from agents.dealers.dealer_inventory import Inventory


def unmoved(state: Inventory, refuses: bool) -> Inventory:
    """Return the state of a book as its prices and sizes are to read it: nothing in excess, no skew, limits unused.

    ``refuses`` says whether a full limit still refuses what raises it. The half-spread stays that of the state.
    """
    none, never = np.zeros_like(state.excess), np.zeros_like(state.refuses_buying)
    blind = replace(state, excess=none, days=none, skew_bp=none, shown_bp=none, skew_per_face=none, full_per_face=none)
    blind = replace(blind, utilisation=np.zeros_like(state.utilisation))
    return blind if refuses else replace(blind, refuses_buying=never, refuses_selling=never)
