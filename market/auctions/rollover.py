"""What becomes of what the Fed is repaid: rolled over at auction, redeemed under its cap, or redeemed for want of one.

Written on the morning of repayment, by class (bills, coupons). What is wanted and not rolled has a reason: auctions
that the debt limit withdrew, auctions at which nobody bid, a day on which no auction settles, or the rounding down of
each add-on to $100. Whatever the reason, it is repaid in cash: bids at auction are the only way to roll over.
"""

from typing import Any

from market.books.messages import Rollover
from market.roles import RolloverReporter

ROLLED, ROUNDING = "all rolled", "rounding"
LIMIT, NO_BIDS, NO_AUCTION = "debt limit: auction not held", "no bids at the auction", "no auction settles that day"


def note_rollovers(market: Any) -> None:
    """Write what is rolled over today and what is not, with the reason."""
    for reporter in market.playing(RolloverReporter):
        for told in reporter.rollovers(market.view()):
            lost = told.wanted - told.rolled
            market.record.add(
                "rollovers",
                date=market.date,
                kind="bills" if told.bills else "coupons",
                repaid_face=told.repaid,
                redeemed_face=told.repaid - told.rolled,
                capped_face=told.repaid - told.wanted,
                rolled_face=told.rolled,
                lost_face=lost,
                auctions_missed=len(told.missed),
                reason=reason_of(told, market.withdrawn),
            )


def reason_of(told: Rollover, withdrawn: set[tuple[int, int]]) -> str:
    """Return why less is rolled than wanted."""
    if told.wanted == told.rolled:
        return ROLLED
    if not told.planned and not told.rolled:
        return NO_AUCTION
    if not told.missed:
        return ROUNDING
    return LIMIT if withdrawn.intersection(told.missed) else NO_BIDS
