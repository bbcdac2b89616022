"""From a scenario to what the officials carry out: the debt office's plan and the Fed's, with columns for CUSIPs."""

from collections.abc import Sequence

import numpy as np

from agents.officials.buyback_desk import BuybackRules, PlannedBuyback, StandingTerms
from agents.officials.central_bank import FedPlan
from agents.officials.coupon_shift import CouponShift
from agents.officials.debt_office import DebtPlan
from agents.officials.reinvestment import month_of
from experiments.errors import UserError
from experiments.inputs.auction_calendar import ScheduledAuction, auctions
from experiments.inputs.buyback_calendar import buybacks
from experiments.inputs.buyback_schedule import steady_buybacks
from experiments.inputs.fed_factors import fed_levels, mortgage_principal
from experiments.inputs.fiscal_flows import FiscalFlows, fiscal_flows
from experiments.inputs.limit_plan import limit_plan
from experiments.inputs.policy_path import rate_steps
from experiments.inputs.published import table
from experiments.inputs.steady_calendar import steady_auctions
from experiments.sections.buybacks import Buybacks, StandingSide
from experiments.sections.coupons import CouponShifts
from experiments.sections.deficits import Deficit, outlays_cents
from experiments.sections.rates import Rates
from experiments.sections.world import Scenario
from experiments.start.security_list import Listing
from market.bonds.securities import Kind, Securities
from market.books.messages import Auction, FactorLevels
from market.calendar import next_business_day, previous_business_day, round_at
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, Int, day_number, to_date
from market.view import PolicyRates

BILLS_AT, COUPONS_AT, BUYBACKS_AT = "11:30", "13:00", "13:55"
GUIDANCE_DAYS = 60  # calendar days for which the market knows the policy rate from guidance: a guess


def scheduled_auctions(scenario: Scenario, current: Listing, soma: Int) -> tuple[ScheduledAuction, ...]:
    """Return the auctions of a run. Those held before its start and not paid yet are held again on its first day."""
    first, last = day_number(scenario.run.start) + 1, day_number(scenario.run.end)
    if scenario.policy.supply == "steady":
        return steady_auctions(current, first, last + 40, soma)
    return auctions(first, last + 40, by="issue_day")


def market_auctions(
    scheduled: Sequence[ScheduledAuction], securities: Securities, known: Securities, first_day: int, rounds: int
) -> tuple[Auction, ...]:
    """Return auctions with the columns of the market's securities."""
    out, sold = [], set(known.cusip)
    for a in scheduled:
        at = BILLS_AT if a.kind in (Kind.BILL, Kind.FRN) else COUPONS_AT
        day = max(a.auction_day, first_day)
        issue = a.issue_day if day == a.auction_day else max(a.issue_day, next_settlement(day))
        place = securities.place(a.cusip)
        first = a.cusip not in sold
        sold.add(a.cusip)
        out.append(Auction(place, min(a.announced_day, day), day, issue, a.offering, round_at(at, rounds), first))
    return tuple(out)


def debt_plan(scenario: Scenario, securities: Securities, calendar: tuple[Auction, ...]) -> DebtPlan:
    """Return what the debt office carries out."""
    first, last = day_number(scenario.run.start) + 1, day_number(scenario.run.end)
    policy = scenario.policy
    balanced = policy.fiscal == "balanced"
    flows = None if balanced else fiscal_flows(first, last)
    cash = table("tga_daily_2019-2024").dropna()
    plan = {int(d): round(float(c) * CENTS_PER_MUSD) for d, c in zip(cash["date"], cash["tga_musd"], strict=True)}
    return DebtPlan(
        auctions=calendar,
        buybacks=planned_buybacks(policy.buybacks, securities, first, last, scenario.run.rounds),
        receipts={} if flows is None else _receipts(flows, policy.deficits),
        coupon_financed=outlays_cents(policy.deficits, ("coupons",)),
        cash_plan={} if balanced else plan,
        balanced=balanced,
        limit=limit_plan(scenario),
        coupon_shift=coupon_shift(policy.coupon_shift),
        bills_finance=not balanced,
        cash_finances=policy.buybacks.financing == "cash",
        coupons_finance=policy.buybacks.financing == "coupons" and not balanced,
        matched_finance=policy.buybacks.financing == "matched-coupons" and not balanced,
        rules=buyback_rules(policy.buybacks),
    )


def _receipts(flows: FiscalFlows, deficits: Sequence[Deficit]) -> dict[int, int]:
    """Return net receipts in cents by day number: as published, less what deficits add."""
    receipts = dict(zip(flows.day.tolist(), flows.cents.tolist(), strict=True))
    for day, cents in outlays_cents(deficits).items():
        receipts[day] = receipts.get(day, 0) - cents
    return receipts


def coupon_shift(policy: CouponShifts) -> CouponShift | None:
    """Return the rule that moves coupon sizes, None where the calendar's stay."""
    if not policy.enabled:
        return None
    steps = policy.belly_musd * FACE_PER_MUSD, policy.other_musd * FACE_PER_MUSD
    return CouponShift(policy.lowest, policy.highest, policy.quarters, *steps)


def buyback_rules(policy: Buybacks) -> BuybackRules:
    """Return how the buyback desk buys."""
    return BuybackRules(
        mode=policy.mode,
        price_sensitive=policy.price_sensitive,
        reserve_bp=policy.reserve_bp,
        curve_weight=policy.curve_weight,
        cap_share=policy.security_cap,
        half_drawn=policy.lists == "half-drawn",
        spare_deliverable=policy.spare_deliverable,
        spare_special_bp=policy.spare_special_bp,
        only_illiquid=policy.target == "most-illiquid-decile",
        standing=_standing_terms(policy.standing),
        reopening=_standing_terms(policy.standing.reopening),
        standing_buckets=policy.only_buckets,
        standing_since=0 if policy.standing.since is None else day_number(policy.standing.since),
    )


def _standing_terms(side: StandingSide) -> StandingTerms:
    """Return one side of the standing facility in units of face."""
    sizes = (musd * FACE_PER_MUSD for musd in (side.size_musd, side.daily_musd, side.total_musd))
    return StandingTerms(side.haircut_bp, *sizes)


def planned_buybacks(
    policy: Buybacks, securities: Securities, first: int, last: int, rounds: int
) -> tuple[PlannedBuyback, ...]:
    """Return the operations of a run: none where nothing is held, or bids rest in the books instead."""
    if policy.mode in ("off", "standing"):
        return ()
    known = {cusip: place for place, cusip in enumerate(securities.cusip)}
    out = []
    scheduled = buybacks if policy.schedule == "published" else steady_buybacks
    for b in scheduled(first, last):
        if b.bucket not in policy.only_buckets:
            continue
        day = int(next_business_day(b.operation_day, policy.shift_days)) if policy.shift_days else b.operation_day
        if day > last:
            continue
        listed = None if b.eligible is None else tuple(known[c] for c in b.eligible if c in known)
        announced = int(previous_business_day(day))
        maximum = round(b.maximum * policy.scale / FACE_PER_MUSD) * FACE_PER_MUSD
        held_in = round_at(BUYBACKS_AT, rounds)
        purpose = b.purpose.lower()
        out.append(PlannedBuyback(day, announced, held_in, b.bucket, maximum, listed, purpose))
    return tuple(out)


def fed_plan(scenario: Scenario, calendar: tuple[Auction, ...], start_levels_day: int) -> FedPlan:
    """Return what the Fed carries out."""
    policy = scenario.policy
    start, last = day_number(scenario.run.start), day_number(scenario.run.end)
    rates = administered_rates(scenario, start)
    caps = tuple((day_number(cap.since), cap.treasuries_musd * FACE_PER_MUSD) for cap in policy.caps)
    factors = {}
    if policy.factors == "published":
        for level in fed_levels():
            day = int(previous_business_day(level.day + 1))  # of a holiday, the close before is published
            if level.day > start_levels_day and start < day <= last:
                factors[day] = FactorLevels(
                    level.currency, level.other_assets, level.other_liabilities, level.foreign_repo
                )
    expected, before = expected_rates(rates, start, last), {month_of(start): redeemed_before(start, start_levels_day)}
    mortgages, mortgage_caps = _mortgages(scenario)
    rolls_all = policy.supply == "steady"
    plan = FedPlan(caps, rates, expected, factors, calendar, before, rolls_all, mortgages, mortgage_caps)
    if policy.debt_limit.enabled and any(plan.mortgages_above_cap(month) for month in mortgages):
        raise UserError(
            "policy.caps has an mbs_musd below the principal repaid, expected 35000 with policy.debt_limit: Treasuries "
            "bought with it are new debt, which the limit's projection does not foresee"
        )
    return plan


def _mortgages(scenario: Scenario) -> tuple[dict[tuple[int, int], int], tuple[tuple[int, int], ...]]:
    """Return mortgage principal by month from that of the start on, and its caps; with factors held, none is repaid."""
    caps = tuple((day_number(cap.since), cap.mbs_musd * FACE_PER_MUSD) for cap in scenario.policy.caps)
    if scenario.policy.factors == "held":
        return {}, caps
    first, last = (month_of(day_number(day)) for day in (scenario.run.start, scenario.run.end))
    return {month: face for month, face in mortgage_principal().items() if first <= month <= last}, caps


def redeemed_before(start: int, levels_day: int) -> int:
    """Return the face that the Fed had redeemed of a month's cap when the run starts in it, as published by type.

    From the month's first Wednesday, before its first coupons mature, to the Wednesday of the starting state.
    """
    levels = table("soma_by_type_weekly_2019-2024").set_index("date")
    levels = levels[["bills", "notes_bonds_nominal", "frn", "tips_par"]]
    first = day_number(to_date(start).replace(day=1))
    inside = levels[(levels.index >= first) & (levels.index <= levels_day)]
    if inside.empty:
        return 0
    fall = (inside.iloc[0] - inside.iloc[-1]).clip(lower=0.0)
    return round(float(fall.sum()) * FACE_PER_MUSD)


def administered_rates(scenario: Scenario, start: int) -> tuple[tuple[int, PolicyRates], ...]:
    """Return administered rates by first day; a flat path stops at the start, rates of the scenario come on top."""
    flat = scenario.policy.rates_path == "flat"
    known = [step for step in rate_steps() if not flat or step.day <= start]
    steps = [
        (r.day, PolicyRates(r.iorb_bp, r.on_rrp_bp, r.standing_repo_bp, r.iorb_bp, r.standing_repo_bp)) for r in known
    ]
    own = [(day_number(rates.since), _rates_of(rates)) for rates in scenario.policy.rates]
    return tuple([step for step in steps if step[0] < own[0][0]] + own if own else steps)


def _rates_of(given: Rates) -> PolicyRates:
    """Return the rates of a scenario; the discount rate is that of the standing facility unless it says another."""
    discount = given.standing_repo_bp if given.discount_bp is None else given.discount_bp
    return PolicyRates(given.iorb_bp, given.on_rrp_bp, given.standing_repo_bp, given.iorb_bp, discount)


def expected_rates(rates: tuple[tuple[int, PolicyRates], ...], start: int, last: int) -> dict[int, float]:
    """Return by day the mean policy rate (interest on reserves stands for it) over the days that guidance covers."""
    days = np.array([day for day, _ in rates])
    levels = np.array([r.iorb for _, r in rates], np.float64)
    span = np.arange(start, last + GUIDANCE_DAYS + 1)
    path = levels[np.maximum(np.searchsorted(days, span, side="right") - 1, 0)]
    running = np.concatenate([[0.0], np.cumsum(path)])
    ahead = (running[GUIDANCE_DAYS:] - running[:-GUIDANCE_DAYS]) / GUIDANCE_DAYS
    return {int(day): float(ahead[i]) for i, day in enumerate(span[: len(ahead)])}


def next_settlement(day: int) -> int:
    """Return when a trade of a day settles."""
    return int(next_business_day(day))
