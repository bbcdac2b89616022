"""Relationships: weights sum to one, trading reinforces, idleness decays, a dealer's exit leaves nobody alone."""

import itertools

import numpy as np
import pandas as pd
import pytest
from small_market import changed, live, small, small_market

from experiments.build import build
from experiments.results.request_summary import measures as measures_of_requests
from experiments.results.request_summary import summary
from experiments.run import run
from market.books.messages import ASKED
from market.draws.streams import Streams, fingerprint
from market.requests.introductions import Introduction
from market.requests.relationships import Relationships, graph, measures
from market.requests.request_for_quote import award
from market.requests.request_rules import RequestRules, number_asked
from market.tables.record import Record
from market.units import FACE_PER_MUSD

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered")  # counters wrap around; without numba it shows

NAMES = tuple(f"account {i}" for i in range(12))
IDENTITY = np.array([fingerprint(name) for name in NAMES], np.uint64)
DEALERS = np.array([9, 3, 7, 5])  # rows, in the order of arrival


def known(**rules):
    return Relationships(RequestRules(**rules), Streams(1))


def test_weights_of_everybody_sum_to_one_and_nobody_asks_itself():
    ties = known()
    weight = ties.of(DEALERS, IDENTITY, 0)
    ties.reinforce(np.array([0, 0, 1]), np.array([9, 9, 5]))
    for after in (weight, ties.of(DEALERS, IDENTITY, 1)):
        np.testing.assert_allclose(after.sum(axis=1), 1.0)
        assert (after[DEALERS, np.arange(4)] == 0).all()


def test_trading_reinforces_and_idleness_returns_to_the_first_acquaintance():
    ties = known(half_life_days=5)
    first = ties.of(DEALERS, IDENTITY, 0)
    ties.reinforce(np.zeros(50, np.int64), np.full(50, 7))
    assert (ties.of(DEALERS, IDENTITY, 0) == first).all()  # weights are those of the morning
    after = ties.of(DEALERS, IDENTITY, 1)
    assert after[0, 2] > first[0, 2] and (after[0, [0, 1, 3]] < first[0, [0, 1, 3]]).all()
    np.testing.assert_allclose(after[1:], first[1:])
    later = ties.of(DEALERS, IDENTITY, 6)
    assert first[0, 2] < later[0, 2] < after[0, 2]
    np.testing.assert_allclose(ties.of(DEALERS, IDENTITY, 500), first)


def test_fifty_trades_and_after_half_a_life_as_many_as_twenty_five_weigh_by_loyalty():
    ties = known(half_life_days=5)
    first = ties.of(DEALERS, IDENTITY, 10)
    ties.reinforce(np.zeros(50, np.int64), np.full(50, 7))
    later = ties.of(DEALERS, IDENTITY, 15)[0]
    share = 0.3 * 25 / (25 + 5)
    assert later == pytest.approx((1 - share) * first[0] + share * np.array([0.0, 0.0, 1.0, 0.0]))


def test_without_loyalty_trading_changes_nothing():
    ties = known(loyalty=0)
    first = ties.of(DEALERS, IDENTITY, 0)
    ties.reinforce(np.zeros(50, np.int64), np.full(50, 7))
    np.testing.assert_allclose(ties.of(DEALERS, IDENTITY, 1), first)


def test_an_exit_spreads_a_dealers_weight_in_proportion_and_leaves_nobody_alone():
    ties = known()
    before = ties.of(DEALERS, IDENTITY, 0)
    after = ties.of(DEALERS[[0, 1, 3]], IDENTITY, 1)
    expected = before[:, [0, 1, 3]] / before[:, [0, 1, 3]].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(after, expected)
    assert (ties.of(DEALERS[:1], IDENTITY, 2)[np.arange(12) != 9] == 1.0).all()


def test_the_share_that_knows_a_dealer_who_entered_halves_its_distance_to_all():
    introduction = Introduction(10, 0.2, 4.0)
    assert [introduction.share(day) for day in (9, 10, 14, 18)] == pytest.approx([0.2, 0.2, 0.6, 0.8])


def test_who_entered_has_no_weight_of_those_who_do_not_know_it_and_its_full_one_of_others():
    here, first = known(), known().of(DEALERS, IDENTITY, 0)
    here.of(DEALERS[:3], IDENTITY, 0)
    here.introduce(5, Introduction(1, 0.5, 2.0))
    days = [here.of(DEALERS, IDENTITY, day) for day in (1, 3, 60)]
    knows = [weight[:, 3] > 0 for weight in days]
    assert [int(n.sum()) for n in knows] == sorted(int(n.sum()) for n in knows) and 0 < knows[0].sum() < 11
    assert all((later >= before).all() for before, later in itertools.pairwise(knows))
    for weight, knowing in zip(days, knows, strict=True):
        np.testing.assert_allclose(weight.sum(axis=1), 1.0)
        np.testing.assert_allclose(weight[knowing], first[knowing])
        others = first[~knowing][:, :3]
        np.testing.assert_allclose(weight[~knowing][:, :3], others / others.sum(axis=1, keepdims=True))
    assert knows[2].sum() == 11  # all but itself


def test_who_knows_nobody_else_knows_the_dealer_that_entered():
    ties = known()
    ties.introduce(7, Introduction(0, 0.0, 1e6))
    assert (ties.of(np.array([7]), IDENTITY, 0)[np.arange(12) != 7] == 1.0).all()


def test_the_graph_has_the_weights_and_measures_know_a_core():
    weight = known().of(DEALERS, IDENTITY, 0)
    made = graph(weight, NAMES, tuple(NAMES[d] for d in DEALERS))
    assert made[NAMES[0]][NAMES[3]]["weight"] == pytest.approx(weight[0, 1])
    assert sum(w for _, _, w in made.edges(data="weight")) == pytest.approx(12.0)
    even, one = measures(np.full((10, 8), 1 / 8)), measures(np.eye(8)[np.zeros(10, int)])
    assert even["client_hhi"] == pytest.approx(1 / 8) and one["client_hhi"] == one["dealer_hhi"] == 1.0
    apart = measures(np.eye(8))  # each client has a dealer of its own: the clients' concentration is not the dealers'
    assert apart["client_hhi"] == 1.0 and apart["dealer_hhi"] == pytest.approx(1 / 8)
    assert even["core_share"] == pytest.approx(0.25) and one["core_share"] == 1.0 == one["degree"]
    assert one["core_fit"] == pytest.approx(1.0)


@pytest.mark.parametrize(("weights", "winner"), [((0.1, 0.5, 0.9), 1), ((0.4, 0.4, 0.9), 0), ((0.5, 0.1, 0.9), 0)])
def test_a_tie_goes_to_the_dealer_that_is_known_best_then_to_the_first_asked(weights, winner):
    asked = np.zeros(3, ASKED)
    asked["face"] = 5
    found = award(asked, np.array([100.0, 100.0, 100.1]), np.array([np.nan]), np.array(weights))
    assert (found.winner[0], found.best[0], found.cover[0]) == (winner, 100.0, 100.0)


def test_larger_requests_go_to_fewer_dealers_and_urgent_ones_to_more():
    face, calm = np.array([1, 10, 100, 1_000]) * FACE_PER_MUSD, np.zeros(4, bool)
    rules = RequestRules(size_slope=1, urgent_more=2, least_asked=2)
    assert number_asked(rules, 4, face, calm, 24).tolist() == [5, 4, 3, 2]
    assert number_asked(rules, 4, -face, ~calm, 24).tolist() == [7, 6, 5, 4]
    assert number_asked(rules, 9, face, ~calm, 3).tolist() == [3] * 4
    assert number_asked(RequestRules(ask_all=True), 4, face, calm, 24).tolist() == [24] * 4


def recorded(days=4, **rules):
    market = small_market(days=days, keep=("requests",), **{f"market__requests__{k}": v for k, v in rules.items()})
    return market.record.to_pandas("requests")


def test_asked_again_the_refused_split_or_ask_everybody_and_counts_are_kept():
    table = recorded(retries=2)
    again = table[table["attempt"] > 0]
    assert len(again) > 0 and (again["asked"][again["limit"].isna()] == 6).all()
    assert (table["answered"] <= table["asked"]).all()
    assert table["price"].notna().equals(table["dealer"].astype(str) != "")
    first = table[(table["attempt"] == 0) & table["price"].isna()]
    assert len(again[again["attempt"] == 1]) == len(first)


def test_losers_shade_only_if_requests_leak():
    quiet, leaking = recorded(), recorded(leakage=1.0)
    assert len(quiet) and quiet["best"].tolist() != leaking["best"].tolist()


def test_every_request_to_all_asks_all():
    assert (recorded(days=3, ask_all=True)["asked"] == 6).all()


def test_requests_are_summarised_by_tenor_and_age(tmp_path):
    run(changed(small(), run__keep=("requests",)), 1, 2, tmp_path / "run")
    table = summary(tmp_path / "run")
    parts = table.drop(index=("all", ""))
    assert parts["requests"].sum() == table.loc[("all", ""), "requests"] > 0
    assert table["response"].between(0, 1).all() and table["hit_rate"].between(0, 1).all()
    assert (table["cover_bp"].dropna() >= 0).all()


def test_what_is_refused_with_a_limit_that_the_market_has_passed_is_told_apart():
    nan = float("nan")
    rows = [(10, 99.0, nan), (10, 101.0, nan), (-10, 101.0, nan), (-10, 99.0, nan), (10, 99.5, 99.5), (-10, nan, nan)]
    asked = pd.DataFrame(rows, columns=["face", "limit", "price"]).assign(
        middle=100.0, dv01=0.01, best=100.5, cover=100.6, answered=2, asked=4
    )
    found = measures_of_requests(asked)
    assert found["refused"] == pytest.approx(5 / 6) and found["overtaken"] == pytest.approx(2 / 6)


def test_relationships_are_the_same_together_and_one_by_one():
    both = [live(build(small(), 1, Record(), one), 4).relationships for one in (False, True)]
    assert (both[0].weight == both[1].weight).all() and both[0].recent.sum() > 0


def test_measures_of_the_network_are_those_of_the_weights_of_the_day_computed_once():
    market = live(build(small(), 1, Record()), 3)
    known, was = market.relationships, market.relationships.measured()
    assert known.measured() is was and was == measures(known.weight)
    live(market, 1)
    assert known.measured() == measures(known.weight) != was
    today = market.record.to_pandas("daily").iloc[-1]
    assert today["client_concentration"] == known.measured()["client_hhi"]
    assert today["dealer_concentration"] == known.measured()["dealer_hhi"] < today["client_concentration"]
