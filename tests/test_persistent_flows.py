"""What makes inventory last: clients' flows with a memory."""

import numpy as np
import pytest
from small_market import live, lone, small, small_market

from agents.buyers.client_flows import SAME_FOR_ALL, bid_factor, live_on, next_flow
from agents.buyers.investor import Investor
from agents.outlook import NODES
from experiments.build import accustomed_shares, stage
from experiments.start.pattern import factor_changes, news_covariance
from market.bonds.scoring_curve import scoring_curve_bp
from market.bonds.securities import Kind
from market.units import FACE_PER_MUSD


# ---- clients' flows ---------------------------------------------------------------------------------
def test_a_flow_forgets_by_its_days_and_keeps_unit_variance():
    draws = np.random.default_rng(1).normal(size=(2, 200_000))
    today = np.random.default_rng(2).normal(size=200_000)
    tomorrow = next_flow(today, *draws, 15.0)
    assert np.corrcoef(today, tomorrow)[0, 1] == pytest.approx(np.exp(-1 / 15), abs=0.005)
    assert tomorrow.var() == pytest.approx(1.0, abs=0.02)
    assert next_flow(1.0, 0.0, 0.0, 15.0) == pytest.approx(np.exp(-1 / 15))


def test_maturities_of_one_institution_share_a_part_of_its_flows():
    rng = np.random.default_rng(3)
    common, fresh = rng.normal(size=100_000), rng.normal(size=(2, 100_000))
    first, second = (next_flow(0.0, own, common, 15.0) for own in fresh)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(SAME_FOR_ALL, abs=0.01)


def test_flows_of_a_member_are_the_same_alone_and_among_others():
    alone, together = (small_market(days=3, one_by_one=one) for one in (True, False))
    tables = [market.kinds[kind] for market in (alone, together) for kind in _investors(market)]
    states = [table.columns["inflow"][: table.n] for table in tables]
    half = len(states) // 2
    assert half > 5 and all(np.array_equal(a, b) for a, b in zip(states[:half], states[half:], strict=True))
    assert np.ptp(states[0][:2]) > 0


def _investors(market):
    return sorted((kind for kind in market.kinds if issubclass(kind, Investor)), key=lambda kind: kind.__name__)


def test_a_day_of_flows_is_drawn_for_each_maturity():
    one = lone(Investor, flow_days=10.0)
    one.normal = lambda purpose, n, daily: np.arange(n, dtype=float)
    state = live_on(one)
    assert state.shape == (NODES,) and np.all(np.diff(state) > 0)


def test_bids_differ_with_flows_and_are_the_usual_on_average():
    draws = np.random.default_rng(4).normal(size=400_000)
    assert bid_factor(draws, 0.4).mean() == pytest.approx(1.0, abs=0.01)
    assert bid_factor(1.0, 0.4) > bid_factor(0.0, 0.4) and bid_factor(3.0, 0.0) == 1.0


# ---- what a dealer wants ----------------------------------------------------------------------------
def test_dealers_want_a_part_of_their_bills_and_others_the_rest():
    given = stage(small())
    dealers, bill = given.state.rows("primary_dealer"), given.premises.securities.of(Kind.BILL)
    all_of_them, a_fifth = accustomed_shares(given, 1.0), accustomed_shares(given, 0.2)
    assert a_fifth[dealers][:, bill] == pytest.approx(0.2 * all_of_them[dealers][:, bill])
    assert a_fifth[:, bill].sum(axis=0) == pytest.approx(all_of_them[:, bill].sum(axis=0))
    assert a_fifth[:, ~bill] == pytest.approx(all_of_them[:, ~bill])


# ---- news and the curve that offers are judged by ---------------------------------------------------
def test_the_size_of_news_weighs_the_latest_days_most():
    day = stage(small()).premises.start_date
    moves = factor_changes(day)
    assert news_covariance(day, 1.0) == pytest.approx(moves.T @ moves / len(moves))
    latest = news_covariance(day, 1e-9)
    assert latest == pytest.approx(np.outer(moves[-1], moves[-1]))


def test_seasoned_notes_of_the_first_day_lie_on_the_curve_that_judges_offers():
    market = live(small_market(), 1)
    away = market.composite_bp - scoring_curve_bp(market)
    s, years = market.securities, market.years
    for low, high in ((2, 3), (3, 5), (5, 7), (7, 10)):
        mine = s.of(Kind.NOTE) & market.tradable & (market.rank > 2) & (years > low) & (years < high)
        assert mine.sum() > 5 and abs(away[mine].mean()) < 1.0, (low, high, away[mine].mean())


# ---- what limits cost, in the record ----------------------------------------------------------------
def test_what_limits_cost_each_dealer_is_recorded_and_full_dealers_decline():
    market = live(small_market(burn_in=0), 1)
    for dealer in market.agents:
        if dealer.sector == "dealers":
            dealer.gross_limit = 150_000.0
    live(market, 1)
    table = market.record.to_pandas("institutions")
    today = table[table["date"] == table["date"].max()]
    dealers, others = today[today["kind"] == "dealers"], today[today["kind"] != "dealers"]
    used = np.maximum(dealers["leverage_use"] - 0.75, 0.0)
    assert dealers["leverage_price_bp"].to_numpy() == pytest.approx(np.minimum(4800.0 * used**2, 400.0).to_numpy())
    assert dealers["utilisation"].to_numpy() == pytest.approx(dealers[["leverage_use", "risk_use"]].max(axis=1))
    assert (dealers["leverage_use"] > 1.0).any() and dealers["declined_leverage"].sum() > 0
    assert others["leverage_use"].isna().all() and not others["declined_leverage"].any()


def test_refused_requests_are_told_by_who_asked_and_sum_to_those_of_the_day_and_of_the_sectors():
    market = live(small_market(burn_in=0, keep=("requests",)), 2)
    told, asked = (market.record.to_pandas(table) for table in ("institutions", "requests"))
    columns = told.set_index(["date", told["name"].astype(str)])[["refused_requests", "refused_face"]]
    open_ = asked[asked["dealer"].astype(str) == ""]
    size = open_["face"].abs().groupby([open_["date"], open_["client"].astype(str)])
    expected = size.agg(["count", "sum"]).reindex(columns.index, fill_value=0)
    assert (columns.to_numpy() == expected.to_numpy()).all() and columns["refused_requests"].sum() > 0
    days = columns.groupby("date").sum()
    assert days["refused_requests"].tolist() == market.record.to_pandas("daily")["rfq_refused"].tolist()
    sectors = market.record.to_pandas("sectors").groupby("date")["refused_musd"].sum()
    assert (days["refused_face"] / FACE_PER_MUSD).tolist() == pytest.approx(sectors.tolist())


def test_what_must_be_sold_is_recorded_until_it_is_sold():
    """The record of an evening lies between what was ordered less all that the tape says was sold (less than a million
    of a security is let go), and that less what was sold before the last round, purchases taken off; it ends at 0."""
    market = live(small_market("steady", burn_in=0), 1)
    seller = max((a for a in market.agents if isinstance(a, Investor)), key=lambda a: a.position.sum())
    old = market.securities.of(Kind.NOTE) & (market.years > 1) & market.tradable
    seller.forced = -np.where(old, np.floor(0.01 * seller.position / FACE_PER_MUSD) * FACE_PER_MUSD, 0.0)
    ordered, told = -seller.forced / FACE_PER_MUSD, []
    sold, bought = np.zeros((2, len(old)))
    while not told or told[-1]:
        assert len(told) < 8
        live(market, 1)
        trades = market.tape.everything()
        face = trades["face"] / FACE_PER_MUSD
        counted = sold.copy()
        for side, sums, which in (("seller", sold, True), ("buyer", bought, True), ("seller", counted, False)):
            mine = (trades[side] == seller.row) & (which | (trades["round"] < market.rounds - 1))
            np.add.at(sums, trades["security"][mine], face[mine])
        table = market.record.to_pandas("institutions")
        row = table[(table["name"].astype(str) == seller.name) & (table["date"] == table["date"].max())]
        told.append(float(row["must_trade_musd"].iloc[0]))
        least = np.where(ordered - sold >= 1.0, ordered - sold, 0.0).sum()
        assert least <= told[-1] <= np.clip(ordered - counted + bought, 0.0, ordered).sum()
    assert 0 < told[0] < ordered.sum() and len(told) > 1
