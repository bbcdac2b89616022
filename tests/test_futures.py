"""Futures on paper: conversion factors against QuantLib and the formula's limits, baskets, implied repo."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813
from delivery_oracle import cheapest, delivery, fair_price
from hypothesis import given
from hypothesis import strategies as st
from securities_on_paper import listed

from market.bonds.securities import Kind
from market.futures.contracts import (
    CONTRACTS,
    basket,
    conversion_factor,
    first_of_month,
)
from market.units import day_number

JUNE = first_of_month(2024, 6)
LAST_DELIVERY = day_number("2024-06-28")


def _priced_at_six(coupon, months):
    """Return QuantLib's clean price per 1 at a yield of 6 % on the first of a month, so many months before maturity."""
    first = ql.Date(1, 6, 2024)
    maturity = first + ql.Period(int(months), ql.Months)
    null, plain = ql.NullCalendar(), ql.Unadjusted
    start = maturity - ql.Period(40, ql.Years)
    half, back = ql.Period(6, ql.Months), ql.DateGeneration.Backward
    schedule = ql.Schedule(start, maturity, half, null, plain, plain, back, False)
    count = ql.Thirty360(ql.Thirty360.BondBasis)
    bond = ql.FixedRateBond(0, 100.0, schedule, [coupon / 100], count)
    ql.Settings.instance().evaluationDate = first
    return ql.BondFunctions.cleanPrice(bond, 0.06, count, ql.Compounded, ql.Semiannual, first) / 100


@pytest.mark.parametrize("by_quarter", [True, False])
@given(coupon=st.integers(0, 80), months=st.integers(13, 360))
def test_a_factor_is_the_price_at_six_percent_to_four_decimals(by_quarter, coupon, months):
    whole = months // 3 * 3 if by_quarter else months
    factor = float(conversion_factor(coupon / 8, months, by_quarter))
    assert factor == pytest.approx(_priced_at_six(coupon / 8, whole), abs=0.00006)


def test_the_worked_examples_of_the_exchange_come_out():
    """December 2008: the 1 1/2 % of October 2010 for TU (n 1, z 10), the 3 3/4 % of November 2018 for TY (n 9, z 9)."""
    assert float(conversion_factor(1.5, 22, by_quarter=False)) == 0.9229
    assert float(conversion_factor(3.75, 119, by_quarter=True)) == 0.8357


def test_a_coupon_of_six_percent_has_a_factor_of_one_and_a_year_without_coupon_two_half_years_of_discount():
    assert conversion_factor(6.0, np.arange(24, 361, 6), True).tolist() == [1.0] * 57
    assert float(conversion_factor(0.0, 12, True)) == round(1.03**-2, 4)


def test_what_cannot_have_a_factor_is_refused():
    with pytest.raises(ValueError, match="expected 0 or more"):
        conversion_factor(4.0, -1, True)


def _one(kind, months, maturity, coupon_e3=4_000):
    """Return one security that was issued its term before its maturity."""
    day = day_number(maturity)
    return listed([kind], months, coupon_e3, day - round(months * 30.4375), day)


@pytest.mark.parametrize(
    ("name", "kind", "term", "maturity", "expected"),
    [
        ("TU", Kind.NOTE, 24, "2026-03-31", True),
        ("TU", Kind.NOTE, 24, "2026-06-30", True),  # two years from the last day of the month
        ("TU", Kind.NOTE, 24, "2026-07-15", False),
        ("TU", Kind.NOTE, 24, "2026-02-28", False),
        ("TU", Kind.NOTE, 84, "2026-04-30", False),  # an old seven-year note
        ("FV", Kind.NOTE, 60, "2028-08-31", True),
        ("FV", Kind.NOTE, 60, "2028-07-31", False),
        ("TY", Kind.NOTE, 84, "2030-12-31", True),
        ("TY", Kind.NOTE, 84, "2030-11-30", False),
        ("TN", Kind.NOTE, 120, "2034-05-15", True),
        ("TN", Kind.NOTE, 120, "2033-08-15", False),
        ("US", Kind.BOND, 360, "2039-06-15", True),
        ("US", Kind.BOND, 360, "2039-05-15", False),
        ("US", Kind.BOND, 360, "2049-05-15", True),
        ("US", Kind.BOND, 360, "2049-08-15", False),
        ("FV", Kind.NOTE, 60, "2029-09-01", True),  # five years and three months to the day, and a day more
        ("FV", Kind.NOTE, 60, "2029-09-02", False),
        ("UB", Kind.BOND, 360, "2049-08-15", True),
        ("UB", Kind.BOND, 360, "2049-05-15", False),
        ("UB", Kind.TIPS, 360, "2054-02-15", False),
    ],
)
def test_a_basket_holds_what_the_grade_says(name, kind, term, maturity, expected):
    assert bool(basket(CONTRACTS[name], _one(kind, term, maturity), JUNE, np.array([1]))[0]) is expected


def test_the_cheapest_earns_the_repo_rate_at_the_fair_price_and_all_others_less():
    maturities = ("2030-12-31", "2031-05-15", "2032-11-15", "2034-05-15")
    days = np.array([day_number(m) for m in maturities])
    s = listed([Kind.NOTE] * 4, 120, [3_750, 1_625, 4_125, 4_375], days - 3652, days)
    price, settle = np.array([95.8, 83.1, 96.9, 98.6]), day_number("2024-05-10")  # a coupon of 15 May on the way
    given_ = (CONTRACTS["TY"], s, price)
    first = delivery(*given_, 108.0, settle, JUNE, LAST_DELIVERY, np.ones(4, np.int64))
    fair = fair_price(s, first, price, settle, LAST_DELIVERY, 530.0)
    told = delivery(*given_, fair, settle, JUNE, LAST_DELIVERY, np.ones(4, np.int64))
    best = cheapest(told)
    assert told.implied_repo_bp[best] == pytest.approx(530.0, abs=1e-6)
    assert (np.delete(told.implied_repo_bp, best) < 530).all() and np.isfinite(told.gross_basis).all()


def test_an_empty_basket_has_no_cheapest_and_delivery_lies_ahead():
    s, price = _one(Kind.NOTE, 24, "2025-06-30"), np.array([99.0])
    day = day_number("2024-05-29")
    assert cheapest(delivery(CONTRACTS["UB"], s, price, 100.0, day, JUNE, LAST_DELIVERY, np.array([1]))) is None
    with pytest.raises(ValueError, match="expected after the settlement"):
        delivery(CONTRACTS["UB"], s, price, 100.0, LAST_DELIVERY, JUNE, LAST_DELIVERY, np.array([1]))
