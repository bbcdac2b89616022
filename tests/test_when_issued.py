"""When-issued trading: stories of a new issue from its announcement to its issue, and what must be exact on the way."""

import pickle

import numpy as np
import pytest
from small_market import live, small_market

from experiments.run import start_clock
from market.accounts.instruments import N_MONEY, TREASURY
from market.auctions import when_issued
from market.auctions.operations import hold_auction
from market.auctions.yield_trading import agreed_rate_e5
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind, set_coupon
from market.books.messages import TRADES, Auction, Venue, stacked
from market.closing import _check_due
from market.trading import agree, full_price_e8
from market.units import FACE_PER_MUSD, POINT_E8, cash_cents

BURN_IN = 2


@pytest.fixture(scope="module")
def announced():
    """A market on its first day, 29 May 2024, after the morning: five new issues are announced."""
    market = small_market(days=BURN_IN)
    start_clock(market)
    next(act for act in market.moments() if act == "announce")
    return market


@pytest.fixture
def market(announced):
    return pickle.loads(pickle.dumps(announced))


def new_note(market):
    """Return the announced auction of a new 5-year note."""
    s = market.securities
    return next(a for a in market.auctions if market.when_issued[a.security] and s.term_months[a.security] == 60)


def traders(market):
    """Return the rows of two dealers."""
    return np.flatnonzero(market.sectors == "dealers")[:2]


def trade(market, security, price, face_musd=10):
    """Let the first dealer buy from the second at a price quoted at the provisional coupon."""
    buyer, seller = traders(market)
    one = np.array([1])
    parties = one * buyer, one * seller
    agree(
        market,
        Venue.REQUEST,
        parties,
        one * security,
        one * round(price * POINT_E8),
        one * face_musd * FACE_PER_MUSD,
        1,
    )
    return market.unsettled[-1]


def test_a_new_security_trades_from_its_announcement_and_a_reopened_one_as_before(market):
    s = market.securities
    new = [a for a in market.auctions if a.first and s.kind[a.security] != Kind.FRN]
    assert new and all(market.when_issued[a.security] and market.tradable[a.security] for a in new)
    assert all(not market.when_issued[a.security] for a in market.auctions if not a.first)
    assert all(market.settle_day[a.security] == a.issue_day for a in new)
    assert not market.on_the_run[[a.security for a in new]].any()


def test_a_trade_before_the_auction_is_a_yield_and_has_its_cash_when_the_coupon_is_known(market):
    auction = new_note(market)
    at, s = auction.security, market.securities
    market.coupon_e3[at] = 4_500
    trades = trade(market, at, 99.87654321)
    rate = agreed_rate_e5(trades["price_e8"], 4_500, s.maturity_day[at], auction.issue_day)
    set_coupon(s, at, 4_625)
    when_issued.strike(market, auction)
    struck = market.unsettled[-1]
    price = bond_arithmetic.auction_price_e8(rate / 10, 4_625, s.maturity_day[at], auction.issue_day)
    accrued = bond_arithmetic.accrued_e8(4_625, s.maturity_day[at], auction.issue_day)
    assert struck["price_e8"].tolist() == price.tolist() != trades["price_e8"].tolist()
    assert struck["cash_cents"].tolist() == cash_cents(struck["face"], price + accrued).tolist()
    assert full_price_e8(market, np.array([at]), price).tolist() == (price + accrued).tolist()
    _check_due(market)  # what is due is the sum of the trades that are not settled, at their new cash


@pytest.mark.parametrize("coupon_e3", [125, 4_375, 9_000])
def test_every_yield_in_steps_comes_back_from_its_price(coupon_e3):
    rates = np.arange(10, 12_000, 37)
    for maturity, issue in ((22_000, 19_874), (30_825, 19_888), (20_600, 19_875)):
        price = bond_arithmetic.auction_price_e8(rates / 10, coupon_e3, maturity, issue)
        assert agreed_rate_e5(price, coupon_e3, maturity, issue).tolist() == rates.tolist()


def test_a_bill_is_discounted_from_the_day_of_delivery(market):
    s = market.securities
    bill = next(a for a in market.auctions if market.when_issued[a.security] and s.kind[a.security] == Kind.BILL)
    days, ahead = s.maturity_day[bill.security] - bill.issue_day, s.maturity_day[bill.security] - market.settle_date
    trades = trade(market, bill.security, 100 - 5.25 * ahead / 360)
    assert ahead > days and abs(trades["price_e8"][0] - (100 - 5.25 * days / 360) * POINT_E8) < 2


def test_an_auction_without_a_bid_fails_and_what_was_traded_when_issued_is_void(market, monkeypatch):
    auction = new_note(market)
    before = market.ledger.due.copy(), market.ledger.balance.copy()
    trade(market, auction.security, 99.5)
    assert (market.ledger.due != before[0]).any()
    monkeypatch.setattr(type(market), "playing", lambda self, role: [])
    hold_auction(market, auction)
    assert np.array_equal(market.ledger.due, before[0]) and np.array_equal(market.ledger.balance, before[1])
    assert not market.when_issued[auction.security] and not market.tradable[auction.security]
    assert market.record.rows["auctions"] == 1
    assert not stacked(market.unsettled, TRADES)["security"].tolist().count(auction.security)


def test_from_announcement_to_issue_positions_are_netted_and_delivered_from_the_auction():
    market = small_market(days=BURN_IN + 1)
    new = market.record.to_pandas("auctions").query("when_issued_face > 0")
    assert len(new) >= 4 and (new["when_issued_short_face"] <= new["when_issued_face"]).all()
    assert (new["when_issued_short_face"] > 0).all() and new["tail_bp"].abs().max() < 10
    s = market.securities
    at = [s.cusip.index(cusip) for cusip in new["cusip"].astype(str)]
    columns = N_MONEY + np.array(at)
    position = market.ledger.position_all()[:, at]
    issued_on = new["issue_date"].to_numpy("datetime64[D]").astype(np.int64)
    while market.date < issued_on.max():
        assert not market.ledger.balance[:, columns[issued_on > market.date]].any()
        assert (market.ledger.balance[TREASURY, columns[issued_on <= market.date]] < 0).all()
        live(market, 1)
    owned = market.ledger.balance[:, columns] + market.ledger.due[:, columns] + market.ledger.lent[:, columns]
    assert (owned[TREASURY] == position[TREASURY]).all() and (market.outstanding[at] == -position[TREASURY]).all()
    assert not owned.sum(axis=0).any()


def test_without_when_issued_trading_nothing_trades_before_its_auction():
    market = small_market(days=BURN_IN + 1, market__when_issued=False)
    auctions = market.record.to_pandas("auctions")
    assert (auctions["when_issued_face"] == 0).all() and np.isfinite(auctions["tail_bp"]).any()
    assert isinstance(market.auctions[0], Auction) and not market.when_issued.any()


# ---- what a new security is worth when it is announced ------------------------------------------------
def first_stream(day, **given):
    """Return the composite (S,) of the first round of a day without news of chance, and what was never streamed."""
    market = live(small_market(days=BURN_IN, news__scale=0.0, **given), day)
    known = np.isfinite(market.composite_bp)
    next(act for act in market.moments() if act == "stream_prices")
    return market, market.composite_bp, np.isfinite(market.composite_bp) & ~known


@pytest.mark.parametrize(
    "given",
    [
        {"news__announcements": [{"date": "2024-06-06", "level_bp": 50.0}]},
        {
            "policy__purchases": [
                {"announced": "2024-06-06", "since": "2024-06-13", "until": "2024-09-27", "per_day_musd": 15_000}
            ]
        },
    ],
)
def test_a_security_announced_on_a_day_of_news_moves_with_its_neighbours(given):
    market, calm, new = first_stream(6)
    _, stirred, _ = first_stream(6, **given)
    moved, s = stirred - calm, market.securities
    (note,) = np.flatnonzero(new & s.of(Kind.NOTE))
    near = np.isfinite(calm) & ~new & s.of(Kind.NOTE) & (abs(market.years - market.years[note]) < 0.3)
    assert near.sum() > 5 and abs(moved[near]).min() > 3.0
    assert moved[near].min() - 0.3 <= moved[note] <= moved[near].max() + 0.3
