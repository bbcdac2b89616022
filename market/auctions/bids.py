"""Bids at an auction as they come in: signed with the row of the bidder, and refused where no auction can take them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.messages import BIDS
from market.hearing import kept, lines_of
from market.means import bids_within

LOWEST_E5, HIGHEST_E5 = -10_000, 50_000  # rates, in 0.001 %
LARGEST = 10**10  # units of face: a trillion dollars, more than any offering


def signed_bids(market: Any, who: Any, said: Any, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return a copy of BIDS, or NONCOMPETITIVE bids, with the bidder's row; bad lines are refused with a reason."""
    bids, rows = lines_of(market, who, said, kind, "bids").copy(), who.rows
    no_member = (bids["bidder"] < 0) | (bids["bidder"] >= len(rows))
    bids = kept(market, who, bids, no_member, "bidder", "no such member")
    no_face = (bids["face"] < (kind == BIDS)) | (bids["face"] > LARGEST)
    bids = kept(market, who, bids, no_face, "bidder", "face outside $100 to $1 trillion")
    if kind == BIDS:
        no_rate = (bids["rate_e5"] < LOWEST_E5) | (bids["rate_e5"] > HIGHEST_E5)
        bids = kept(market, who, bids, no_rate, "bidder", "rate outside -10 % to 50 %")
    bids["bidder"] = rows[bids["bidder"]]
    return bids_within(market, bids)
