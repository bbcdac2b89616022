"""Clean prices of every security on the starting day, in 1e-8 points; TIPS per 100 of un-indexed face.

On the three days of ``fedinvest_prices`` notes, bonds and bills have their published end-of-day marks (settlement
next business day, as their yields show). Bills without a mark lie on the line between their neighbours' discount
rates. On other days of 2024 a note or bond yields what the par curve of the day gives at its maturity plus its
distance from the par curve on the nearest price day: its own if it is third off the run or older, else the distance
of the issue that had its rank then; a bill yields the par curve. TIPS yield the real curve (``par_curve``), FRN are
at par: no marks of theirs are shipped. Seasonality of TIPS and the spread of single TIPS and FRN to their curve are
left out.
"""

import numpy as np

from experiments.inputs.published import remembered, table
from experiments.start.par_curve import par_yield_bp, real_yield_bp
from experiments.start.security_list import Listing, listing
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind, Securities
from market.calendar import next_business_day
from market.units import POINT_E8, Float, Int, day_number

PRICE_DAYS = tuple(day_number(day) for day in ("2024-02-28", "2024-05-28", "2024-09-30"))
SEASONED_RANK = 3


def prices_e8(current: Listing, day: int) -> Int:
    """Return the clean price (S,) of every security outstanding on a day, in 1e-8 points."""
    settle = int(next_business_day(day))
    securities = current.securities
    yield_bp = _model_yields(current, day, settle)
    floating_at_par = np.where(securities.of(Kind.FRN), 0.0, yield_bp)
    price = bond_arithmetic.value(securities, floating_at_par, settle).price
    if day in PRICE_DAYS:
        marks = _marks(securities, day)
        price = np.where(np.isnan(marks), price, marks)
        _fill_bills(securities, marks, price, settle)
    price[securities.maturity_day <= settle] = 100.0
    return np.rint(price * POINT_E8).astype(np.int64)


def _model_yields(current: Listing, day: int, settle: int) -> Float:
    """Return yields in bp (S,) from the curves of the day and the issue pattern of the nearest price day."""
    securities = current.securities
    years = np.maximum(securities.maturity_day - settle, 1) / 365.25
    nominal = par_yield_bp(day, years)
    coupons = securities.of(Kind.NOTE, Kind.BOND)
    nominal[coupons] += _pattern_bp(current, day)[coupons]
    return np.where(securities.of(Kind.TIPS), real_yield_bp(day, years), nominal)


def _pattern_bp(current: Listing, day: int) -> Float:
    """Return each note's and bond's distance from the par curve in bp (S,), from the nearest price day."""
    then = min(PRICE_DAYS, key=lambda price_day: (abs(price_day - day), price_day))
    priced, distance = _distances(then)
    by_cusip = dict(zip(priced.securities.cusip, distance, strict=True))
    by_rank = {
        (int(term), int(rank)): value
        for term, rank, value in zip(priced.securities.term_months, priced.otr_rank, distance, strict=True)
        if rank >= 0
    }
    nearest = np.abs(priced.securities.maturity_day[:, None] - current.securities.maturity_day[None, :])
    nearest[np.isnan(distance)] = nearest.max() + 1
    found = distance[np.argmin(nearest, axis=0)]
    for place, cusip in enumerate(current.securities.cusip):
        rank = int(current.otr_rank[place])
        young = by_rank.get((int(current.securities.term_months[place]), rank), np.nan)
        own = by_cusip.get(cusip, np.nan)
        choice = young if 0 <= rank < SEASONED_RANK or np.isnan(own) else own
        found[place] = found[place] if np.isnan(choice) else choice
    return np.asarray(found)


@remembered(len(PRICE_DAYS))
def _distances(day: int) -> tuple[Listing, Float]:
    """Return the securities of a price day and their yields less the par curve in bp; NaN for other kinds."""
    current, settle = listing(day), int(next_business_day(day))
    securities = current.securities
    known = securities.of(Kind.NOTE, Kind.BOND) & (securities.maturity_day > settle)
    marks = np.where(known, _marks(securities, day), np.nan)
    years = np.maximum(securities.maturity_day - settle, 1) / 365.25
    return current, bond_arithmetic.yields(securities, marks, settle) - par_yield_bp(day, years)


def _marks(securities: Securities, day: int) -> Float:
    """Return the published end-of-day prices (S,); NaN where there is none."""
    frame = table(f"fedinvest_prices_{np.datetime64(day, 'D')}").set_index("cusip").end_of_day_price
    price = frame.where(frame > 0).reindex(list(securities.cusip)).to_numpy(np.float64)
    return np.where(securities.of(Kind.TIPS, Kind.FRN), np.nan, price)


def _fill_bills(securities: Securities, marks: Float, price: Float, settle: int) -> None:
    """Put bills without a mark between their neighbours' discount rates."""
    bills = securities.of(Kind.BILL) & (securities.maturity_day > settle)
    known, missing = bills & ~np.isnan(marks), bills & np.isnan(marks)
    days = securities.maturity_day - settle
    discount = bond_arithmetic.bill_discount_bp(marks[known], days[known])
    between = np.interp(days[missing], days[known], discount)
    price[missing] = bond_arithmetic.bill_price_from_discount(between, days[missing])
