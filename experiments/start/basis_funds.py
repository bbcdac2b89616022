"""Basis-trade funds at the start: what hedge funds hold against futures becomes the book of funds of their own.

A share of each hedge fund's notes and bonds, with the accustomed shares that go with them, passes to the basis funds,
who pay for all but their equity; they find the money in the repo of the first evening, as the hedge funds then need
less. So every published sum stays what it was: basis funds are part of the hedge funds of Z.1 and TIC. Their futures
are short by what has the duration of their securities. Which issues funds hold is not published: they hold hedge funds'
issues of all maturities, each with the contract of its sector.
"""

from typing import Any

import numpy as np

from agents.hedge_funds.basis_fund import BasisFund
from agents.hedge_funds.basis_rules import legs
from agents.hedge_funds.hedge_fund import HedgeFund
from experiments.sections.futures import Futures
from experiments.start.endowment import Side, pass_on
from experiments.start.fitting import split_columns
from experiments.start.holders import group
from market.auctions.apportion import apportion
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.calendar import next_business_day
from market.exposure import exposure
from market.futures.board import MUSD_PER_DOLLAR, face_dv01_musd
from market.futures.cycle import FACE_DOLLARS, N_CONTRACTS, cycle_on, grades_on
from market.units import CENTS_PER_MUSD, POINT_E8, Float, Int, cash_cents

BUFFER = 0.01  # of the value of their securities, kept in cash: a guess


def open_basis_funds(market: Any, section: Futures) -> list[Any]:
    """Let basis funds join and take over their part of hedge funds' books; none where there are none."""
    names = [f"Basis Fund {number + 1:02d}" for number in range(section.basis_funds)]
    hedge = [agent for agent in market.agents if type(agent) is HedgeFund]
    if not names or not hedge or not section.basis_share:
        return []
    sizes = np.array([holder.size for holder in group("hedge_fund", None, names)])
    funds = [BasisFund(market, name) for name in names]
    coupons = market.securities.of(Kind.NOTE, Kind.BOND)
    given = np.array(
        [np.where(coupons, np.floor(agent.position * section.basis_share), 0) for agent in hedge], np.int64
    )
    taken = split_columns(given.sum(axis=0), sizes)
    givers, takers = ([agent.row for agent in agents] for agents in (hedge, funds))
    owed = np.rint(_value_cents(market, taken).sum(axis=1) * (1.0 - section.basis_equity)).astype(np.int64)
    due = apportion(int(owed.sum()), _value_cents(market, given).sum(axis=1))
    pass_on(market.ledger, "basis funds begin", Side(givers, given, due), Side(takers, taken, owed))
    kept = np.where(coupons, 1.0 - section.basis_share, 1.0)
    accustomed = sum(agent.benchmark * (1.0 - kept) for agent in hedge)
    for agent in hedge:
        market.outlook.activity = market.outlook.activity - agent.benchmark * (1.0 - kept) * float(agent.activity)
        agent.benchmark = agent.benchmark * kept
    for fund, size, face in zip(funds, sizes, taken, strict=True):
        fund.benchmark = accustomed * size
        fund.usual_spread = np.full(N_CONTRACTS, section.start_spread_bp)
        fund.cash_buffer = BUFFER * float(_value_cents(market, face).sum()) / CENTS_PER_MUSD
    return funds


def _value_cents(market: Any, face: Int) -> Int:
    return cash_cents(face, market.premises.price_e8)


def starting_contracts(market: Any, funds: list[Any]) -> Int:
    """Return the contracts (funds, C), short, with the duration of the securities of each fund at the first prices."""
    s, settle = market.securities, int(next_business_day(market.date))
    price = market.premises.price_e8 / POINT_E8
    there = market.premises.outstanding > 0
    yields = bond_arithmetic.yields(s, np.where(there, price, np.nan), settle)
    dv01: Float = np.where(there, bond_arithmetic.value(s, np.where(there, yields, 0.0), settle).dv01, 0.0)
    grades = grades_on(s, s.coupon_e3, market.premises.outstanding, settle, cycle_on(market.date))
    best = grades.cheapest(grades.forwards(price, 0.0))
    each = dv01[grades.place[best]] / grades.factor[best] / 100.0 * FACE_DOLLARS * MUSD_PER_DOLLAR
    years = np.maximum(s.maturity_day - settle, 0) / 365.25
    belongs = legs(s, years) * face_dv01_musd(dv01)[:, None]
    return np.array([-np.rint(exposure(fund.position, belongs) / each) for fund in funds], np.int64)
