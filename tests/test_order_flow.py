"""What flow tells, and who makes it tell: Kyle's projection in several issues, and orders of those who know."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import lone

from agents.hedge_funds.basis_fund import BasisFund
from agents.hedge_funds.hedge_fund import HedgeFund
from agents.hedge_funds.informed_orders import informed_face, informed_orders, within
from agents.hedge_funds.swap_fund import SwapFund
from agents.order_flow import NOISE, hiding_shares, noise_face, projection, read_flow, reading_of
from market.news import loadings
from market.units import FACE_PER_MUSD

YEARS = np.array([2.0, 5.0, 10.0, 30.0])
COVARIANCE = np.array([[30.0, -12.0, 4.0], [-12.0, 40.0, -6.0], [4.0, -6.0, 50.0]])
NOISE_MUSD_BP = np.array([0.06, 0.2, 0.3, 0.35])


def market_of(share=0.2, scale=1.0):
    """Return a market of four issues, the last not on the run, with what all know of it."""
    today = SimpleNamespace(
        turnover=np.full(4, 40_000.0) * FACE_PER_MUSD,
        ticket=np.full(4, 100.0) * FACE_PER_MUSD,
        face_dv01=np.array([1.9e-4, 4.5e-4, 8e-4, 17e-4]) / FACE_PER_MUSD,
        loadings=loadings(YEARS),
    )
    premises = SimpleNamespace(private_share=share, news_scale=scale, covariance_bp=COVARIANCE)
    return SimpleNamespace(outlook=SimpleNamespace(on=lambda view: today), premises=premises)


def view_of(flow_musd=(0, 0, 0, 0), round_=1, day=3, composite=450.0, half=0.005):
    price = lambda yield_bp: 100.0 - 0.08 * (np.asarray(yield_bp) - 450.0)  # noqa: E731
    return SimpleNamespace(
        day=day,
        round=round_,
        rounds=20,
        on_the_run=np.array([True, True, True, False]),
        tradable=np.ones(4, bool),
        when_issued=np.zeros(4, bool),
        securities=SimpleNamespace(of=lambda *kinds: np.ones(4, bool)),
        book_flow=np.array(flow_musd) * FACE_PER_MUSD,
        client_books=None,
        composite_bp=np.full(4, composite),
        bid=price(np.full(4, composite)) - half,
        ask=price(np.full(4, composite)) + half,
        dv01=np.full(4, 0.08),
        anticipated=np.full(4, 50_000.0 * FACE_PER_MUSD),
        price_of=lambda issues, yield_bp: price(yield_bp),
    )


# ---- what flow tells -------------------------------------------------------------------------------
def test_with_one_factor_it_is_kyles_lambda_and_half_of_the_news_is_read():
    unknown, traded = np.diag([0.5, 0.0, 0.0]), np.diag([1.0, 0.0, 0.0])
    slope, hard = projection(unknown, traded, 0.6)
    assert slope[0, 0] == pytest.approx(np.sqrt(0.5) / (2 * 0.6)) and hard == pytest.approx(0.6 / np.sqrt(0.5))
    assert slope[0, 0] * hard == pytest.approx(0.5)
    assert not slope[1:].any() and not slope[:, 1:].any()


def test_what_is_read_is_the_linear_projection_of_news_on_the_flow_of_every_issue():
    """The normal equations: what is left of the news goes with the flow of no issue, E[(g - A L' z) z'] = 0."""
    load, share = loadings(YEARS), hiding_shares(NOISE_MUSD_BP)
    unknown = 0.02 * COVARIANCE
    slope, hard = projection(unknown, (load * share[:, None]).T @ load, float(np.sqrt(np.sum(NOISE_MUSD_BP**2))))
    sent = hard * share[:, None] * load  # of those who know, for each bp of news
    of_flow = sent @ unknown @ sent.T + np.diag(NOISE_MUSD_BP**2)
    assert slope @ load.T @ of_flow == pytest.approx(unknown @ sent.T)


def test_nothing_is_read_where_nothing_is_private_or_nobody_hides_it():
    for model in (market_of(share=0.0), market_of(scale=0.0)):
        reading = reading_of(model, view_of())
        assert not reading.slope.any() and not reading.face_per_bp.any()
        assert not read_flow(reading, model, view_of((500, 500, 500, 0))).any()
    assert projection(COVARIANCE, COVARIANCE, 0.0)[1] == 0.0


def test_news_of_twice_the_size_is_read_as_twice_as_much_and_traded_on_half_as_hard():
    usual, twice = (reading_of(market_of(scale=scale), view_of()) for scale in (1.0, 2.0))
    assert twice.slope == pytest.approx(2.0 * usual.slope)
    assert twice.face_per_bp == pytest.approx(0.5 * usual.face_per_bp)


def test_books_in_which_clients_rest_orders_are_not_read_and_nobody_trades_on_news_there():
    model, view, flow = market_of(), view_of((100, 0, 0, 0)), view_of((0, 100, 0, 0))
    for seen in (view, flow):
        seen.client_books = SimpleNamespace(open=np.array([True, False, False, True]))
    reading = reading_of(model, view)
    assert reading.issues.tolist() == [False, True, True, False] and (reading.face_per_bp[[0, 3]] == 0).all()
    assert (read_flow(reading, model, view) == 0).all() and (read_flow(reading, model, flow) != 0).any()
    view.client_books.open[:] = True
    assert not reading_of(model, view).slope.any()


def test_buying_is_read_as_lower_yields_and_only_on_the_run():
    model = market_of()
    reading = reading_of(model, view_of())
    lower = loadings(YEARS) @ read_flow(reading, model, view_of((0, 0, 300, 0)))
    assert np.all(lower < 0)
    assert read_flow(reading, model, view_of((0, 0, -300, 0))) == pytest.approx(
        -read_flow(reading, model, view_of((0, 0, 300, 0)))
    )
    assert not read_flow(reading, model, view_of((0, 0, 0, 300))).any() and reading.face_per_bp[3] == 0.0


def test_the_informed_hide_where_noise_is_and_send_as_much_of_it():
    assert hiding_shares(np.array([1.0, 2.0, 0.0])).tolist() == pytest.approx([0.2, 0.8, 0.0])
    assert noise_face(2000.0, 50.0, 20) == pytest.approx(np.sqrt(NOISE * 5000.0))
    model, view = market_of(), view_of()
    reading, today = reading_of(model, view), model.outlook.on(view)
    gap = loadings(YEARS) @ np.linalg.cholesky(2 * 0.2 / 20 * COVARIANCE)  # of each issue, bp, by uncorrelated draws
    share = reading.face_per_bp * today.face_dv01
    share = share / share.sum()
    usual_gap = np.sqrt(np.sum(share[:, None] * gap**2))
    noise = np.sqrt(np.sum((noise_face(today.turnover, today.ticket, 20) * today.face_dv01)[:3] ** 2))
    assert usual_gap * np.sum(reading.face_per_bp * today.face_dv01) == pytest.approx(noise)


# ---- who makes it tell -----------------------------------------------------------------------------
def test_who_knows_buys_what_is_worth_more_than_the_offer_and_nothing_within_the_spread():
    assert informed_face(100.10, 99.99, 100.02, 0.08, 5.0) == pytest.approx(5.0)
    assert informed_face(99.91, 99.99, 100.02, 0.08, 5.0) == pytest.approx(-5.0)
    assert informed_face(100.0, 99.99, 100.02, 0.08, 5.0) == 0.0
    assert informed_face(100.1, 99.99, 100.02, 0.0, 5.0) == 0.0


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_no_trade_takes_a_position_further_beyond_its_bound(face, held):
    after = held + within(face, held, 10.0, 20.0)
    assert abs(after - 10.0) <= max(20.0, abs(held - 10.0)) + 1e-9
    assert within(face, held, 10.0, 20.0) * face >= 0 and abs(within(face, held, 10.0, 20.0)) <= abs(face)
    if -10.0 <= held + face <= 30.0 and -10.0 <= held <= 30.0:
        assert within(face, held, 10.0, 20.0) == face


def fund_of(model, kind=HedgeFund):
    model.ledger = SimpleNamespace(position=lambda rows: np.zeros((1, 4), np.int64))
    model.outlook.hear = lambda *told: None
    return lone(kind, model, n_securities=4, arbitrage_share=1.0)


def told(private=0.0, public=0.0):
    level = np.array([1.0, 0, 0])
    return SimpleNamespace(public_bp=public * level, private_bp=private * level, late_bp=np.zeros(3))


def test_a_fund_buys_on_private_news_of_lower_yields_until_the_composite_has_it():
    model = market_of()
    fund, per_bp = fund_of(model), reading_of(model, view_of()).face_per_bp
    fund.hear(told(private=-1.0), view_of(round_=0))
    orders = informed_orders(fund, view_of(round_=0), 1.0)
    assert np.all(orders["face"] > 0) and orders["security"].tolist() == [0, 1, 2]
    beyond = 1.0 - 0.005 / 0.08  # bp of value over the offer
    assert orders["face"] == pytest.approx(beyond * per_bp[:3], abs=FACE_PER_MUSD)
    assert orders["limit"] == pytest.approx(100.08)  # no further than its value
    fund.hear(told(public=2.0), view_of())
    assert not len(informed_orders(fund, view_of(composite=451.0), 1.0))  # public news came, and all of its own is in
    assert np.all(informed_orders(fund, view_of(composite=450.5), 1.0)["face"] < 0)
    fund.hear(told(), view_of(round_=0))
    assert not len(informed_orders(fund, view_of(round_=0), 1.0))  # next morning all know


def test_a_fund_is_bounded_and_silent_before_the_start_and_funds_that_trade_a_spread_are_silent():
    model = market_of()
    fund = fund_of(model)
    fund.hear(told(private=-5.0), view_of(round_=0))
    bounded = informed_orders(fund, view_of(round_=0), 0.001)["face"]
    assert bounded.tolist() == [50 * FACE_PER_MUSD] * 3
    fund.tilted = np.full_like(fund.tilted, 30.0 * FACE_PER_MUSD)  # what it wants beyond its accustomed holding
    assert informed_orders(fund, view_of(round_=0), 0.001)["face"].tolist() == [80 * FACE_PER_MUSD] * 3
    assert len(informed_orders(fund, view_of(round_=0, day=0), 0.001)) == 3
    assert not len(informed_orders(fund, view_of(round_=0, day=-1), 1.0))
    empty = view_of(round_=0)
    empty.bid, empty.ask = np.full(4, np.nan), np.full(4, np.nan)
    assert not len(informed_orders(fund, empty, 1.0))
    assert BasisFund.aggression.default == SwapFund.aggression.default == 0.0
