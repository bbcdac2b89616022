"""Who bids for more of an issue keeps more of it: accustomed shares follow the lumps of bids.

What an institution bids for an issue is lumpy (``agents.buyers.investor``): an account that it stands for is after this
one and not the next. So its accustomed share of what was sold is as much larger or smaller,

    share' = share (1 + p (l - m)),   m = sum(share l) / sum(share),   not below nothing

with p what the auction adds to what is anticipated of the issue, l the lump of its bids, those without a rate being
usual, and m the mean lump of all investors, whose shares sum to what they did. In the mean over draws nobody gains or
loses: were lumps divided by m instead, large holders, money funds above all, who move m, would lose. Without any of it
whoever won more than its share sells at once, a reopened issue even before it is delivered.
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
def kept_share(share: float, lump: float, mean: float, part: float) -> float:
    """Return the accustomed share after an auction of a part of what is anticipated."""
    return share * max(1.0 + part * (lump - mean), 0.0)


def keep(market: Any, auction: Auction, part: float, view: View) -> None:
    """Move investors' accustomed shares of an issue after its auction, ``view`` being what they bid on."""
    at = auction.security
    investors = [who for who in market.playing(Bidder) if isinstance(who, Investor)]
    shares = [np.atleast_2d(who.benchmark)[:, at] for who in investors]
    lumps = [who.lump_of(auction, view) for who in investors]
    held = math.fsum(np.concatenate(shares))
    if held <= 0.0:
        return
    mean = math.fsum(np.concatenate([share * lump for share, lump in zip(shares, lumps, strict=True)])) / held
    kept = [kept_share(share, lump, mean, part) for share, lump in zip(shares, lumps, strict=True)]
    common = held / math.fsum(np.concatenate(kept))  # one, but where a share would fall below nothing
    for who, share in zip(investors, kept, strict=True):
        after = who.benchmark.copy()
        after[..., at] = (share * common).reshape(np.shape(after[..., at]))
        who.benchmark = after
