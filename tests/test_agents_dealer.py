"""Dealers and principal traders: what a position costs, what they show, answer and refuse."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import live, lone, small_market

from agents.dealers import primary_dealer
from agents.dealers.dealer_inventory import LEAST_TURNOVER, inventory_of
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.principal_trader import DEPTH_MUSD, PrincipalTrader
from agents.dealers.quoting import MOST_DAYS
from market.bonds.securities import Kind
from market.books.messages import ASKED
from market.units import FACE_PER_MUSD

# Three securities: a bill-like one, a 2-year and a 10-year; factors of unit variance load as in a small market.
UNIT = np.array([[5.0, 2.0, 0.0], [6.0, 1.0, 0.5], [6.0, -1.0, 0.5]])
TODAY = SimpleNamespace(
    turnover=np.array([2e8, 4e8, 1e7]),
    face_dv01=np.array([0.002, 0.019, 0.085]) * 1e-6,
    duration=np.array([0.5, 1.9, 8.5]),
    claim=np.ones(3),
)
VIEW = SimpleNamespace(
    tradable=np.ones(3, bool),
    when_issued=np.zeros(3, bool),
    anticipated=np.array([1e9, 1e9, 5e8]),
    tick=np.array([0.0025, 0.0039, 0.0156]),
    dv01=np.array([0.002, 0.019, 0.085]),
    rounds=20,
)
SHARE = np.array([0.001, 0.001, 0.001])


def dealer(position, **traits):
    model = SimpleNamespace(
        ledger=SimpleNamespace(position=lambda rows: np.array([position], np.int64)),
        outlook=SimpleNamespace(unit_loadings=lambda view: UNIT),
    )
    return lone(PrimaryDealer, model, benchmark=SHARE, **traits)


def state(excess, **traits):
    """Return the inventory of a dealer that holds so much above what it wants, and the dealer."""
    desk = dealer(SHARE * VIEW.anticipated + np.array(excess), **traits)
    desk.burden = _factor(np.array(excess, float))
    return inventory_of(desk, VIEW, TODAY), desk


def _factor(excess):
    return (excess * TODAY.face_dv01) @ UNIT


def test_at_its_benchmark_a_dealer_has_no_skew():
    flat, _ = state([0, 0, 0])
    for field in ("excess", "days", "skew_bp", "shown_bp", "factor"):
        assert np.abs(getattr(flat, field)).max() == 0.0


PENCIL = {"risk_aversion": 0.004, "risk_horizon": 5.0, "capital_share": 1 / 24, "balance_cost": 50.0}


def test_the_skew_of_twenty_million_ten_year_notes_by_pencil():
    """Factor risk 2e5 x 0.085e-6 (6, -1, 0.5) = (0.102, -0.017, 0.0085) $m costs 0.004 x 5 bp for each $m of it: 0.02
    (6 x 0.102 + 0.017 + 0.00425) = 0.012665 bp. At its part of a day's trade, 1e7 / 2 / 24, it is gone in 0.96 days,
    which cost 50 / 250 x 0.96 / 8.5 = 0.022588 bp."""
    got, _ = state([0, 0, 2e5], **PENCIL)
    assert got.factor == pytest.approx([0.102, -0.017, 0.0085]) and got.days == pytest.approx([0, 0, 0.96])
    assert got.skew_bp == pytest.approx([0.02 * 0.476, 0.02 * 0.59925, 0.012665 + 0.0225882], abs=1e-7)
    assert got.shown_bp == pytest.approx(got.skew_bp) and got.utilisation[0] < 0.75


def test_where_nothing_trades_a_dealer_counts_on_a_twentieth_of_a_million_a_day(monkeypatch):
    """A tenth of a million is two days then, which cost 50 / 250 x 2 / 8.5 bp; 40 days are the most that counts."""
    monkeypatch.setattr(TODAY, "turnover", np.zeros(3))
    assert 1000 / LEAST_TURNOVER == 2.0 and 0.05 * FACE_PER_MUSD == LEAST_TURNOVER
    little, _ = state([0, 0, 1000], **PENCIL | {"risk_aversion": 0.0})
    assert little.days[2] == pytest.approx(2.0) and little.skew_bp[2] == pytest.approx(0.0470588, abs=1e-6)
    much, _ = state([0, 0, 1e5], **PENCIL | {"risk_aversion": 0.0})
    assert much.days[2] == MOST_DAYS and much.skew_bp[2] == pytest.approx(MOST_DAYS / 2 * 0.0470588, abs=1e-5)


def test_a_short_position_is_priced_as_the_mirror_of_a_long_one():
    long, _ = state([0, 3e5, 2e5])
    short, _ = state([0, -3e5, -2e5])
    assert short.skew_bp == pytest.approx(-long.skew_bp) and short.days == pytest.approx(-long.days)
    assert short.half_spread_bp == pytest.approx(long.half_spread_bp)


def test_a_hedged_book_has_less_skew_than_an_open_one():
    hedge = -2e5 * TODAY.face_dv01[2] / TODAY.face_dv01[1]
    open_, _ = state([0, 0, 2e5])
    hedged, _ = state([0, hedge, 2e5])
    assert np.linalg.norm(hedged.factor) < 0.5 * np.linalg.norm(open_.factor)


def test_clients_are_shown_the_burden_and_not_todays_factor_risk():
    desk = dealer(SHARE * VIEW.anticipated + np.array([0, 0, 2e5]))
    fresh = inventory_of(desk, VIEW, TODAY)
    assert desk.burden.tolist() == [0, 0, 0]
    carry = desk.balance_cost / 250.0 * fresh.days / TODAY.duration
    assert fresh.shown_bp == pytest.approx(carry) and np.all(fresh.skew_bp > fresh.shown_bp)


def test_what_is_hedged_outside_is_not_priced_and_the_rest_is():
    open_book, desk = state([0.0, 0.0, 2e5], balance_cost=0.0)
    desk.hedge = 0.75 * open_book.factor
    hedged = inventory_of(desk, VIEW, TODAY)
    assert hedged.skew_bp == pytest.approx(0.25 * open_book.skew_bp)
    assert hedged.utilisation[0] <= open_book.utilisation[0]


def test_twice_the_capital_bears_half_the_risk_price():
    small, _ = state([0, 0, 1e5], capital_share=0.04)
    large, _ = state([0, 0, 1e5], capital_share=0.08)
    assert large.skew_bp[0] == pytest.approx(small.skew_bp[0] / 2)
    assert large.full_per_face == pytest.approx(small.full_per_face / 2)


def test_half_a_spread_is_never_below_half_a_tick_or_what_five_basis_points_make_of_it():
    flat, _ = state([0, 0, 0])
    tick_bp = np.minimum(VIEW.tick / VIEW.dv01, 5.0)
    assert np.all(flat.half_spread_bp >= 0.5 * tick_bp)
    calm, _ = state([0, 0, 0], risk_share=0.0, cost_share=0.0)
    assert calm.half_spread_bp == pytest.approx(0.5 * tick_bp)


def test_use_of_limits_is_the_larger_of_gross_and_risk_and_grows_with_both():
    share = 1 / 24
    flat = inventory_of(dealer(np.zeros(3)), VIEW, TODAY)
    assert flat.utilisation[0] > 0  # being short of the benchmark is risk too
    gross = inventory_of(dealer(np.array([20_000 * FACE_PER_MUSD, 0, 0])), VIEW, TODAY)
    assert gross.utilisation[0] == pytest.approx(20_000 / (560_000 * share), rel=1e-6)
    two, _ = state([0, 0, 5e6])
    one, _ = state([0, 0, 2.5e6])
    assert two.utilisation[0] > one.utilisation[0]


def test_what_a_dealer_is_to_receive_counts_towards_its_gross_limit_by_its_weight():
    desk = dealer(np.array([20_000 * FACE_PER_MUSD, 0, 0]), obligation_weight=0.5)
    desk._market.clearing = SimpleNamespace(of=lambda rows: np.array([1_000.0]))
    assert inventory_of(desk, VIEW, TODAY).leverage[0] == pytest.approx(20_500 / (560_000 / 24), rel=1e-6)


def test_a_full_balance_sheet_refuses_what_makes_it_longer_or_shorter_and_nothing_else():
    position = np.array([40_000.0, -10.0, 0.0]) * FACE_PER_MUSD
    got = inventory_of(dealer(position, gross_limit=480_000.0, var_limit=1e5), VIEW, TODAY)
    assert got.utilisation[0] > 1.0
    assert got.refuses_buying.tolist() == [True, False, True]
    assert got.refuses_selling.tolist() == [False, True, True]


def test_a_full_risk_limit_refuses_what_adds_to_the_factor_risk_and_nothing_short():
    got, _ = state([0, 0, 5e7], gross_limit=1e8)
    assert got.utilisation[0] > 1.0
    assert got.refuses_buying.tolist() == [False, True, True] and not got.refuses_selling.any()
    short, _ = state([0, 0, -5e7], gross_limit=1e8)
    assert short.refuses_selling.tolist() == [False, True, True] and not short.refuses_buying.any()


def test_below_its_limits_a_dealer_refuses_nothing():
    got, _ = state([0, 1e5, 1e5])
    assert got.utilisation[0] < 1.0 and not got.refuses_buying.any() and not got.refuses_selling.any()


def test_a_fuller_book_costs_more_to_carry():
    calm, _ = state([1e7, 0, 0], gross_limit=1e6)
    full, _ = state([1e7, 0, 0], gross_limit=26_000.0)
    assert calm.utilisation[0] < 0.75 < full.utilisation[0]
    assert np.all(full.half_spread_bp > calm.half_spread_bp) and full.skew_bp[0] > calm.skew_bp[0]


def test_a_full_balance_sheet_prices_face_and_time_and_a_full_risk_limit_prices_duration():
    excess = [1e5, 0, 1e5]
    calm, desk = state(excess, gross_limit=1e8, var_limit=1e5)
    gross = np.abs(SHARE * VIEW.anticipated + np.array(excess)).sum() / FACE_PER_MUSD
    face, _ = state(excess, gross_limit=24 * gross / 0.9, var_limit=1e5)
    musd_a_bp = np.linalg.norm(calm.factor) / desk.volatility
    risk, _ = state(excess, gross_limit=1e8, var_limit=24 * musd_a_bp / np.sqrt(0.9**2 - 0.35**2))
    assert face.leverage > 0.75 > face.risk and face.leverage_price > 0 and face.risk_price == 1.0
    assert risk.risk > 0.75 > risk.leverage and risk.leverage_price == 0 and 1.0 < risk.risk_price <= desk.var_most
    factor = calm.skew_bp - desk.balance_cost / 250.0 * calm.days / TODAY.duration
    assert risk.skew_bp - calm.skew_bp == pytest.approx((risk.risk_price - 1) * factor)
    assert face.skew_bp - calm.skew_bp == pytest.approx(face.leverage_price / 250.0 * calm.days / TODAY.duration)
    assert (face.skew_bp - calm.skew_bp)[0] > (face.skew_bp - calm.skew_bp)[1] == 0.0


# ---- what dealers say to the market -----------------------------------------------------------------
@pytest.fixture(scope="module")
def desk():
    """All dealers of a small market in the middle of a day, and the view."""
    market = live(small_market(), 2)
    for act in market.moments():
        if act == "refresh_quotes" and market.round == 1:
            break
    return market.playing(PrimaryDealer)[0], market.view()


def ask(dealers, view, face, pending=0):
    """Ask every dealer for a price of the same face of every on-the-run coupon issue."""
    securities = np.flatnonzero(view.on_the_run & view.tradable)
    members = np.arange(len(dealers.rows))
    asked = np.zeros(len(securities) * len(members), ASKED)
    asked["member"], asked["security"] = (a.ravel() for a in np.meshgrid(members, securities))
    asked["face"], asked["pending"] = face, pending
    return dealers.answer(asked, view).reshape(len(securities), len(members))


def test_a_client_buys_dearer_than_it_sells_at_every_dealer(desk):
    assert np.nanmin(ask(*desk, 10**6) - ask(*desk, -(10**6))) > 0


def test_a_larger_request_gets_a_worse_price(desk):
    assert np.nanmin(ask(*desk, 10**7) - ask(*desk, 10**6)) > 0
    assert np.nanmax(ask(*desk, -(10**7)) - ask(*desk, -(10**6))) < 0


def test_what_was_asked_before_in_the_round_moves_the_price_against_it(desk):
    """Pending is from the dealer's side: positive is what it may have bought, which it sells on cheaper."""
    assert np.nanmax(ask(*desk, 10**6, pending=10**7) - ask(*desk, 10**6)) < 0
    assert np.nanmin(ask(*desk, 10**6, pending=-(10**7)) - ask(*desk, 10**6)) > 0


def test_a_dealer_that_refuses_gives_no_price(desk):
    dealers, view = desk
    kept = dealers.state
    everything = np.ones_like(kept.refuses_buying)
    try:
        object.__setattr__(kept, "refuses_buying", everything)
        assert np.isnan(ask(dealers, view, -(10**6))).all() and not np.isnan(ask(dealers, view, 10**6)).all()
        assert (dealers.quote(view).bid_face == 0).all()
    finally:
        object.__setattr__(kept, "refuses_buying", ~everything)


def test_quotes_are_two_sided_whole_millions_and_not_crossed(desk):
    dealers, view = desk
    quotes = dealers.quote(view)
    shown = (quotes.bid_face > 0) & (quotes.ask_face > 0)
    assert shown.any() and np.all(quotes.bid[shown] < quotes.ask[shown])
    for face in (quotes.bid_face, quotes.ask_face):
        assert np.all(face >= 0) and np.all(face % FACE_PER_MUSD == 0) and not face[:, ~view.tradable].any()


def test_dealers_wish_to_lay_off_what_they_are_long_of(desk):
    dealers, view = desk
    wanted = dealers.match(view)
    old = view.tradable & ~view.on_the_run
    excess = dealers.state.excess[:, old]
    assert np.all(wanted[:, old] * excess <= 0) and (wanted[:, old] != 0).any()


def test_a_dealer_reads_selling_as_higher_yields_until_the_news_itself_is_public(monkeypatch):
    monkeypatch.setattr(primary_dealer, "reading_of", lambda model, view: None)
    read = np.array([2.0, 0, 0])
    monkeypatch.setattr(primary_dealer, "read_flow", lambda reading, model, view: read)
    desk = lone(PrimaryDealer)
    private = SimpleNamespace(public_bp=np.zeros(3), private_bp=np.ones(3), late_bp=np.zeros(3))
    desk.hear(private, SimpleNamespace(round=1))
    assert desk.flow.tolist() == pytest.approx([2.0 * desk.flow_learning, 0, 0]) and not desk.news.any()
    desk.hear(private, SimpleNamespace(round=2))
    assert desk.flow.tolist() == pytest.approx([4.0 * desk.flow_learning, 0, 0])
    read = np.zeros(3)
    desk.hear(SimpleNamespace(public_bp=np.zeros(3), late_bp=np.array([3.0, 0, 0])), SimpleNamespace(round=0))
    assert not desk.flow.any() and desk.news.tolist() == [3.0, 0, 0]  # not counted twice


# ---- principal traders -------------------------------------------------------------------------------
def trader(position, **memories):
    model = SimpleNamespace(ledger=SimpleNamespace(position=lambda rows: np.array([position], np.int64)))
    firm = lone(PrincipalTrader, model, n_securities=2)
    for name, value in memories.items():
        setattr(firm, name, np.array(value))
    return firm


def book_view(round_=0, composite=(450.0, 460.0)):
    kinds = SimpleNamespace(term_months=np.array([120, 120]), of=lambda *kinds: np.array([True, True]))
    return SimpleNamespace(
        composite_bp=np.array(composite),
        securities=_Sized(kinds),
        on_the_run=np.array([True, False]),
        tradable=np.array([True, True]),
        when_issued=np.zeros(2, bool),
        tick=np.array([1 / 64, 1 / 64]),
        round=round_,
        rounds=20,
        price_of=lambda security, yields: 100.0 - 0.08 * (yields - 450.0),
    )


class _Sized:
    def __init__(self, kinds):
        self.term_months, self.of = kinds.term_months, kinds.of

    def __len__(self):
        return 2


def test_a_principal_trader_quotes_a_tick_around_the_composite_in_on_the_run_issues_only():
    quotes = trader([0, 0], last=[450.0, 460.0]).quote(book_view())
    assert quotes.ask[0] - quotes.bid[0] == pytest.approx(1 / 64) and quotes.bid[0] < 100.0 < quotes.ask[0]
    usual = DEPTH_MUSD[120] * FACE_PER_MUSD * PrincipalTrader.refills.default
    assert quotes.bid_face.tolist() == quotes.ask_face.tolist() == [usual, 0]


def test_it_leans_against_what_it_holds_and_stops_buying_when_full():
    usual = DEPTH_MUSD[120] * FACE_PER_MUSD
    flat, long = (trader([face, 0], last=[450.0, 460.0]).quote(book_view()) for face in (0, 4 * usual))
    assert long.bid[0] < flat.bid[0] and long.ask[0] < flat.ask[0]
    full = trader([8 * usual, 0], last=[450.0, 460.0]).quote(book_view())
    assert full.bid_face[0] == 0 and full.ask_face[0] > 0


def test_it_shows_less_when_the_market_moves_and_leaves_when_it_moves_too_much():
    calm, moved, wild = (trader([0, 0], last=[450.0 - move, 460.0]).quote(book_view()) for move in (0.0, 9.0, 60.0))
    assert calm.bid_face[0] > moved.bid_face[0] > 0 and wild.bid_face[0] == wild.ask_face[0] == 0


def test_it_goes_flat_by_the_close():
    firm = trader([70_000, 0])
    firm._member = np.zeros(1, np.int64)
    assert len(firm.decide(book_view(18))) == 0
    order = firm.decide(book_view(19))
    assert order["face"].tolist() == [-70_000] and np.isnan(order["limit"]).all()
    late = trader([70_000, 0], last=[450.0, 460.0]).quote(book_view(18))
    assert late.bid_face[0] == 0 and late.ask_face[0] == 70_000  # no more than it has
    short = trader([-30_000, 0], last=[450.0, 460.0]).quote(book_view(18))
    assert short.bid_face[0] == 30_000 and short.ask_face[0] == 0
    flat = trader([0, 0], last=[450.0, 460.0]).quote(book_view(18))
    assert flat.bid_face[0] == flat.ask_face[0] == 0


def test_it_goes_to_the_position_of_its_signal_at_the_middle_and_to_none_before_the_close():
    usual = DEPTH_MUSD[120] * FACE_PER_MUSD
    firm = trader([3 * usual, 0])
    firm.uniform = lambda purpose, n: np.full(n, 0.75)  # half of the most, to buy
    assert firm.match(book_view()).tolist() == [0.5 * firm.signal_tickets * usual - 3 * usual, 0]
    assert firm.aim.tolist() == [0.5 * firm.signal_tickets * usual, 0]
    assert firm.match(book_view(18)).tolist() == [-3 * usual, 0] and not firm.aim.any()
    wild = trader([0, 0], activity=[1e3, 0.0])
    wild.uniform = firm.uniform
    assert not wild.match(book_view()).any()


def test_a_position_that_its_signal_wants_does_not_move_its_quotes():
    usual = DEPTH_MUSD[120] * FACE_PER_MUSD
    flat = trader([0, 0], last=[450.0, 460.0]).quote(book_view())
    meant = trader([9 * usual, 0], last=[450.0, 460.0], aim=[9.0 * usual, 0.0]).quote(book_view())
    assert (meant.bid == flat.bid).all() and (meant.bid_face == flat.bid_face).all()


def test_principal_traders_end_the_day_with_next_to_nothing():
    market = live(small_market(), 3)
    firms = market.playing(PrincipalTrader)[0]
    usual = sum(DEPTH_MUSD.values()) * FACE_PER_MUSD * len(firms.rows)
    assert np.abs(firms.position).sum() < 3 * usual
    assert not firms.position[:, market.securities.of(Kind.BILL, Kind.TIPS)].any()
