"""Who counts on the calendar of buybacks: what is public of it, holding times, quotes and what funds carry."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import changed, digest, live, lone, small, small_market

from agents.buyback_outlook import BuybackOutlook, ToCome
from agents.dealers.dealer_inventory import inventory_of
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.quoting import MOST_DAYS, TYPICAL_TICKET
from agents.dealers.reliance import patience_with
from agents.dealers.reliance_kernels import days_until_gone
from agents.hedge_funds.hedge_fund import HedgeFund, worth_carrying
from agents.officials.buyback_desk import BuybackDesk
from experiments.build import build, stage
from experiments.run import start_clock
from market.auctions.known_buybacks import Filled, KnownBuyback, KnownFacility, note_fill
from market.books.messages import Buyback
from market.units import FACE_PER_MUSD, day_number

BURN_IN = 2
M = FACE_PER_MUSD
COUNTED_ON = {
    "population__primary_dealer__traits": {"buyback_reliance": {"median": 1.0}},
    "population__hedge_fund__traits": {"buyback_reliance": {"median": 1.0}},
}


# ---- the rule --------------------------------------------------------------------------------------
def gone(face, daily, in_days=(), taken=(), holding=1.0):
    return days_until_gone(face, daily, np.array(in_days, float), np.array(taken, float), holding)


def test_without_purchases_a_position_is_gone_when_it_has_traded():
    assert gone(30.0, 2.0) == (15.0, False) and gone(30.0, 2.0, [5], [0.5], holding=0.0) == (15.0, False)


def test_a_purchase_bounds_the_wait_for_what_it_takes_and_shortens_it_for_what_is_more():
    """Two a day trade; one in 5 days takes 0.4 of 20: 10 to 18 are gone that day, the rest 4 days sooner."""
    purchase = {"in_days": [5], "taken": [0.4], "holding": 20.0}
    assert gone(9.0, 2.0, **purchase) == (4.5, False)
    assert gone(10.5, 2.0, **purchase) == (5.0, True) and gone(18.0, 2.0, **purchase) == (5.0, True)
    assert gone(30.0, 2.0, **purchase) == (11.0, False)
    assert gone(30.0, 2.0, [5, 6], [0.4, 0.5], holding=20.0) == (6.0, True)


purchases = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1)), max_size=4).map(sorted)


@given(st.floats(0.1, 500), st.floats(0.1, 500), st.floats(0.1, 50), purchases)
def test_what_trades_and_what_is_taken_by_then_is_all_of_it_and_more_takes_no_less_time(face, more, daily, ahead):
    in_days, taken = [day for day, _ in ahead], [share for _, share in ahead]
    days, _ = gone(face, daily, in_days, taken, 30.0)
    by = daily * days + sum(30.0 * share for day, share in ahead if day <= days)
    assert by >= face * (1 - 1e-12) and days <= face / daily
    before = sum(30.0 * share for day, share in ahead if day < days)
    assert daily * days + before <= face * (1 + 1e-12)
    assert gone(face + more, daily, in_days, taken, 30.0)[0] >= days


def test_the_half_spread_pays_for_the_mean_of_both_sides():
    """A ticket waits ten days for a client; an operation in four takes it all, so who has bought waits four."""
    patience, holding = np.array([10.0, 10.0]), np.array([[2.0, 2.0]]) * TYPICAL_TICKET
    ahead = np.array([4.0]), np.array([[0.5, 0.0]]), np.zeros(2)
    assert patience_with(ahead, holding, patience).tolist() == [[7.0, 10.0]]
    every_day = np.zeros(0), np.zeros((0, 2)), np.array([0.05, 0.0])  # as fast again as clients
    assert patience_with(every_day, holding, patience) == pytest.approx(np.array([[7.5, 10.0]]))


# ---- a dealer --------------------------------------------------------------------------------------
TODAY = SimpleNamespace(
    turnover=np.full(3, 48_000.0),  # 0.1 million a day and dealer
    face_dv01=np.full(3, 8e-8),
    duration=np.full(3, 8.0),
    claim=np.ones(3),
)
VIEW = SimpleNamespace(
    tradable=np.ones(3, bool),
    when_issued=np.zeros(3, bool),
    anticipated=np.full(3, 1e8),
    tick=np.full(3, 0.01),
    dv01=np.full(3, 0.08),
    rounds=20,
)
SHARE = np.full(3, 0.001)  # usually 10 million of each
ALONE = {"risk_aversion": 0.0, "capital_share": 1 / 24, "balance_cost": 50.0}


def book(millions, reliance, in_days=(5.0,), taken=((0.5, 0.5, 0.0),), a_day=(0.0, 0.0, 0.0)):
    """Return the state of a dealer that holds so much more than usual of three issues."""
    position = SHARE * VIEW.anticipated + np.array(millions) * M
    known = ToCome(np.array(in_days), np.array(taken), np.array(a_day), 0)
    model = SimpleNamespace(
        ledger=SimpleNamespace(position=lambda rows: np.array([position], np.int64)),
        outlook=SimpleNamespace(
            unit_loadings=lambda view: np.zeros((3, 3)), buybacks=SimpleNamespace(to_come=lambda view: known)
        ),
    )
    return inventory_of(lone(PrimaryDealer, model, benchmark=SHARE, buyback_reliance=reliance, **ALONE), VIEW, TODAY)


def test_a_long_position_waits_for_the_operation_and_a_short_one_gains_nothing():
    """10 m of each, usually; half is taken in 5 days. 3 m too much trade away in 30 days, or go in the operation; 9 m
    would take 90, and take 40 still, since 4 m are left that trade at 0.1 a day; 50 bp a year over 8 years of duration
    are 0.025 bp a day."""
    plain, counting = (book((3.0, 9.0, 3.0), reliance) for reliance in (0.0, 1.0))
    assert plain.days == pytest.approx([30.0, 40.0, 30.0]) and counting.days == pytest.approx([5.0, 40.0, 30.0])
    assert plain.skew_bp - counting.skew_bp == pytest.approx([25 * 0.025, 0.0, 0.0])
    assert plain.shown_bp - counting.shown_bp == pytest.approx([25 * 0.025, 0.0, 0.0])
    assert counting.skew_per_face[0] == 0.0 and counting.skew_per_face[2] == plain.skew_per_face[2] > 0.0
    short, waiting = (book((-3.0, -9.0, -3.0), reliance) for reliance in (0.0, 1.0))
    for field in ("days", "skew_bp", "shown_bp", "skew_per_face", "full_per_face"):
        assert np.array_equal(getattr(short, field), getattr(waiting, field))


def test_half_reliance_counts_on_half_and_a_bid_every_day_is_turnover_of_its_own():
    """4 m too much: half of the 5 m leave 1.5 m, which trade in 15 days; 2 % of 10 m a day are 0.2 beside 0.1."""
    assert book((4.0, 0.0, 0.0), 0.5).days[0] == pytest.approx(15.0)
    daily = book((3.0, 0.0, 3.0), 1.0, in_days=(), taken=np.zeros((0, 3)), a_day=(0.02, 0.0, 0.0))
    assert daily.days == pytest.approx([10.0, 0.0, 30.0])
    assert daily.full_per_face[0] == pytest.approx(daily.full_per_face[2] / 3)


def test_spreads_narrow_where_something_will_be_bought():
    plain, counting = (book((0.0, 0.0, 0.0), reliance) for reliance in (0.0, 1.0))
    assert (counting.half_spread_bp[:2] < plain.half_spread_bp[:2]).all()
    assert counting.half_spread_bp[2] == plain.half_spread_bp[2]


# ---- a fund ----------------------------------------------------------------------------------------
def test_a_fund_carries_more_of_what_is_cheap_and_will_be_bought_and_no_more_of_what_is_dear():
    assert worth_carrying(2.0, 1.0, 0.25) == 2.5 and worth_carrying(2.0, 0.5, 0.25) == 2.25
    assert worth_carrying(-2.0, 1.0, 0.25) == -2.0 and worth_carrying(2.0, 0.0, 0.25) == 2.0
    known = ToCome(np.array([3.0, 20.0]), np.array([[0.2], [0.4]]), np.array([0.01]), 0)
    assert known.chances(np.array([[15.0], [30.0]])) == pytest.approx(np.array([[0.35], [0.9]]))
    assert known.chances(15.0) == pytest.approx(np.array([0.35]))
    wanted = [
        float(HedgeFund.demand(lone(HedgeFund, buyback_reliance=r), lambda v: np.ravel(v)[0], 1e6, 0.0, 1.5))
        for r in (0.0, 1.0)
    ]
    assert wanted[0] == wanted[1] == pytest.approx(1e6 / 20 * 0.003)  # nothing is to come
    fund = lone(HedgeFund, buyback_reliance=1.0, chances=0.25)
    assert float(HedgeFund.demand(fund, lambda v: np.ravel(v)[0], 1e6, 0.0, 1.5)) == pytest.approx(1.25 * wanted[0])


# ---- what is public --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def morning():
    """The view of the first morning in which the clock runs, of a small market, and what dealers usually hold."""
    market = small_market(days=BURN_IN)
    start_clock(market)
    for act in market.moments():
        if act == "stream_prices":
            return market.view(), market.outlook
    raise AssertionError("no round began")


def test_the_first_calendar_is_known_with_its_days_and_an_operation_takes_its_maximum_of_what_dealers_hold(morning):
    view, outlook = morning
    known = outlook.buybacks.to_come(view)
    first, second = outlook.buybacks.calendar[:2]
    assert (first.bucket, first.day) == ("1Mo to 2Y", view.date) and known.in_days[:2].tolist() == [0.0, 5.0]
    assert (known.in_days <= MOST_DAYS).all() and (np.diff(known.in_days) >= 0).all()
    usual = outlook.dealers_share * view.anticipated
    assert known.share[0] @ usual == pytest.approx(first.maximum)
    assert known.share[1] @ usual == pytest.approx(second.maximum)
    told = view.buybacks[0].eligible
    assert np.array_equal(known.share[0] > 0, told)  # its list is out; of the others the rule is known
    listed = known.share[1] > 0
    assert (view.years[listed] > 19.9).all() and not (view.rank[listed] == 0).any() and listed.sum() > 20
    assert not known.a_day.any()


def test_past_fills_are_learnt_an_operation_that_is_over_is_not_waited_for_and_nobody_counts_in_the_burn_in(morning):
    view, outlook = morning
    ahead = outlook.buybacks

    def at(**values):
        fresh = BuybackOutlook(ahead.calendar, None, outlook.dealers_share)
        shown = {name: getattr(view, name) for name in view.__slots__} | values
        return fresh.to_come(SimpleNamespace(**shown))

    full = at()
    poor = at(fills={"1Mo to 2Y": Filled(1, 0.0)})
    assert poor.share[0] == pytest.approx(0.5 * full.share[0]) and np.array_equal(poor.share[1:], full.share[1:])
    later = at(round=view.rounds - 1)
    assert later.over == 1 and np.array_equal(later.share, full.share[1:])
    assert at(day=-1) is None and at(date=day_number("2025-01-31") + 1) is None


def test_a_fill_is_full_at_first_and_then_the_mean_with_the_first_guess_as_one():
    market = SimpleNamespace(fills={})
    assert Filled().expected == 1.0
    for accepted in (0, 1000):
        note_fill(market, Buyback(1, 1, "2Y to 3Y", 2000, np.zeros(1, bool)), accepted)
    note_fill(market, Buyback(1, 1, "standing", 0, np.zeros(1, bool)), 0)
    assert market.fills == {"2Y to 3Y": Filled(2, 0.5, 1000)} and market.fills["2Y to 3Y"].expected == 0.5


def test_a_facility_takes_its_daily_budget_until_its_total_is_spent(morning):
    view, outlook = morning
    usual = outlook.dealers_share * view.anticipated
    facility = KnownFacility(view.date, 1_000 * M, 30_000 * M)

    def at(**values):
        shown = {name: getattr(view, name) for name in view.__slots__} | values
        return BuybackOutlook((), facility, outlook.dealers_share).to_come(SimpleNamespace(**shown))

    assert at().a_day @ usual == pytest.approx(1_000 * M) and at().share.shape == (0, len(usual))
    spent = at(fills={"standing": Filled(1, 1.0, 29_900 * M)})
    assert spent.a_day @ usual == pytest.approx(100 * M)
    assert at(date=view.date - 1) is None


def test_the_calendar_is_that_of_the_desk_and_what_is_announced_later_is_known_later():
    given = stage(small())
    planned = given.debt.buybacks
    known = given.premises.known_buybacks
    assert [(k.day, k.bucket, k.maximum) for k in known] == [(p.day, p.bucket, p.maximum) for p in planned]
    assert {k.known_day for k in known} == {day_number("2024-05-28")} and given.premises.known_facility is None
    told = stage(small(policy__buybacks__announced="2024-06-11")).premises.known_buybacks
    late = day_number("2024-06-11")
    assert all(k.known_day == (late if k.day >= late else day_number("2024-05-28")) for k in told)
    standing = stage(small("standing")).premises
    assert standing.known_buybacks == () and standing.known_facility.daily == 1_000 * M
    assert stage(small("no-buybacks")).premises.known_buybacks == ()
    assert isinstance(known[0], KnownBuyback)


# ---- in the market ---------------------------------------------------------------------------------
def until_the_first_operation(**values):
    """Return a market that stands before its first operation, and what of that has been held."""
    market = live(build(small(**values), 1), BURN_IN)
    start_clock(market)
    desk = next(agent for agent in market.agents if isinstance(agent, BuybackDesk))
    first = min(known.round for known in market.premises.known_buybacks if known.day == market.premises.dates[0])
    for act in market.moments():
        if act == "stream_prices" and market.round == first:
            break
    assert market.day == 0 and desk and not market.fills and market.bought_face == 0
    return market


def test_who_counts_on_it_shows_other_prices_before_anything_is_bought_and_who_does_not_computes_nothing(monkeypatch):
    plain, counting = until_the_first_operation(), until_the_first_operation(**COUNTED_ON)
    assert np.array_equal(plain.years, counting.years)
    moved = np.nan_to_num(counting.composite_bp - plain.composite_bp)
    print("counted on, before the first purchase:", f"{np.abs(moved).max():.3f} bp at most, mean {moved.mean():+.4f}")
    assert moved.any()
    monkeypatch.setattr(BuybackOutlook, "to_come", None)  # asking would fail
    none = changed(small(), **{key: {"buyback_reliance": {"median": 0.0}} for key in COUNTED_ON})
    assert digest(live(build(none, 1), BURN_IN + 2)) == digest(live(build(small(), 1), BURN_IN + 2))


def test_a_burn_in_knows_nothing_of_it_and_one_by_one_all_have_the_same_bits():
    assert digest(small_market(days=BURN_IN, **COUNTED_ON)) == digest(small_market(days=BURN_IN))
    days = BURN_IN + 2
    assert digest(small_market(days=days, **COUNTED_ON)) == digest(
        small_market(days=days, one_by_one=True, **COUNTED_ON)
    )


def test_an_announced_path_moves_prices_before_the_first_operation():
    plain = until_the_first_operation()
    told = until_the_first_operation(policy__buybacks__announced="2024-05-29")
    moved = np.nan_to_num(told.composite_bp - plain.composite_bp)
    print("announced, before the first purchase:", f"{moved.min():.3f} to {moved.max():.3f} bp")
    assert moved.any()


def test_a_standing_bid_that_is_counted_on_shows_before_it_is_hit():
    plain, counting = (live(build(small("standing", **values), 1), BURN_IN) for values in ({}, COUNTED_ON))
    for market in (plain, counting):
        start_clock(market)
        for act in market.moments():
            if act == "refresh_quotes":
                break
        assert market.bought_face == 0
    assert (counting.composite_bp != plain.composite_bp).any()
