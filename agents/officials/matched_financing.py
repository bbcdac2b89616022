"""Paying for buybacks with coupons of the same maturity, so that no duration leaves private hands.

What is bought back in a security is sold again at the next auction of the nearest term, by price value of a basis
point:

    face added = sum of face bought x its dv01 / dv01 of the security auctioned, in steps of $10 million

What is less than a step waits for the term's next auction. The cash that the two differ by is made up by bills. Terms
are those of nominal coupon auctions; TIPS count by the dv01 of their real yield. Units: face in hundreds of dollars,
dv01 in points per bp, what waits in millionths of their product.
"""

import numpy as np

from market.books.messages import Auction
from market.units import FACE_PER_MUSD, Int
from market.view import View

TERM_YEARS = {24: 2.0, 36: 3.0, 60: 5.0, 84: 7.0, 120: 10.0, 240: 20.0, 360: 30.0}  # by original term in months
STEP = 10 * FACE_PER_MUSD  # finer than the whole billions in which coupons are announced: a guess
PER_UNIT = 1_000_000


class MatchedFinancing:
    """What has been bought back and not been sold again, by term."""

    def __init__(self) -> None:
        self.waiting = dict.fromkeys(TERM_YEARS, 0)

    def take(self, bought: Int, view: View) -> None:
        """Note face bought back (S,)."""
        terms, years = list(TERM_YEARS), np.array(list(TERM_YEARS.values()))
        for at in np.flatnonzero(bought).tolist():
            nearest = terms[int(np.argmin(np.abs(years - view.years[at])))]
            self.waiting[nearest] += int(bought[at]) * round(float(view.dv01[at]) * PER_UNIT)

    def more(self, auction: Auction, view: View) -> int:
        """Return the face to add to a nominal coupon auction, in whole steps, and note it as sold."""
        term, own = int(view.securities.term_months[auction.security]), float(view.dv01[auction.security])
        value = round(own * PER_UNIT)
        if term not in self.waiting or value <= 0:
            return 0
        face = self.waiting[term] // value // STEP * STEP
        self.waiting[term] -= face * value
        return face
