"""What the Treasury takes in less what it spends, day by day, apart from marketable debt.

    flow = change of Treasury cash - cash from issues + principal repaid + interest paid + cost of buybacks

with Treasury cash as published at the close (Daily Treasury Statement): a market that issues, repays, pays and buys
back as published meets the published cash. Issues and repayments include the Fed's (add-ons and roll-overs), so that
it does not matter how much of them the Fed takes. Notes and bonds are issued at the price of the published high yield
with accrued interest, TIPS times their index ratio. Discount rates of bills are not published here: they are issued
at the par curve of the auction day. FRN are issued at par and pay the 3-month par yield, without their spread.
2025 has no published cash: the n-th business day of a month has the flow of the n-th business day of it in 2024.
Cents; days are day numbers.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.inputs.buyback_calendar import buyback_results
from experiments.inputs.published import exact_face, remembered, table
from experiments.inputs.tips_index import index_ratios
from experiments.start.issuance import bought_back, issues, static_facts
from experiments.start.par_curve import par_yield_bp
from experiments.start.security_list import securities_of
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind, Securities
from market.calendar import business_days, previous_business_day
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, POINT_E8, Float, Int, day_number, to_date

START, END = day_number("2024-01-02"), day_number("2024-12-31")
LAST_DAY = day_number("2025-12-31")
POINTS_PER_CENT = 100 / CENTS_PER_FACE  # points of price on one unit of face that make one cent


class FiscalFlows(NamedTuple):
    """Net receipts of the Treasury apart from marketable debt: days (T,) and cents (T,), negative when it spends."""

    day: Int
    cents: Int


def fiscal_flows(first_day: int, last_day: int) -> FiscalFlows:
    """Return the flows of the business days in a range within 2024-01-02 and 2025-12-31, ends included."""
    if first_day < START or last_day > LAST_DAY:
        raise UserError(
            f"fiscal_flows: {to_date(first_day)} to {to_date(last_day)}, expected within 2024-01-02 and 2025-12-31"
        )
    known = cash_account()
    beyond, repeated = _a_year_later(known)
    day, cents = np.append(known.index, beyond), np.append(known.flow.to_numpy(), repeated)
    chosen = (day >= first_day) & (day <= last_day)
    return FiscalFlows(day[chosen].astype(np.int64), cents[chosen].astype(np.int64))


def _a_year_later(known: pd.DataFrame) -> tuple[Int, Int]:
    """Return the business days of 2025 and their flows: of the n-th of the month in 2024, of its last beyond that."""
    days = business_days(END + 1, LAST_DAY)
    month, before = _month(days), _month(np.asarray(known.index, np.int64)) + 12
    nth = np.arange(len(days)) - np.searchsorted(month, month)
    first, end = np.searchsorted(before, month), np.searchsorted(before, month, side="right")
    return days, known.flow.to_numpy()[np.minimum(first + nth, end - 1)]


def _month(days: Int) -> Int:
    """Return days as months since 1970."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


@remembered()
def cash_account() -> pd.DataFrame:
    """Return the cash account of 2024 by business day in cents: tga, issued, bought, repaid, interest, flow."""
    days = business_days(START, END)
    tga = _published_cash(np.insert(days, 0, int(previous_business_day(START))))
    frame = pd.DataFrame({"tga": tga[1:], "issued": _issued(days), "bought": _bought(days)}, index=days)
    frame["repaid"], frame["interest"] = _serviced(days)
    frame["flow"] = np.diff(tga) - frame.issued + frame.repaid + frame.interest + frame.bought
    return frame


def _published_cash(days: Int) -> Int:
    """Return Treasury cash at the close of days in cents; a day that is not published keeps the day before's."""
    cash = table("tga_daily_2019-2024")
    place = np.searchsorted(cash.date.to_numpy(), days, side="right") - 1
    return np.asarray(np.rint(cash.tga_musd.to_numpy()[place]).astype(np.int64) * CENTS_PER_MUSD)


def _securities() -> Securities:
    """Return every security that is alive at some time of 2024."""
    static = static_facts()
    alive = static.loc[(static.maturity_day >= START - 5) & (static.first_issue_day <= END)]
    return securities_of(alive.sort_values(["maturity_day", "cusip"]))


def _by_day(days: Int, when: Int, cents: Float) -> Int:
    """Sum amounts by the first of the days not before them."""
    place = np.searchsorted(days, when)
    inside = (when >= days[0]) & (place < len(days))
    total = np.zeros(len(days), np.int64)
    np.add.at(total, place[inside], np.rint(cents[inside]).astype(np.int64))
    return total


def _issued(days: Int) -> Int:
    """Return the cash from issues by day, Fed included."""
    frame = table("issuance_2008-2024")
    frame = frame.loc[frame.issue_date.between(days[0], days[-1])].reset_index(drop=True)
    securities = _securities()
    place = securities.places(list(frame.cusip))
    issue, yield_bp = frame.issue_date.to_numpy(), frame.high_yield_pct.to_numpy(np.float64) * 100
    price = np.full(len(frame), 100.0)
    columns = securities.coupon_e3[place], securities.maturity_day[place], issue
    coupons = ~np.isin(securities.kind[place], (Kind.BILL, Kind.FRN))
    accrued = bond_arithmetic.accrued_e8(*columns)[coupons]
    of_coupons = (column[coupons] for column in columns)
    price[coupons] = (bond_arithmetic.auction_price_e8(yield_bp[coupons], *of_coupons) + accrued) / POINT_E8
    for row in np.flatnonzero(securities.kind[place] == Kind.BILL):
        left = int(columns[1][row] - issue[row])
        rate = float(par_yield_bp(int(frame.auction_date.iloc[row]), left / 365.25)) * 1e-4
        price[row] = 100 / (1 + rate * left / 365)
    face = exact_face(frame.total_accepted_usd.to_numpy()) * _ratios(securities, place, issue)
    return _by_day(days, issue, face * price / POINTS_PER_CENT)


def _bought(days: Int) -> Int:
    """Return the cost of buybacks by settlement day, accrued interest included."""
    frame = buyback_results(int(days[0]) - 10, int(days[-1])).query("par_accepted_musd > 0")
    securities = _securities()
    place, settle = securities.places(list(frame.cusip)), frame.settlement_date.to_numpy()
    accrued = bond_arithmetic.accrued_e8(securities.coupon_e3[place], securities.maturity_day[place], settle) / POINT_E8
    full = (frame.weighted_avg_accepted_price.to_numpy() + accrued) * _ratios(securities, place, settle)
    return _by_day(days, settle, frame.par_accepted_musd.to_numpy() * full / 100 * CENTS_PER_MUSD)


def _ratios(securities: Securities, place: Int, when: Int) -> Float:
    """Return index ratios of securities on days of their own."""
    by_day = {int(day): index_ratios(securities, int(day)) for day in np.unique(when)}
    return np.array([by_day[int(day)][column] for column, day in zip(place, when, strict=True)])


def _serviced(days: Int) -> tuple[Int, Int]:
    """Return principal repaid and interest paid by day."""
    securities = _securities()
    outstanding = _outstanding(days, securities)
    repaid, interest = np.zeros(len(days), np.int64), np.zeros(len(days), np.int64)
    before = np.insert(days[:-1], 0, int(previous_business_day(days[0])))
    for n, (last, day) in enumerate(zip(before.tolist(), days.tolist(), strict=True)):
        face = outstanding[n] * index_ratios(securities, day)
        matured = (securities.maturity_day > last) & (securities.maturity_day <= day)
        due = bond_arithmetic.coupons_due_e8(securities, last, day, float(par_yield_bp(last, 0.25)))
        repaid[n] = np.rint(face[matured].sum() * CENTS_PER_FACE)
        interest[n] = np.rint((face * due).sum() / 10**6)
    return repaid, interest


def _outstanding(days: Int, securities: Securities) -> Float:
    """Return face issued and not bought back before each day, shape (days, securities); maturities stay in."""
    change = np.zeros((len(days), len(securities)))
    known = set(securities.cusip)
    for frame, column, sign in ((issues(), "issue_day", 1.0), (bought_back(), "settlement_day", -1.0)):
        frame = frame.loc[frame.cusip.isin(known)]
        # what happens on a day is there from the next on
        row = np.searchsorted(days, frame[column].to_numpy(), side="right")
        inside = row < len(days)
        np.add.at(
            change, (row[inside], securities.places(list(frame.cusip[inside]))), sign * frame.face.to_numpy()[inside]
        )
    return np.cumsum(change, axis=0)
