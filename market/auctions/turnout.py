"""Who stays away from auctions: a share of what an account would bid for is not bid for on a day.

An institution of the model may stand for many bidders; a share of it stays away. What the others bid stays what it was:
bids are sealed. Shares are by account, in hundredths of a percent, and are said anew each morning by the shocks of a
scenario. Units: hundreds of dollars.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.auction import WHOLE


def stay_away(market: Any, rows: Any, share_e4: int) -> None:
    """Let a share of accounts stay away from the auctions of today; of two shares the larger counts."""
    away = market.staying_away if len(market.staying_away) else np.zeros(len(market.ledger), np.int64)
    away[rows] = np.maximum(away[rows], share_e4)
    market.staying_away = away


def turned_up(market: Any, bids: NDArray[Any]) -> NDArray[Any]:
    """Return bids, competitive or not, less what stays away, rounded down; a bid for nothing is none."""
    if not len(market.staying_away):
        return bids
    here = bids.copy()
    here["face"] = bids["face"] * (WHOLE - market.staying_away[bids["bidder"]]) // WHOLE
    return here[here["face"] > 0]
