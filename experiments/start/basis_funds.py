"""Basis-trade funds at the start: what hedge funds hold against futures becomes the book of funds of their own.

How securities pass: ``experiments.start.leveraged_funds``. Their futures are short by what has the duration of their
securities. Which issues funds hold is not published: they hold hedge funds' issues of all maturities, each with the
contract of its sector.
"""

from typing import Any

import numpy as np

from agents.hedge_funds.basis_fund import BasisFund
from agents.hedge_funds.basis_rules import legs
from experiments.sections.futures import Futures
from experiments.start.leveraged_funds import take_over
from market.bonds import bond_arithmetic
from market.calendar import next_business_day
from market.exposure import exposure
from market.futures.board import MUSD_PER_DOLLAR, face_dv01_musd
from market.futures.cycle import FACE_DOLLARS, N_CONTRACTS, cycle_on, grades_on
from market.units import POINT_E8, Float, Int


def open_basis_funds(market: Any, section: Futures) -> list[Any]:
    """Let basis funds join and take over their part of hedge funds' books; none where there are none."""
    names = [f"Basis Fund {number + 1:02d}" for number in range(section.basis_funds)]
    funds = take_over(market, BasisFund, names, section.basis_share, section.basis_equity)
    for fund in funds:
        fund.usual_spread = np.full(N_CONTRACTS, section.start_spread_bp)
    return funds


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
