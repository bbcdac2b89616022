"""From a scenario to what the Fed's open market desk carries out."""

import numpy as np

from agents.officials.open_market_desk import Backstop, DeskPlan, Programme, PurchaseRule
from experiments.errors import UserError
from experiments.sections.purchases import BackstopAuctions, Functioning, Purchases
from experiments.sections.world import Scenario
from market.bonds.securities import Kind, Securities
from market.calendar import business_days, round_at
from market.units import FACE_PER_MUSD, Int, day_number


def desk_plan(scenario: Scenario) -> DeskPlan:
    """Return what the desk carries out."""
    policy, rounds = scenario.policy, scenario.run.rounds
    return DeskPlan(
        programmes=tuple(_programme(programme, rounds) for programme in policy.purchases),
        rule=_bad_days(policy.functioning, rounds, policy.functioning.bucket_years),
        backstop=_backstop(policy.backstop, rounds),
        like_buybacks=policy.qe_like_buybacks and policy.buybacks.mode != "standing",  # that has a desk of its own
        cap_share=policy.buybacks.security_cap,
        curve_weight=policy.buybacks.curve_weight,
        hedged=policy.hedged_purchases,
        reserve_bp=policy.buybacks.reserve_bp,
    )


def _bad_days(given: Functioning | BackstopAuctions, rounds: int, years: tuple[float, float]) -> PurchaseRule | None:
    """Return when, and how much, is bought on days on which the market functions badly; None if it is not."""
    if not given.per_day_musd:
        return None
    face = given.per_day_musd * FACE_PER_MUSD
    return PurchaseRule(round_at(given.time, rounds), face, years, given.noise_above_bp, given.depth_below_musd)


def _backstop(given: BackstopAuctions, rounds: int) -> Backstop | None:
    rule = _bad_days(given, rounds, (given.buckets_years[0][0], given.buckets_years[-1][1]))
    single = given.pricing == "single"
    return None if rule is None else Backstop(rule, given.buckets_years, given.discount_bp, single)


def _programme(given: Purchases, rounds: int) -> Programme:
    return Programme(
        first_day=day_number(given.since),
        last_day=day_number(given.until),
        round=round_at(given.time, rounds),
        buys=given.side == "buy",
        face=given.per_day_musd * FACE_PER_MUSD,
        bucket_years=given.bucket_years,
        every_days=given.every_days,
    )


def refuse_caps_above_holdings(scenario: Scenario, soma: Int) -> None:
    """Raise UserError for a run-off cap of a month above all that the Fed holds at the start: nothing could meet it."""
    held = int(soma.sum()) // FACE_PER_MUSD
    for place, cap in enumerate(scenario.policy.caps):
        if cap.treasuries_musd > held:
            raise UserError(
                f"policy.caps[{place}].treasuries_musd is {cap.treasuries_musd:,}, "
                f"expected at most the {held:,} that the Fed holds at the start"
            )


def refuse_short_sales(scenario: Scenario, securities: Securities, soma: Int) -> None:
    """Raise UserError if a programme is to sell more than the Fed has in its bucket at the start."""
    start, last = day_number(scenario.run.start), day_number(scenario.run.end)
    years = (securities.maturity_day - start) / 365.25
    coupons = securities.of(Kind.NOTE, Kind.BOND)
    for place, given in enumerate(scenario.policy.purchases):
        if given.side == "buy":
            continue
        days = business_days(day_number(given.since), min(day_number(given.until), last))
        planned = -(-len(days) // given.every_days) * given.per_day_musd
        low, high = given.bucket_years
        held = int(np.sum(soma[coupons & (years >= low) & (years <= high)])) // FACE_PER_MUSD
        if planned > held:
            raise UserError(
                f"policy.purchases[{place}] sells {planned:,} musd of {low:g} to {high:g} years, expected at most the "
                f"{held:,} that the Fed has"
            )
