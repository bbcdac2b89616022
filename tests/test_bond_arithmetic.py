import csv
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813
from hypothesis import given, settings
from hypothesis import strategies as st
from securities_on_paper import listed

from market.bonds import bond_kernels
from market.bonds.bond_arithmetic import (
    accrued_e8,
    auction_price_e8,
    bill_discount_bp,
    bill_price_from_discount,
    coupon_from_yield_e3,
    coupon_schedule,
    coupons_due_e8,
    floating_accrued_e8,
    price_from_yield,
    value,
    yield_from_price,
    yields,
)
from market.bonds.price_index import PriceIndex, index_ratio_e5
from market.bonds.securities import Kind, Securities
from market.units import Float, day_number, to_date

DATA = Path(__file__).parents[1] / "experiments" / "data"
QL_EPOCH = ql.Date(1, 1, 1970).serialNumber()
MATURITIES = st.tuples(st.integers(2000, 2054), st.integers(1, 12), st.sampled_from(["15", "end"]))


def _maturity(year: int, month: int, day: str) -> int:
    first_of_next = np.datetime64(f"{year:04d}-{month:02d}", "M") + np.timedelta64(1, "M")
    end = int(first_of_next.astype("datetime64[D]").astype(np.int64)) - 1
    return end if day == "end" else day_number(f"{year:04d}-{month:02d}-15")


def _quantlib(maturity: int, coupon: float) -> ql.FixedRateBond:
    last, first = ql.Date(QL_EPOCH + maturity), ql.Date(QL_EPOCH + maturity) - ql.Period(40, ql.Years)
    end = ql.Date.isEndOfMonth(last)
    if end:
        first = ql.Date.endOfMonth(first)
    rule, null, plain = ql.DateGeneration.Backward, ql.NullCalendar(), ql.Unadjusted
    schedule = ql.Schedule(first, last, ql.Period(6, ql.Months), null, plain, plain, rule, end)
    count = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    return ql.FixedRateBond(0, 100.0, schedule, [coupon / 100], count)


def _list(kinds: list[Kind], coupons: list[float], maturities: list[str]) -> Securities:
    coupon_e3, maturity = [round(1000 * c) for c in coupons], [day_number(m) for m in maturities]
    return listed(kinds, 120, coupon_e3, day_number("2020-01-15"), maturity)


MIXED = _list(
    [Kind.BILL, Kind.BILL, Kind.NOTE, Kind.NOTE, Kind.BOND, Kind.TIPS, Kind.FRN, Kind.NOTE],
    [0, 0, 4.5, 0.25, 4.625, 1.75, 0, 2.5],
    ["2024-08-27", "2025-05-15", "2026-03-31", "2024-08-31", "2054-02-15", "2034-01-15", "2026-04-30", "2024-05-15"],
)
SETTLE = day_number("2024-05-29")
YIELDS_BP = np.array([540.0, 518.0, 489.0, 541.0, 466.0, 217.0, 6.0, 0.0])


@settings(max_examples=250, deadline=None)
@given(MATURITIES, st.integers(1, 14_000), st.integers(1, 120), st.floats(-0.02, 0.16))
def test_price_yield_and_accrued_agree_with_quantlib(when: tuple[int, int, str], ahead: int, eighths: int, rate: float):
    maturity, coupon = _maturity(*when), eighths / 8
    settle = maturity - ahead
    bond, on = _quantlib(maturity, coupon), ql.Date(QL_EPOCH + settle)
    left = int(coupon_schedule(maturity, settle).left)
    compounding = ql.Compounded if left > 1 else ql.SimpleThenCompounded
    theirs = ql.InterestRate(rate, bond.dayCounter(), compounding, ql.Semiannual)
    ours = price_from_yield(rate, coupon, maturity, settle)
    accrued = bond.accruedAmount(on)
    full = ql.BondFunctions.cleanPrice(bond, theirs, on) + accrued
    assert accrued_e8(round(1000 * coupon), maturity, settle) / 1e8 == pytest.approx(accrued, abs=1e-8)
    assert float(ours.price) + accrued == pytest.approx(full, abs=1e-9)
    duration = ql.BondFunctions.duration(bond, theirs, ql.Duration.Modified, on)
    assert float(ours.duration) == pytest.approx(duration, rel=1e-9, abs=1e-9)
    assert float(ours.convexity) == pytest.approx(ql.BondFunctions.convexity(bond, theirs, on), rel=1e-8, abs=1e-8)
    assert float(yield_from_price(ours.price, coupon, maturity, settle)) == pytest.approx(rate, abs=1e-10)


@settings(max_examples=200, deadline=None)
@given(MATURITIES, st.integers(0, 20_000), st.sampled_from([3, 6]))
def test_coupon_days_surround_settlement_and_reach_maturity(when: tuple[int, int, str], ahead: int, apart: int):
    maturity = _maturity(*when)
    last, following, left = (int(x) for x in coupon_schedule(maturity, maturity - 1 - ahead, apart))
    assert last <= maturity - 1 - ahead < following
    assert 181 * apart / 6 - 3 <= following - last <= 184 * apart / 6 + 2
    if left > 1:
        assert coupon_schedule(maturity, following, apart)[:1] == (following,)
        assert int(coupon_schedule(maturity, following, apart).left) == left - 1
    else:
        assert following == maturity


def test_calendar_arithmetic_of_the_kernels_is_that_of_numpy():
    days = np.arange(day_number("1899-12-30"), day_number("2101-03-02"), 7)
    for day in (int(d) for d in days):
        months, of_month = bond_kernels.month_and_day(day)
        when = to_date(day)
        assert (months, of_month) == (when.year * 12 + when.month - 1, when.day)
        assert bond_kernels.first_of_month(months) == day_number(when.replace(day=1))


def test_a_month_end_note_pays_on_month_ends():
    last, following, left = coupon_schedule(day_number("2026-11-30"), day_number("2025-06-10"))
    assert (to_date(last).isoformat(), to_date(following).isoformat(), int(left)) == ("2025-05-31", "2025-11-30", 3)
    last, following, _ = coupon_schedule(day_number("2028-08-31"), day_number("2028-03-01"))
    assert (to_date(last).isoformat(), to_date(following).isoformat()) == ("2028-02-29", "2028-08-31")


def test_the_worked_examples_of_the_regulation_for_notes_and_bonds():
    assert auction_price_e8(884, 8750, day_number("2020-05-15"), day_number("1990-05-15")) == 9_905_789_300  # II.A
    assert auction_price_e8(954, 9500, day_number("1995-11-15"), day_number("1985-11-29")) == 9_973_091_800  # II.D
    assert auction_price_e8(365, 3625, day_number("2008-01-15"), day_number("1998-10-15")) == 9_979_701_700  # III.B
    assert auction_price_e8(389.8, 3875, day_number("2009-01-15"), day_number("1999-01-15")) == 9_981_103_000  # III.A
    accrued = accrued_e8([9500, 6750], [day_number("1995-11-15"), day_number("2005-05-15")], day_number("1985-11-29"))
    assert accrued[0] == 36_740_331  # II.D: 0.367403
    assert accrued_e8(6750, day_number("2005-05-15"), day_number("2000-08-15")) == 168_750_000  # I.D


def test_the_worked_examples_of_the_regulation_for_bills():
    assert bill_price_from_discount(761, 90) == pytest.approx(98.0975, abs=1e-12)  # VI.A
    assert bill_discount_bp(95.934567, 182) == pytest.approx(804.15158, abs=1e-5)  # VI.B
    assert bill_price_from_discount(793, 20) == pytest.approx(99.559444, abs=5e-7)
    short = _investment_rate(99.559444, "1990-06-21", "1990-06-01")
    assert short == pytest.approx(0.08075725, abs=5e-9)  # VI.D.1, printed as 8.076 %
    long = _investment_rate(92.265, "1991-06-06", "1990-06-07")
    assert long == pytest.approx(0.082373244, abs=5e-10)  # VI.D.2


def _investment_rate(price: float, maturity: str, settle: str) -> float:
    return float(yields(_list([Kind.BILL], [0.0], [maturity]), np.array([price]), day_number(settle))[0]) / 1e4


def test_a_bill_counts_366_days_when_29_february_follows():
    assert _investment_rate(99.0, "2019-05-29", "2019-02-28") == pytest.approx(1 / 99 * 365 / 90, rel=1e-12)
    assert _investment_rate(99.0, "2019-05-30", "2019-03-01") == pytest.approx(1 / 99 * 366 / 90, rel=1e-12)


@pytest.mark.parametrize("published", [("2024-05-28", "2024-05-29"), ("2024-02-28", "2024-03-01")])
def test_published_yields_follow_from_published_prices(published: tuple[str, str]):
    """FedInvest discounts simply, ignores month ends and accrues new issues from issue: the others are exact."""
    with (DATA / f"fedinvest_prices_{published[0]}.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["security_type"] != "Bill"]
    maturity = np.array([day_number(row["maturity_date"]) for row in rows])
    coupon, price, rate = (
        np.array([float(row[name]) for row in rows]) for name in ("coupon_pct", "end_of_day_price", "eod_yield_pct")
    )
    settle = day_number(published[1])
    model = price_from_yield(rate / 100, coupon, maturity, settle, simple_first_period=True)
    with np.errstate(all="ignore"):
        error_bp = (model.price - price) / (model.price * model.duration * 1e-4)
    of_month = np.array([to_date(day).day for day in maturity])
    regular = (price > 0) & (maturity - settle > 366) & np.isin(of_month, (15, 31))
    assert regular.sum() > 180
    assert (np.abs(error_bp[regular]) < 1e-6).mean() > 0.95
    assert np.abs(error_bp[regular]).max() < 0.03
    long = (price > 0) & (maturity - settle > 366)
    street_bp = 1e4 * yield_from_price(price[long], coupon[long], maturity[long], settle)
    assert np.abs(street_bp - 100 * rate[long]).max() < 1.3
    assert np.abs(street_bp - 100 * rate[long])[maturity[long] - settle > 1830].max() < 0.2


def test_values_and_yields_are_inverse_for_every_kind():
    valuation = value(MIXED, YIELDS_BP, SETTLE)
    assert yields(MIXED, valuation.price, SETTLE) == pytest.approx(YIELDS_BP, abs=1e-7)
    assert valuation.price[7] == 100 and valuation.dv01[7] == 0  # matured


def test_dv01_and_convexity_are_derivatives_for_every_kind():
    def price(shift: float) -> Float:
        return value(MIXED, YIELDS_BP + shift, SETTLE).price

    valuation = value(MIXED, YIELDS_BP, SETTLE)
    assert valuation.dv01 == pytest.approx((price(-1.0) - price(1.0)) / 2, rel=2e-6, abs=1e-12)
    full = valuation.price + accrued_e8(MIXED.coupon_e3, MIXED.maturity_day, SETTLE) / 1e8
    second = (price(-10.0) + price(10.0) - 2 * valuation.price) / (100 * 1e-8) / full
    assert valuation.convexity[:6] == pytest.approx(second[:6], rel=1e-3)


def test_a_floating_rate_note_moves_with_its_margin_and_accrues_what_bills_paid():
    valuation = value(MIXED, YIELDS_BP, SETTLE)
    years = (day_number("2026-04-30") - SETTLE) / 365
    assert valuation.price[6] == pytest.approx(100 - 0.06 * years)
    assert valuation.dv01[6] == pytest.approx(0.01 * years)
    assert floating_accrued_e8(day_number("2026-04-30"), SETTLE, 540.0) == round(
        5.40 * 29 / 360 * 1e8
    )  # since 30 April
    assert floating_accrued_e8(day_number("2026-04-30"), SETTLE, -1.0) == 0


def test_the_accrued_interest_of_a_period_grows_to_its_coupon():
    days = np.arange(day_number("2024-02-15"), day_number("2024-08-15"))
    accrued = accrued_e8(4625, day_number("2054-02-15"), days)
    assert accrued[0] == 0
    assert np.all(np.diff(accrued) > 0)
    assert accrued[-1] == round(2.3125e8 * 181 / 182)


def test_each_coupon_is_due_once():
    first, last = day_number("2024-05-29"), day_number("2025-05-29")
    days = [*range(first, last, 3), last]
    paid = sum(coupons_due_e8(MIXED, a, b, 360.0) for a, b in pairwise(days))
    halves = np.array([0, 0, 2, 1, 2, 2, 0, 0]) * MIXED.coupon_e3 * 50_000
    floating = round(3.6e8 * 365 / 360)
    assert np.array_equal(np.delete(paid, 6), np.delete(halves, 6))
    assert abs(int(paid[6]) - floating) <= 2
    early = coupons_due_e8(MIXED, day_number("2020-01-14"), day_number("2020-01-15"))
    assert not early.any()  # the dated date of a new TIPS pays nothing


@pytest.mark.parametrize(
    ("yield_bp", "coupon_e3"), [(462.5, 4625), (462.4, 4500), (437.49, 4250), (3.0, 125), (-10, 125)]
)
def test_an_auction_sets_the_eighth_at_or_below_its_yield(yield_bp: float, coupon_e3: int):
    assert coupon_from_yield_e3(yield_bp) == coupon_e3


def test_the_index_ratio_of_the_regulation():
    index = PriceIndex(26 * 12, np.array([154.4, 154.9]))  # January and February 1996
    reference = index.reference_e5([day_number("1996-04-15"), day_number("1996-04-16"), day_number("1996-05-01")])
    assert reference.tolist() == [15_463_333, 15_465_000, 15_490_000]
    assert index_ratio_e5(reference[1], reference[0]) == 100_011
    assert index_ratio_e5([16_329_032, 5], [16_155_484, 0]).tolist() == [101_074, 100_000]
    for days in (["1996-05-02"], ["1996-03-31", "1996-04-15"]):
        with pytest.raises(ValueError, match="needs months outside"):
            index.reference_e5([day_number(day) for day in days])


def test_impossible_prices_and_yields_are_refused():
    with pytest.raises(ValueError, match=r"price: 0\.0 at place 1"):
        yield_from_price([99.0, 0.0], 4.0, day_number("2030-01-15"), SETTLE)
    with pytest.raises(ValueError, match=r"yield_: -1\.5"):
        price_from_yield(-1.5, 4.0, day_number("2030-01-15"), SETTLE)
    with pytest.raises(ValueError, match="less than a quarter"):
        coupons_due_e8(MIXED, SETTLE, SETTLE + 100)


def test_the_kernels_mean_the_same_uncompiled():
    price, dv01, convexity = (np.empty(len(MIXED)) for _ in range(3))
    columns = (MIXED.kind, MIXED.coupon_e3, MIXED.maturity_day)
    plain = getattr(bond_kernels.value_all, "py_func", bond_kernels.value_all)
    plain(*columns, SETTLE, YIELDS_BP, price, dv01, convexity)
    valuation = value(MIXED, YIELDS_BP, SETTLE)
    assert price == pytest.approx(valuation.price, rel=1e-14)
    assert dv01 == pytest.approx(valuation.dv01, rel=1e-13)
