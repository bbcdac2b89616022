"""Trading a new issue before its auction: customers buy part of what they will hold, dealers sell it short and cover.

A customer buys a share of its part of the issue from dealers ahead of the auction, in equal parts on the days that are
left, and bids for the rest; what a dealer is short of it bids for through the market, on top of its own ladder. Dealers
are net short at most Treasury auctions: Nyborg and Sundaresan (1996), "Discriminatory versus uniform Treasury
auctions: evidence from when-issued transactions", Journal of Financial Economics 42.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bidding import bid_rate_e5, whole_bids
from agents.buyers.demand import lot_of, share_of_gap
from market.books.messages import BIDS, ORDERS, Auction
from market.calendar import days_between
from market.units import Int
from market.view import View

COVER_BP = 5.0  # through its own valuation: who must cover bids to get it, and pays the stop; a guess


def buy_ahead(investor: Any, view: View) -> NDArray[Any]:
    """Return orders for new issues not auctioned yet, in lots: an equal part a day of what is to be bought ahead."""
    auctions = [auction for auction in view.auctions if _to_come(auction, view)]
    if not auctions:
        return np.zeros(0, ORDERS)
    members, issues = len(investor.member), np.array([auction.security for auction in auctions])
    place, security = np.repeat(np.arange(members), len(issues)), np.tile(issues, members)
    aim = (np.atleast_2d(investor.when_issued_share) * investor.parts_of(auctions, view)).ravel()
    gap = np.maximum(aim - investor.held(place, security), 0.0)
    days = np.tile([days_between(view.date, auction.auction_day) for auction in auctions], members)
    chance = investor.uniform_at("when issued", place, security % 64, daily=True)
    face = share_of_gap(gap, 1.0 / days, lot_of(aim), chance)
    wish = np.flatnonzero(face)
    orders: NDArray[Any] = investor.lines(view, place[wish], security[wish], face[wish])
    return orders


def _to_come(auction: Auction, view: View) -> bool:
    """Tell whether a new issue trades and is still to be auctioned."""
    later = auction.auction_day > view.date or view.round < auction.round
    return later and bool(view.when_issued[auction.security])


def held_ahead(institution: Any, auction: Auction, view: View) -> Int:
    """Return the face of a new issue that members have bought (sold: below 0) before its auction (members,)."""
    place = np.arange(len(institution.member))
    held: Int = institution.held(place, np.full(len(place), auction.security))
    return held if view.when_issued[auction.security] else np.zeros_like(held)


def covering_bids(dealer: Any, auction: Auction, view: View, centre_bp: Any) -> NDArray[Any]:
    """Return BIDS for what dealers are short of when issued, through their own valuation (members,)."""
    rows = np.zeros(len(dealer.member), BIDS)
    rows["bidder"] = dealer.member
    rows["rate_e5"] = bid_rate_e5(view, auction, centre_bp - COVER_BP)
    rows["face"] = whole_bids(np.maximum(-held_ahead(dealer, auction, view), 0))
    return rows[rows["face"] > 0]
