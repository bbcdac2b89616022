"""Rules of bids, of clients' offers and flows, and of dealers' faces by hand: units, rounding and signs."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import lone

from agents.bidding import bid_rate_e5, ladder, whole, whole_bids
from agents.buyers.client_flows import bid_factor, next_flow
from agents.buyers.client_offers import client_offers, rolled_down
from agents.buyers.demand import BILL_SPEED, LARGEST_LOT, NEW_ISSUE_SPEED, SMALLEST_LOT, buying_chance, lot_of, speed_in
from agents.buyers.investor import BILL_STRETCH, Investor
from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.quoting import answered_half, excess_face, face_taken, face_to_match
from agents.traits import traits_of
from experiments.inputs.published import table
from market.accounts.margin import next_variance
from market.bonds.securities import Kind
from market.units import FACE_PER_MUSD, day_number


def test_a_bid_for_a_note_is_in_thousandths_of_a_percent_and_one_for_a_bill_in_discount_steps_of_five():
    view = SimpleNamespace(securities=SimpleNamespace(kind=[Kind.NOTE, Kind.BILL], maturity_day=np.array([0, 282])))
    note, bill = (SimpleNamespace(security=s, issue_day=100) for s in (0, 1))
    assert bid_rate_e5(view, note, np.array([450.04, 450.06])).tolist() == [4500, 4501]
    # 182 days at a simple 5 %: price 1 / (1 + 0.05 x 182 / 365), discount (1 - price) x 360 / 182
    price = 1.0 / (1.0 + 0.05 * 182 / 365)
    exact = (1.0 - price) * 360 / 182
    found = bid_rate_e5(view, bill, np.array([500.0])).item()
    assert found % 5 == 0 and found == pytest.approx(exact * 1e5, abs=2.5)


def test_a_bid_for_a_bill_of_a_year_has_the_price_of_its_yield_with_interest_on_interest():
    view = SimpleNamespace(securities=SimpleNamespace(kind=[Kind.BILL], maturity_day=np.array([464])))
    found = bid_rate_e5(view, SimpleNamespace(security=0, issue_day=100), np.array([515.0])).item()
    # 31 CFR 356 appendix B, VI.B.2: 364 of 365 days at 5.15 %
    price = 1.0 / ((1.0 + (364 - 182.5) * 0.0515 / 365) * (1.0 + 0.0515 / 2))
    assert found == pytest.approx((1.0 - price) * 360 / 364 * 1e5, abs=2.5)
    simple = 0.0515 * 360 / 365 / (1.0 + 0.0515 * 364 / 365)
    assert found > simple * 1e5 + 50  # more than 5 bp


def test_faces_are_rounded_down_to_whole_millions():
    assert whole([1.99 * FACE_PER_MUSD, 0.5 * FACE_PER_MUSD]).tolist() == [FACE_PER_MUSD, 0]


def test_a_client_offers_its_share_of_what_is_listed_at_a_lower_yield_and_nothing_that_it_is_short_of():
    m = FACE_PER_MUSD
    yields = np.array([400.0, 410.0, 420.0, 430.0])
    view = SimpleNamespace(
        tradable=np.array([True, True, True, True]), composite_bp=yields, price=lambda bp: 100.0 - bp / 100.0
    )
    buyback = SimpleNamespace(eligible=np.array([True, False, True, True]), maximum=30 * m)
    price, face = client_offers(np.array([41 * m, 40 * m, -5 * m, 100 * m]), 0.5, 2.0, buyback, view)
    assert face.tolist() == [20 * m, 0, 0, 30 * m]
    assert price == pytest.approx(100.0 - (yields - 2.0) / 100.0)
    assert client_offers(np.array([m] * 4), 7.0, 0.0, buyback, view)[1].tolist() == [m, 0, m, m]


def test_what_rolls_down_is_one_over_maturity_and_at_most_all():
    assert rolled_down(0.5, 5.0) == pytest.approx(0.1) and rolled_down(0.5, 0.1) == 1.0
    assert rolled_down(0.1, 0.01) == pytest.approx(0.4)


def test_clients_flows_forget_in_their_days_and_their_bids_have_mean_one():
    assert next_flow(1.0, 0.0, 0.0, 20.0) == pytest.approx(np.exp(-1 / 20))
    drawn = next_flow(0.0, 1.0, 0.0, 20.0) ** 2 + next_flow(0.0, 0.0, 1.0, 20.0) ** 2
    assert drawn == pytest.approx(1.0 - np.exp(-2 / 20)) and next_flow(0.0, 0.0, 1.0, 20.0) > 0.0
    assert next_flow(0.0, 0.0, 1.0, 20.0) ** 2 / drawn == pytest.approx(0.3)
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    mean = np.sum(weights * bid_factor(nodes, 0.4)) / np.sum(weights)
    assert mean == pytest.approx(1.0) and bid_factor(1.0, 0.4) > 1.0


def test_a_gap_is_closed_at_the_holders_speed_or_faster_where_it_must_be():
    assert speed_in(0.02, False, False) == 0.02 and speed_in(0.02, True, True) == BILL_SPEED
    assert speed_in(0.02, False, True) == NEW_ISSUE_SPEED and speed_in(0.9, True, True) == 0.9


def test_a_lot_is_a_fiftieth_of_the_usual_holding_within_its_bounds():
    m = float(FACE_PER_MUSD)
    assert lot_of(1000.0 * m) == pytest.approx(20.0 * m)
    assert lot_of(0.0) == SMALLEST_LOT and lot_of(1e9 * m) == LARGEST_LOT


def test_who_trades_nothing_in_a_security_is_as_likely_to_buy_as_to_sell():
    assert buying_chance(1e9, 1e9, 0.0, 0.02, 0.3) == 0.5
    assert buying_chance(100.0, 1e9, 0.5, 0.001, 0.0) == pytest.approx(0.7)


def test_limits_of_face_and_its_millions_hold_for_the_smallest_offer():
    m = FACE_PER_MUSD
    view = SimpleNamespace(tradable=np.array([True]), composite_bp=np.array([400.0]), price=lambda bp: bp)
    buyback = SimpleNamespace(eligible=np.array([True]), maximum=m)
    assert client_offers(np.array([m]), 1.0, 0.0, buyback, view)[1].tolist() == [m]
    assert client_offers(np.array([0]), 1.0, 0.0, buyback, view)[1].tolist() == [0]


# ---- dealers -----------------------------------------------------------------------------------------
def test_what_is_wanted_is_no_excess():
    assert excess_face(100.0, 0.1, 300.0, True) == 70.0 and excess_face(100.0, 0.1, 300.0, False) == 0.0


def test_an_answer_asks_the_shaded_half_spread_and_the_lead_over_the_second():
    assert answered_half(2.0, 0.0, 0.5, 1.5) == 3.0
    assert answered_half(2.0, 0.8, 0.5, 1.5) == pytest.approx(3.0 + 0.5 * 0.8 * np.sqrt(np.pi / 2))


def test_who_is_long_takes_bids_who_is_short_takes_offers_and_no_more_than_its_lot():
    m = FACE_PER_MUSD
    assert face_taken(3.5 * m, False, True, True, 25.0 * m) == -3 * m
    assert face_taken(-3.5 * m, False, True, True, 25.0 * m) == 3 * m
    assert face_taken(90.0 * m, False, True, False, 25.0 * m) == -25 * m
    assert face_taken(0.0, True, False, True, 25.0 * m) == 25 * m and face_taken(5.0 * m, False, False, True, m) == 0


def test_a_session_sells_a_fifth_of_the_excess_and_buys_on_the_run_what_yields_more_than_it_asks():
    m = float(FACE_PER_MUSD)
    assert face_to_match(0.0, 1.0, 100.0 * m, False, 7.0, 0.5, False, False) == -10 * m
    assert face_to_match(0.0, 1.0, -100.0 * m, False, 7.0, 0.5, False, False) == 10 * m
    assert face_to_match(0.0, 1.0, 40.0 * m, False, 7.0, 0.5, False, False) == 0
    assert face_to_match(7.0, 1.0 / (100.0 * m), 0.0, True, 7.0, 0.5, False, False) == pytest.approx(50 * m)
    assert face_to_match(7.0, 1.0 / (100.0 * m), 0.0, True, 7.0, 0.5, True, False) == 0
    assert face_to_match(-70.0, 1.0 / (100.0 * m), 0.0, True, 7.0, 1.0, False, False) == -500 * m


def test_a_return_of_two_percent_counts_with_its_square():
    found = next_variance(np.array([1e-4, 1e-4]), np.array([102.0, 98.0]), np.array([100.0, 100.0]))
    assert found == pytest.approx([1e-4 + 0.03 * (4e-4 - 1e-4)] * 2)


def test_a_dealers_bids_rise_by_the_slope_and_cross_its_valuation_at_the_usual_share():
    steps = ladder(30.0, 0.11, 0.05, 6)
    above, sizes = zip(*steps, strict=True)
    assert np.diff(above) == pytest.approx(30.0 * 0.05) and sum(sizes) == pytest.approx(0.3)
    taken = np.cumsum(sizes) - 0.025
    assert np.interp(0.0, above, taken) == pytest.approx(0.11)


def test_bids_at_auctions_are_in_hundreds_of_dollars_down_to_one():
    assert whole_bids([0.99, 1.0, 2.7]).tolist() == [0, 1, 2]


def _bids(kind, **traits):
    """Return the bids of one investor for an issue at 500 bp, and in which steps around it."""
    securities = SimpleNamespace(kind=[kind], maturity_day=np.array([19_990]), term_months=np.array([0]))
    view = SimpleNamespace(
        securities=securities, composite_bp=np.array([500.0]), when_issued=np.zeros(1, bool), round=0
    )
    model = SimpleNamespace(
        ledger=SimpleNamespace(position_in=lambda rows, securities: np.zeros(len(rows), np.int64)),
        outlook=SimpleNamespace(on=lambda view: SimpleNamespace(node=np.zeros(1, np.int64))),
        streams=SimpleNamespace(normal=lambda *_: np.zeros((1, 1))),
    )
    one = lone(Investor, model, n_securities=1, **traits)
    one._identity, one.normal = np.zeros(1, np.uint64), lambda purpose, n: np.zeros(1)
    one._wanted_at = lambda view, place, security, anticipated: np.array([0.1])
    auction = SimpleNamespace(security=0, offering=100_000, auction_day=19_880, issue_day=19_890)
    return one.bid(auction, view), bid_rate_e5(view, auction, np.array([500.0])).item()


def test_bids_in_a_bill_lie_a_quarter_as_far_from_the_market_as_in_a_note_on_both_sides():
    flat = {"bill_participation": 1.0, "flow_bids": 0.0, "bill_lumpiness": 0.0, "lumpiness": 0.0}
    (note, fair), (bill, discount) = (_bids(kind, **flat) for kind in (Kind.NOTE, Kind.BILL))
    far, near = (note["rate_e5"] - fair) / 10, (bill["rate_e5"] - discount) / 10
    assert far.min() == -20.0 and far.max() == 2.0 and (near < 0).any() and (near > 0).any()
    assert near == pytest.approx(BILL_STRETCH * far, abs=0.5 + 0.05 * abs(far).max())  # steps of a discount rate
    assert near.min() == pytest.approx(-4.8, abs=0.3)
    assert note["face"].sum() == pytest.approx(10_000, abs=len(note))


def test_who_stands_for_lumpy_accounts_is_after_more_of_one_issue_than_of_the_next():
    usual = _bids(Kind.NOTE, lumpiness=0.0)[0]["face"].sum()
    lumpy = _bids(Kind.NOTE, lumpiness=0.4)[0]["face"].sum()
    assert lumpy == pytest.approx(usual * np.exp(-0.08), rel=0.01)  # at the middle of a draw of mean one
    plain, uneven = (_bids(Kind.BILL, bill_lumpiness=spread)[0]["face"].sum() for spread in (0.0, 1.2))
    assert uneven == pytest.approx(plain * np.exp(-0.72), rel=0.01)


def _within_tenors(first, last):
    """Return dealers' share (percent) and high less median yield (bp) of note and bond auctions, less tenors' means."""
    sold = table("auctions_2019-2024")
    sold = sold[sold["security_class"].isin(["Note", "Bond"])]
    sold = sold[sold["auction_date"].between(day_number(first), day_number(last))].dropna(subset="median_yield")
    share, spread = 100 * sold["primary_dealer_pct"], 100 * (sold["high_yield"] - sold["median_yield"])
    apart = [values - values.groupby(sold["term"]).transform("mean") for values in (share, spread)]
    return tuple(values.to_numpy(float) for values in apart)


def test_the_slope_of_dealers_bids_lies_between_both_regressions_of_published_shares_and_yields():
    share, spread = _within_tenors("2022-01-01", "2024-09-30")
    of_yield, of_share = share @ spread / (share @ share), spread @ spread / (share @ spread)  # bp a point
    assert 100 * of_yield == pytest.approx(17, abs=0.5) and 100 * of_share == pytest.approx(72, abs=0.5)
    assert 100 * spread.std() / share.std() == pytest.approx(35, abs=0.5)
    assert 100 * of_yield < traits_of(PrimaryDealer)["auction_slope"].default < 100 * of_share


def test_the_size_of_lumps_goes_by_the_published_deviation_of_dealers_share():
    share, _ = _within_tenors("2022-06-01", "2024-09-30")
    assert share.std(ddof=1) == pytest.approx(3.9, abs=0.05)
