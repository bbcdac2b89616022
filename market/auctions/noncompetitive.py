"""Non-competitive bids, which take whatever rate the auction sets, and the classes of bidders that results name.

The public's non-competitive awards are at most $10 million a bidder (31 CFR 356.22(a)). Foreign and international
monetary authorities bid so through the New York Fed: at most $100 million an account and $1 billion an auction, from
the smallest bid up, the one that passes the limit in part (Treasury's offering announcements, "FIMA accounts").

Competitive awards are of *primary dealers*, *direct* bidders, who submit their own bids, and *indirect* ones, who bid
through a dealer or the New York Fed; the three and non-competitive awards add up to what the public is awarded. An
institution of the model may stand for many bidders: a share of its awards is then direct. Units: hundreds of dollars.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.apportion import first_come
from market.auctions.bids import signed_bids
from market.auctions.turnout import turned_up
from market.books.messages import BIDS, NONCOMPETITIVE, Auction, stacked
from market.roles import DirectBidder, NoncompetitiveBidder
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD, Int
from market.view import View

MOST_A_BIDDER = 10 * FACE_PER_MUSD
MOST_AN_ACCOUNT, MOST_OF_ALL_ACCOUNTS = 100 * FACE_PER_MUSD, 1_000 * FACE_PER_MUSD  # of monetary authorities
WHOLE_SHARE = 10_000  # of awards that are direct: in hundredths of a percent


@dataclass(frozen=True, slots=True)
class ClassAwards:
    """Face awarded to each class of bidders; their sum is what the public is awarded."""

    dealer: int
    direct: int
    indirect: int
    noncompetitive: int


def noncompetitive_bids(market: Any, auction: Auction, view: View) -> NDArray[Any]:
    """Return NONCOMPETITIVE bids as far as the limits recognise them, by account."""
    pieces = []
    for bidder in market.playing(NoncompetitiveBidder):
        pieces.append(signed_bids(market, bidder, bidder.bid_noncompetitive(auction, view), NONCOMPETITIVE))
    bids = turned_up(market, stacked(pieces, NONCOMPETITIVE))
    bids = bids[np.lexsort((bids["face"], bids["bidder"]))]
    bids["face"] = recognised(bids)
    return bids[bids["face"] > 0]


def recognised(bids: NDArray[Any]) -> Int:
    """Return the face that counts of each non-competitive bid (N,), in the order of the bids."""
    official = bids["official"]
    public = np.minimum(bids["face"], MOST_A_BIDDER * np.maximum(bids["bidders"], 1))
    asked = np.where(official, np.minimum(bids["face"], MOST_AN_ACCOUNT), 0)
    smallest_first = np.argsort(asked, kind="stable")
    most = np.array([MOST_OF_ALL_ACCOUNTS], np.int64)
    accounts = first_come(asked, np.zeros(len(asked), np.int64), most, smallest_first)
    return np.where(official, accounts, public)


def class_awards(market: Any, auction: Auction, view: View, bidder: Int, won: Int, noncompetitive: Int) -> ClassAwards:
    """Return what each class was awarded, from the competitive awards of accounts and the non-competitive ones."""
    share = np.zeros(len(market.sectors), np.int64)
    for participant in market.playing(DirectBidder):
        share[participant.rows] = np.rint(WHOLE_SHARE * participant.direct_share(auction, view)).astype(np.int64)
    dealers = market.sectors[bidder] == DEALERS
    to_dealers, total = int(won[dealers].sum()), int(won.sum())
    direct = int((won[~dealers] * share[bidder[~dealers]] // WHOLE_SHARE).sum())
    return ClassAwards(to_dealers, direct, total - to_dealers - direct, int(noncompetitive.sum()))


def competitive_bids(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    """Return all competitive BIDS in a stated order: by account, rate and face."""
    bids = stacked(pieces, BIDS)
    return bids[np.lexsort((bids["face"], bids["rate_e5"], bids["bidder"]))]
