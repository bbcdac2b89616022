"""Who bids for more of an issue keeps more of it: accustomed shares follow the lumps of bids.

What an institution bids for an issue is lumpy (``agents.buyers.investor``): an account that it stands for is after this
one and not the next. So its accustomed share of what was sold is as much larger or smaller,

    share' = share ((1 - p) + p l c),   c = sum(share) / sum(share l)

with p what the auction adds to what is anticipated of the issue, l the lump of its bids, those without a rate being
usual, and c the same for all investors, whose shares sum to what they did. Without it whoever won more than its share
sells at once, a reopened issue even before it is delivered.
"""

import math
from typing import Any

import numpy as np

from agents.buyers.investor import Investor
from market.books.messages import Auction
from market.kernels import rule
from market.roles import Bidder
from market.view import View


@rule
def kept_share(share: float, lump: float, common: float, part: float) -> float:
    """Return the accustomed share after an auction of a part of what is anticipated."""
    return share * (1.0 - part + part * lump * common)


def keep(market: Any, auction: Auction, part: float, view: View) -> None:
    """Move investors' accustomed shares of an issue after its auction, ``view`` being what they bid on."""
    at = auction.security
    investors = [who for who in market.playing(Bidder) if isinstance(who, Investor)]
    shares = [np.atleast_2d(who.benchmark)[:, at] for who in investors]
    lumps = [who.lump_of(auction, view) for who in investors]
    wanted = math.fsum(np.concatenate([share * lump for share, lump in zip(shares, lumps, strict=True)]))
    if wanted <= 0.0:
        return
    common = math.fsum(np.concatenate(shares)) / wanted
    for who, share, lump in zip(investors, shares, lumps, strict=True):
        after = who.benchmark.copy()
        after[..., at] = kept_share(share, lump, common, part).reshape(np.shape(after[..., at]))
        who.benchmark = after
