"""From a scenario to what the Fed's open market desk carries out."""

import numpy as np

from agents.open_market_desk import DeskPlan, Programme, PurchaseRule
from experiments.errors import UserError
from experiments.purchase_sections import Purchases
from experiments.scenario_sections import Scenario
from market.calendar import business_days, round_at
from market.securities import Kind, Securities
from market.units import FACE_PER_MUSD, Int, day_number


def desk_plan(scenario: Scenario) -> DeskPlan:
    """Return what the desk carries out."""
    policy, rounds = scenario.policy, scenario.run.rounds
    rule = policy.functioning
    bad_days = PurchaseRule(
        round_at(rule.time, rounds),
        rule.per_day_musd * FACE_PER_MUSD,
        rule.bucket_years,
        rule.noise_above_bp,
        rule.depth_below_musd,
    )
    return DeskPlan(
        programmes=tuple(_programme(programme, rounds) for programme in policy.purchases),
        rule=bad_days if rule.per_day_musd else None,
        like_buybacks=policy.qe_like_buybacks,
        cap_share=policy.buybacks.security_cap,
        curve_weight=policy.buybacks.curve_weight,
    )


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
