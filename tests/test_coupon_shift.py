"""Coupon sizes follow the bill share by a stated rule, and bills take the other side."""

import pytest
from small_market import small, small_market

from agents.officials.coupon_shift import CouponShift, ShiftMemory
from agents.officials.debt_office import DebtOffice
from experiments.build import stage
from experiments.errors import ScenarioError
from market.bonds.securities import Kind
from market.units import FACE_PER_BILLION as BILLION
from market.units import day_number

RULE = CouponShift(0.15, 0.20, 2, 3 * BILLION, 2 * BILLION)
QUARTERS = [day_number(d) for d in ("2024-01-02", "2024-04-01", "2024-07-01", "2024-10-01", "2025-01-02")]


def looked(*shares):
    memory, steps = ShiftMemory(RULE), []
    for day, share in zip(QUARTERS, shares, strict=False):
        memory.look(day, share)
        memory.look(day + 20, 0.99)  # the same quarter: no second look
        steps.append(memory.steps)
    return steps


def test_sizes_move_after_so_many_quarters_outside_the_band_and_stay_inside_it():
    assert looked(0.22, 0.22, 0.22, 0.18, 0.22) == [0, 1, 2, 2, 2]
    assert looked(0.12, 0.12, 0.18, 0.12) == [0, -1, -1, -1]
    assert looked(0.22, 0.12, 0.22, 0.12) == [0, 0, 0, 0]  # the other side begins anew
    assert looked(0.15, 0.20, 0.18) == [0, 0, 0]


def test_the_belly_moves_most_and_no_auction_vanishes():
    memory = ShiftMemory(RULE)
    memory.steps = 1
    assert [memory.moved(60 * BILLION, term) // BILLION for term in (24, 36, 60, 84, 120, 360)] == [
        2,
        3,
        3,
        3,
        2,
        2,
    ]
    memory.steps = -9
    assert 16 * BILLION + memory.moved(16 * BILLION, 240) == BILLION


@pytest.mark.parametrize("supply", ["published", "steady"])
def test_coupons_grow_with_either_calendar_and_without_the_rule_stay(supply):
    keys = {"policy__supply": supply, "policy__fiscal": "balanced" if supply == "steady" else "published"}
    band = {"enabled": True, "lowest": 0.0, "highest": 0.05, "quarters": 1}
    shifted = {f"policy__coupon_shift__{name}": value for name, value in band.items()}
    market = small_market(days=3, **keys, **shifted)
    office = next(agent for agent in market.agents if isinstance(agent, DebtOffice))
    kind = market.securities.kind
    planned = {(a.security, a.auction_day): a.offering for a in stage(small(**keys)).debt.auctions}
    grown = [
        a.offering - planned[a.security, a.auction_day]
        for a in market.auctions
        if kind[a.security] in (Kind.NOTE, Kind.BOND)
    ]
    assert office.shift.steps == 1 and grown and set(grown) <= {2 * BILLION, 3 * BILLION}
    assert stage(small(**keys)).debt.coupon_shift is None


def test_an_empty_band_is_refused():
    with pytest.raises((ScenarioError, ValueError), match="expected lowest below highest"):
        small(policy__coupon_shift__lowest=0.3)


def test_it_looks_again_when_january_april_july_or_october_begins():
    memory = ShiftMemory(CouponShift(0.15, 0.20, 1, 20, 10))
    steps = []
    for day in ("2024-01-02", "2024-02-01", "2024-03-29", "2024-04-01", "2024-06-28", "2024-07-01", "2024-10-01"):
        memory.look(day_number(day), 0.3)
        steps.append(memory.steps)
    assert steps == [1, 1, 1, 2, 2, 3, 4]
