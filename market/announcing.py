"""The morning's public part: rates in force, what trades, at which reference prices and ticks, what is announced."""

from dataclasses import replace
from typing import Any

import numpy as np

from market.auctions.when_issued import open_trading
from market.bonds import bond_arithmetic
from market.bonds.curve import DAYS_PER_YEAR
from market.bonds.price_index import index_ratio_e5
from market.bonds.securities import Kind, Securities
from market.books.ladder import Ladder
from market.books.messages import Auction
from market.roles import Announcer, RateSetter, Withdrawer
from market.tables.recording import note_list
from market.trading import accrued_of
from market.units import POINT_E8, Bool, Float, Int

BILL_13_WEEKS = (0.2, 0.28)  # years: the index of floating rate notes


def set_rates(market: Any) -> None:
    """Begin a new day's accounts; put the day's administered rates in force."""
    market.tape.clear()
    market.ledger.start_day()
    market.flows.clear()
    market.bought_cents_before = market.bought_cents
    market.bought_face = market.bought_cents = 0
    market.messages_before = market.books.messages
    for setter in market.playing(RateSetter):
        market.rates = setter.rates(market.date)


def open_market(market: Any) -> None:
    """Find what trades today and when it settles, strike reference prices, and open empty books around them."""
    s = market.securities
    alive = market.auctioned & (s.maturity_day > market.settle_date)
    market.when_issued = market.when_issued & ~market.auctioned
    newest = ranks(s, alive)
    market.on_the_run = newest == 0
    market.rank = np.where(market.when_issued & s.of(Kind.NOTE, Kind.BOND), 0, newest)
    market.tradable = alive | market.when_issued
    issued = market.outstanding > 0
    market.settle_day = np.where(issued, market.settle_date, np.maximum(market.issue_day, market.settle_date))
    market.years = np.maximum(s.maturity_day - market.settle_date, 0) / DAYS_PER_YEAR
    market.index_e5 = index_ratio_e5(market.premises.index.reference_e5(market.settle_day), s.index_base_e5)
    _strike(market)
    market.accrued_e8 = accrued_of(market)
    market.ladder = Ladder.centred(
        s, market.on_the_run, np.clip(market.reference_price, 1.0, 199.0), market.settle_date, market.books.n_levels
    )
    market.books.clear()
    market.all_to_all.begin_day(market)


def _strike(market: Any) -> None:
    """Value every security at its reference yield: the last composite, or that of its neighbours."""
    s = market.securities
    if np.isnan(market.composite_bp).all():
        prices = np.where(market.auctioned, market.premises.price_e8 / POINT_E8, np.nan)
        market.composite_bp = bond_arithmetic.yields(s, prices, market.settle_date)
    market.reference_bp = _filled(market.composite_bp, s, market.years)
    bills = s.of(Kind.BILL) & (market.years > BILL_13_WEEKS[0]) & (market.years < BILL_13_WEEKS[1]) & market.tradable
    if bills.any():
        market.floating_rate_bp = float(np.mean(market.reference_bp[bills]))
    open_coupon = (s.coupon_e3 == 0) & s.of(Kind.NOTE, Kind.BOND, Kind.TIPS)
    provisional = bond_arithmetic.coupon_from_yield_e3(np.maximum(market.reference_bp, 0.0))
    kept = np.where(market.when_issued, market.coupon_e3, provisional)  # trades rest on it
    market.coupon_e3 = np.where(open_coupon, kept, s.coupon_e3)
    priced = replace(s, coupon_e3=market.coupon_e3)
    worth = bond_arithmetic.value(priced, market.reference_bp, market.settle_date)
    market.reference_price, market.dv01 = worth.price, worth.dv01
    market.convexity = worth.price * worth.convexity * 1e-8
    market.middle = worth.price.copy()


def _filled(yield_bp: Float, s: Securities, years: Float) -> Float:
    """Fill unknown yields from securities of the same class, by maturity; floating rate notes at par."""
    out = yield_bp.copy()
    for kinds in ((Kind.BILL,), (Kind.NOTE, Kind.BOND), (Kind.TIPS,)):
        mine = s.of(*kinds)
        known = mine & np.isfinite(yield_bp)
        if known.any():
            out[mine & ~known] = np.interp(years[mine & ~known], years[known], yield_bp[known])
    return np.where(np.isfinite(out), out, 0.0)


def ranks(s: Securities, alive: Bool) -> Int:
    """Return the age rank of coupon issues within their original term: 0 on the run, 1 first off, ...; others -1."""
    rank = np.full(len(s), -1)
    coupon = s.of(Kind.NOTE, Kind.BOND) & alive
    for term in np.unique(s.term_months[coupon]):
        mine = np.flatnonzero(coupon & (s.term_months == term))
        newest = np.lexsort((-s.maturity_day[mine], -s.first_issue_day[mine]))
        rank[mine[newest]] = np.arange(len(mine))
    return rank


def announce(market: Any) -> None:
    """Make public what the official sector announces today; forget what is over."""
    market.auctions = [a for a in market.auctions if a.auction_day >= market.date]
    market.buybacks = [b for b in market.buybacks if b.day >= market.date]
    if market.burning_in:
        return
    view = market.view()
    for office in market.playing(Announcer):
        for operation in office.announce(view):
            if isinstance(operation, Auction):
                market.auctions.append(operation)
                market.announced[operation.security] = True
                open_trading(market, operation)
            else:
                market.buybacks.append(operation)
                note_list(market, operation)
    market.publish_securities()
    market.withdrawn = set().union(*(office.withdrawn() for office in market.playing(Withdrawer)))
