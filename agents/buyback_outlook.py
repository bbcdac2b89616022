"""What the public can expect the Treasury to buy back, and when: for dealers and funds that count on it.

    share(k, s) = min(1, filled(k) maximum(k) / what dealers usually hold of the list)      of a security on the list

is the part of what dealers hold of a security that operation k is expected to take. Known are the calendar with its
maxima, the rule of eligibility, each list from the day of its announcement on, and how past operations of a bucket were
filled (``market.auctions.known_buybacks``); of what dealers hold, what the published positions by maturity said at the
start. A standing facility is expected to take its daily budget, as far as it was used so far, of all that it lists.
Nobody looks further ahead than a dealer counts on holding anything (``MOST_DAYS``), and nobody counts on purchases in
the burn-in. Made once a day, and anew after an operation. Left out: that clients sell into an operation too, which is
in the trait of who counts on it; that a list moves with time to maturity within the weeks looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.dealers.quoting import MOST_DAYS
from agents.officials.buyback_desk import newest
from market.auctions.buyback import STANDING, Listing, reasons
from market.auctions.known_buybacks import Filled, KnownBuyback, KnownFacility
from market.calendar import business_days
from market.exposure import along, exposure
from market.units import Bool, Float, Int
from market.view import View

NEVER = Filled()


@dataclass(frozen=True, slots=True)
class ToCome:
    """The purchases ahead: ``in_days`` business days (K,), the share (K, S) of what dealers usually hold of a security
    that each is expected to take, and what is taken ``a_day`` all the time (S,). ``over`` counts those of today that
    are over.
    """

    in_days: Float
    share: Float
    a_day: Float
    over: int

    def chances(self, within: Float) -> Float:
        """Return how much of a holding they are expected to take within so many days (..., 1), by security (..., S)."""
        inside = np.where(self.in_days <= within, 1.0, 0.0)
        return along(inside, self.share.T) + within * self.a_day


class BuybackOutlook:
    """Knows what is public of buybacks; one object for all."""

    def __init__(self, calendar: Sequence[KnownBuyback], facility: KnownFacility | None, dealers_share: Float) -> None:
        self.calendar, self.facility = tuple(sorted(calendar, key=lambda known: known.day)), facility
        self._dealers_share = dealers_share  # of each security's supply, usually (S,)
        self._found: tuple[int, int, ToCome | None] | None = None

    def to_come(self, view: View) -> ToCome | None:
        """Return what is to come from this round on; None where nothing is, and in the burn-in."""
        over = sum(known.day == view.date and known.round < view.round for known in self.calendar)
        if self._found is None or self._found[:2] != (view.day, over):
            self._found = view.day, over, self._look(view, over)
        return self._found[2]

    def _look(self, view: View, over: int) -> ToCome | None:
        """Look ahead."""
        ahead, in_days = self._ahead(view)
        facility = self.facility if self.facility is not None and self.facility.known_day <= view.date else None
        if view.day < 0 or not (ahead or facility):
            return None
        usual = self._dealers_share * view.anticipated
        rows = [
            _share(view.fills.get(known.bucket, NEVER).expected * known.maximum, _listed(known, view), usual)
            for known in ahead
        ]
        share = np.array(rows).reshape(len(rows), len(usual))
        return ToCome(in_days, share, _a_day(facility, view.fills, view, usual), over)

    def _ahead(self, view: View) -> tuple[list[KnownBuyback], Float]:
        """Return the operations that are known and not over, and in how many business days they are."""
        last = view.date + 2 * int(MOST_DAYS)
        days = business_days(view.date, last)
        known = [
            one
            for one in self.calendar
            if one.known_day <= view.date <= one.day <= last and (one.day > view.date or one.round >= view.round)
        ]
        places = np.searchsorted(days, [one.day for one in known])
        near = places <= MOST_DAYS
        return [one for one, inside in zip(known, near, strict=True) if inside], places[near].astype(np.float64)


def _listed(known: KnownBuyback, view: View) -> Bool:
    """Return what an operation is expected to list (S,): its list once it is announced, what the rule says before."""
    for told in view.buybacks:
        if (told.day, told.bucket) == (known.day, known.bucket):
            return told.eligible
    return _by_rule(known.bucket, known.day + 1, view)


def _by_rule(bucket: str, settle_day: int, view: View) -> Bool:
    """Return what the rule lists in a bucket for a settlement day, at today's ages and holdings (S,)."""
    excluded = {Listing.NEWEST: newest(view)}
    why: Int = reasons(bucket, view.securities, settle_day, excluded, view.outstanding, view.soma)
    return np.asarray(why == Listing.LISTED)


def _share(face: float, listed: Bool, usual: Float) -> Float:
    """Return the part of what dealers usually hold of each security that a purchase takes (S,)."""
    held = float(exposure(usual, listed.astype(np.float64))[0])
    return np.where(listed, min(1.0, face / held) if held > 0 else 0.0, 0.0)


def _a_day(facility: KnownFacility | None, fills: Mapping[str, Filled], view: View, usual: Float) -> Float:
    """Return the part of the same that a standing facility takes in a day (S,)."""
    if facility is None:
        return np.zeros(len(usual))
    past, listed = fills.get(STANDING, NEVER), np.zeros(len(usual), np.bool_)
    for bucket in facility.buckets:
        listed |= _by_rule(bucket, view.settle_date, view)
    return _share(past.expected * min(facility.daily, facility.total - past.face), listed & view.tradable, usual)
