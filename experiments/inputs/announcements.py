"""From a scenario to what is known of supply ahead: larger auctions, programmes of the Fed, the buyback programme."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import starmap

from agents.officials.buyback_desk import PlannedBuyback
from experiments.inputs.auction_calendar import ScheduledAuction
from experiments.sections.purchases import Purchases
from experiments.sections.supply import LargerAuctions
from experiments.sections.world import Scenario
from market.auctions.announced_supply import AnnouncedSupply
from market.auctions.buyback import BUCKETS, NOMINAL
from market.auctions.known_buybacks import KnownBuyback, KnownFacility
from market.bonds.securities import Kind, Securities
from market.calendar import business_days, next_business_day
from market.units import FACE_PER_MUSD, day_number

STEP = 1000 * FACE_PER_MUSD  # sizes of auctions are whole billions


def more(auction: ScheduledAuction, plans: Sequence[LargerAuctions]) -> int:
    """Return the face by which plans make an auction larger, in whole billions."""
    if auction.kind not in (Kind.NOTE, Kind.BOND):
        return 0
    day, term = auction.auction_day, auction.term_months
    shares = [
        p.share for p in plans if day_number(p.since) <= day <= day_number(p.until) and term in p.terms_months
    ]  # fmt: skip
    return sum(round(share * auction.offering / STEP) * STEP for share in shares)


def enlarged(
    scheduled: Sequence[ScheduledAuction], plans: Sequence[LargerAuctions]
) -> tuple[tuple[ScheduledAuction, ...], dict[tuple[str, int], int]]:
    """Return the calendar with larger auctions, and the face by CUSIP and auction day that it did not hold before."""
    extra = {(a.cusip, a.auction_day): more(a, plans) for a in scheduled}
    larger = tuple(replace(a, offering=a.offering + extra[a.cusip, a.auction_day]) for a in scheduled)
    return larger, {key: face for key, face in extra.items() if face}


def unforeseen(extra: dict[tuple[str, int], int], securities: Securities) -> dict[tuple[int, int], int]:
    """Return the same by the market's column of the security and auction day."""
    return {(securities.place(cusip), day): face for (cusip, day), face in extra.items()}


def announced_supply(
    scenario: Scenario, scheduled: Sequence[ScheduledAuction], buybacks: Sequence[PlannedBuyback]
) -> tuple[AnnouncedSupply, ...]:
    """Return all that is announced within the run; what was known at its start is in the yields of the start."""
    policy, out = scenario.policy, []
    for plan in policy.larger_auctions:
        for auction in scheduled:
            face, years = more(auction, [plan]), auction.term_months / 12.0
            if face:
                day = auction.auction_day
                known = day_number(plan.announced)
                out.append(AnnouncedSupply(known, day, day, face, (0.97 * years, years)))
    out += [_programme(day_number(p.announced), p) for p in policy.purchases if p.announced is not None]
    if policy.buybacks.announced is not None:
        known = day_number(policy.buybacks.announced)
        later = [b for b in buybacks if b.day >= known and BUCKETS[b.bucket][0] == NOMINAL]
        out += list(starmap(_operation, ((known, b) for b in later)))
    return tuple(out)


def known_buybacks(scenario: Scenario, planned: Sequence[PlannedBuyback]) -> tuple[KnownBuyback, ...]:
    """Return the public calendar: known from the start, or from the day on which the scenario announces it."""
    told = scenario.policy.buybacks.announced
    first = day_number(scenario.run.start)
    known = first if told is None else day_number(told)
    return tuple(KnownBuyback(known if b.day >= known else first, b.day, b.round, b.bucket, b.maximum) for b in planned)


def known_facility(scenario: Scenario) -> KnownFacility | None:
    """Return the public terms of a standing bid, None without one."""
    policy = scenario.policy.buybacks
    if policy.mode != "standing":
        return None
    terms, told = policy.standing, max(policy.announced or scenario.run.start, policy.standing.since or date.min)
    daily, total = (musd * FACE_PER_MUSD for musd in (terms.daily_musd, terms.total_musd))
    return KnownFacility(day_number(told), daily, total, policy.only_buckets)


def _programme(known: int, given: Purchases) -> AnnouncedSupply:
    first, last = day_number(given.since), day_number(given.until)
    operations = -(-len(business_days(first, last)) // given.every_days)
    face = operations * given.per_day_musd * FACE_PER_MUSD * (-1 if given.side == "buy" else 1)
    return AnnouncedSupply(known, first, int(next_business_day(last - 1)), face, given.bucket_years)


def _operation(known: int, planned: PlannedBuyback) -> AnnouncedSupply:
    _, low, high = BUCKETS[planned.bucket]
    return AnnouncedSupply(known, planned.day, planned.day, -planned.maximum, (low / 12.0, high / 12.0))
