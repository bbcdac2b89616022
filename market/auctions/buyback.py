"""The buyback: a multiple-price reverse auction in which the Treasury buys its own off-the-run securities.

Every accepted offer is paid its own price. Offers are ranked by how cheap they are, in basis points of yield: against
a curve that no dealer quotes from, and against the market's own middle price when the operation closes,

    score = weight * (fitted_price - price) / dv01 + (1 - weight) * (market_price - price) / dv01,

higher being better for the Treasury, and accepted downwards until the announced maximum, until the cap of each
security, and, if the Treasury is price-sensitive, until the score falls below ``reserve_bp``. Equal scores: the
earlier offer first. A last offer may be taken in part, in multiples of $1 million. The Treasury publishes neither its
curve nor its weights nor the caps: weight and reserve are ours, the multiple and the form are from
its announcements and 31 CFR 375.13.

``eligible`` is the list of an announcement. The Fed's largest share and the least private float (13bn, TIPS 8bn) were
read off the lists of 2024; with them, and without the newest issues, the lists from 7 years up come out as published
but for up to three (10 to 20 years: all on 2024-10-31 and 2024-11-25). Until July a list held 20 securities at most,
and the lists under 2 years stay a third or more shorter than the rule, by a choice that is not published. Left out:
issues that are special in repo or cheapest to deliver into a future; pass them as ``excluded``, with the reason.

Units: face in hundreds of dollars; prices clean, in points (offers in 1e-8); dv01 in points per bp.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.auctions.apportion import first_come
from market.bonds.securities import Kind, Securities
from market.books.messages import OFFERS, Buyback
from market.units import FACE_PER_MUSD, POINT_E8, Bool, Float, Int

MULTIPLE = FACE_PER_MUSD  # offers are for one million dollars or a multiple of it
NOMINAL, INDEXED = (Kind.NOTE, Kind.BOND), (Kind.TIPS,)
LEAST_PRIVATE = {NOMINAL: 13_000 * FACE_PER_MUSD, INDEXED: 8_000 * FACE_PER_MUSD}  # face outside the Fed
LARGEST_FED_SHARE = 0.698  # of the face outstanding: the Fed buys up to 70 % of an issue
STANDING = "standing"  # bucket of what the standing facility buys
RESERVE_BP = -0.5  # least score that a price-sensitive buyer takes: a guess
BUCKETS = {  # kinds, and months from settlement to maturity: the lower end belongs to the bucket, the upper does not
    "1Mo to 2Y": (NOMINAL, 1, 24),
    "2Y to 3Y": (NOMINAL, 24, 36),
    "3Y to 5Y": (NOMINAL, 36, 60),
    "5Y to 7Y": (NOMINAL, 60, 84),
    "7Y to 10Y": (NOMINAL, 84, 120),
    "10Y to 20Y": (NOMINAL, 120, 240),
    "20Y to 30Y": (NOMINAL, 240, 360),
    "1Y to 7.5Y": (INDEXED, 12, 90),
    "7.5Y to 30Y": (INDEXED, 90, 360),
}


class Listing(IntEnum):
    """Whether a security of a bucket is on a list, or the first reason why it is not."""

    LISTED = 0
    NEWEST = 1  # on the run, or the first issue before it
    DELIVERABLE = 2  # the cheapest to deliver into a future
    SPECIAL = 3  # scarce in repo
    UNSETTLED = 4  # first issued on the settlement day or later
    FED_SHARE = 5  # the Fed holds too large a part
    FLOAT = 6  # too little is in private hands
    UNPUBLISHED = 7  # the rule lists it, the published list does not
    UNTARGETED = 8  # listed, but not what the operation is aimed at


OUTSIDE = -1  # not of the bucket's kinds and maturities


class Verdict(IntEnum):
    """What became of an offer, and why."""

    ACCEPTED = 0
    PART = 1  # the maximum or the security's cap left room for a part
    INELIGIBLE = 2  # the security is not on the list
    DEAR = 3  # the score is below the reserve
    CAPPED = 4  # the security's cap was used up by better offers
    BEATEN = 5  # the maximum was used up by better offers


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of an operation, in the order of the offers: accepted face, score (NaN if ineligible), Verdict."""

    accepted: Int
    score_bp: Float
    verdict: Int


def evaluate(
    offers: NDArray[Any],
    market_price: Float,
    fitted_price: Float,
    dv01: Float,
    buyback: Buyback,
    weight: float = 0.5,
    per_security_cap: Int | None = None,
    reserve_bp: float = RESERVE_BP,
) -> Evaluation:
    """Rank a table of OFFERS and accept the cheapest; prices, dv01 and caps have shape (S,).

    No offers, nothing bought. Raises ValueError at a malformed offer, or where an offered security cannot be scored.
    """
    _check(offers, buyback, weight)
    listed = buyback.eligible[offers["security"]]
    score = np.full(len(offers), np.nan)
    score[listed] = _score(offers[listed], market_price, fitted_price, dv01, weight)
    cheap = listed & (score >= reserve_bp) if buyback.price_sensitive else listed
    order = np.argsort(-score, kind="stable")
    asked = np.where(cheap, offers["face"], 0)
    within_cap = asked
    if per_security_cap is not None:
        caps = per_security_cap // MULTIPLE * MULTIPLE
        within_cap = first_come(asked, offers["security"], caps, order)
    most = np.array([buyback.maximum // MULTIPLE * MULTIPLE], np.int64)
    accepted = first_come(within_cap, np.zeros(len(offers), np.int64), most, order)
    tests = [~listed, ~cheap, accepted == offers["face"], accepted > 0, within_cap == 0]
    reasons = [Verdict.INELIGIBLE, Verdict.DEAR, Verdict.ACCEPTED, Verdict.PART, Verdict.CAPPED]
    return Evaluation(accepted, score, np.select(tests, reasons, Verdict.BEATEN).astype(np.int64))


def _check(offers: NDArray[Any], buyback: Buyback, weight: float) -> None:
    """Refuse offers that the announcement does not allow, naming the first."""
    if offers.dtype != OFFERS:
        raise ValueError(f"buyback: offers have dtype {offers.dtype}, expected messages.OFFERS")
    if not 0 <= weight <= 1 or buyback.maximum < 0:
        raise ValueError(f"buyback: weight {weight}, maximum {buyback.maximum}: expected [0, 1], and 0 or more")
    n = len(buyback.eligible)
    for what, wrong, expected in (
        ("security", (offers["security"] < 0) | (offers["security"] >= n), f"0 to {n - 1}"),
        ("face", (offers["face"] <= 0) | (offers["face"] % MULTIPLE != 0), f"a positive multiple of {MULTIPLE}"),
        ("price_e8", offers["price_e8"] <= 0, "more than 0"),
    ):
        if wrong.any():
            first = int(np.argmax(wrong))
            raise ValueError(f"buyback: offer {first} has {what} {offers[what][first]}, expected {expected}")


def _score(offers: NDArray[Any], market_price: Float, fitted_price: Float, dv01: Float, weight: float) -> Float:
    """Return the cheapness of each offer in bp."""
    security = offers["security"]
    price = offers["price_e8"] / POINT_E8
    to_curve, to_market = fitted_price[security] - price, market_price[security] - price
    unknown = ~np.isfinite(to_curve + to_market) | ~(dv01[security] > 0)
    if unknown.any():
        raise ValueError(f"buyback: security {security[np.argmax(unknown)]} has no price or dv01 to be scored by")
    score: Float = (weight * to_curve + (1 - weight) * to_market) / dv01[security]
    return score


def reasons(
    bucket: str,
    securities: Securities,
    settle_day: int,
    excluded: Mapping[Listing, Bool],
    outstanding: Int,
    fed_face: Int,
) -> Int:
    """Return of each security the Listing in ``bucket``, OUTSIDE where it is not of it (S,).

    ``excluded`` marks the on-the-run issues and whatever else is spared, ``fed_face`` is what the Fed holds. Raises
    ValueError at an unknown bucket, naming the nearest.
    """
    kinds, low, high = _bucket(bucket)
    maturity, private = securities.maturity_day, outstanding - fed_face
    inside = (maturity >= _months_after(settle_day, low)) & (maturity < _months_after(settle_day, high))
    why = {
        **excluded,
        Listing.UNSETTLED: securities.first_issue_day >= settle_day,
        Listing.FED_SHARE: fed_face > LARGEST_FED_SHARE * outstanding,
        Listing.FLOAT: private < LEAST_PRIVATE[kinds],
    }
    found = np.select(list(why.values()), [int(reason) for reason in why], int(Listing.LISTED))
    return np.where(securities.of(*kinds) & inside & (outstanding > 0), found, OUTSIDE)


def _bucket(name: str) -> tuple[tuple[Kind, ...], int, int]:
    """Return kinds and ends of a bucket, or name the nearest one."""
    if name not in BUCKETS:
        nearest = get_close_matches(name, BUCKETS, n=1, cutoff=0.0)[0]
        raise ValueError(f"buyback: bucket {name!r}, expected one of {len(BUCKETS)} names; the nearest is {nearest!r}")
    return BUCKETS[name]


def _months_after(day: int, months: int) -> int:
    """Return the same day of the month so many months later, or that month's last day."""
    month = np.datetime64(day, "D").astype("M8[M]")
    of_month = np.datetime64(day, "D") - month.astype("M8[D]")
    later = (month + np.timedelta64(months, "M")).astype("M8[D]")
    after = (month + np.timedelta64(months + 1, "M")).astype("M8[D]")
    return min(int((later + of_month).astype(np.int64)), int(after.astype(np.int64)) - 1)
