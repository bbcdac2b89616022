"""What moves yields: parts add up, a cause that is not there has no part, and switches do what they say."""

import pickle

import numpy as np
import pytest
from small_market import live, small, small_market

from experiments.belief.robustness.attribution import (
    CAUSES,
    DEALERS,
    FLOW,
    NEWS,
    WORLDS,
    attribute,
    error_of_ratio,
    shapley,
    switch_off,
)
from market.tables import measures


def test_shapley_parts_of_an_additive_value_are_its_terms_and_two_who_need_each_other_halve():
    terms = dict(zip(CAUSES, (3.0, 5.0, -1.0), strict=True))
    additive = {acting: np.array([sum(terms[c] for c in acting)]) for acting in WORLDS}
    assert {cause: part[0] for cause, part in shapley(additive).items()} == pytest.approx(terms)
    together = {acting: np.array([8.0 if {FLOW, DEALERS} <= acting else 0.0]) for acting in WORLDS}
    assert {c: p[0] for c, p in shapley(together).items()} == pytest.approx({NEWS: 0.0, FLOW: 4.0, DEALERS: 4.0})


def test_the_error_of_a_share_is_that_of_a_ratio_of_means():
    rng = np.random.default_rng(1)
    whole = 4.0 + rng.exponential(4.0, (4000, 12))
    part = 0.3 * whole + rng.normal(size=whole.shape) * whole**1.5 / 10
    shares = part.mean(axis=1) / whole.mean(axis=1)
    errors = [error_of_ratio(*pair) for pair in zip(part, whole, strict=True)]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(shares.std(), rel=0.06)
    assert error_of_ratio(0.25 * whole[0], whole[0]) == pytest.approx(0.0, abs=1e-12)


@pytest.fixture(scope="module")
def parts():
    """The table of a small market with news, and of one without, of three changes."""
    return {name: attribute(small(name, burn_in=1), 3, [1]) for name in ("baseline", "steady")}


@pytest.mark.slow
def test_shares_add_to_one_in_every_tenor(parts):
    for table in parts.values():
        assert table.groupby("tenor")["share"].sum().to_numpy() == pytest.approx(np.ones(7))


@pytest.mark.slow
def test_news_has_a_share_where_there_is_news_and_none_where_there_is_none(parts):
    share = {name: table[table["cause"] == NEWS].set_index("tenor")["share"] for name, table in parts.items()}
    assert (share["steady"] == 0.0).all() and share["baseline"]["10y"] > 0.3


@pytest.fixture(scope="module")
def worlds():
    """One market after its burn-in, and two days of it with nothing switched off, and with everything."""
    packed, steady = pickle.dumps(small_market("steady", burn_in=1, days=1)), small("steady", burn_in=1)
    out = []
    for acting in (WORLDS[-1], WORLDS[0]):
        market = pickle.loads(packed)
        switch_off(market, steady, acting)
        out.append(live(market, 2))
    return out


def test_without_order_flow_no_taste_for_an_issue_wanders():
    scenario = small("steady", burn_in=1, buyers__issue_flows=0.02)
    for acting, wander in ((WORLDS[-1], 0.02), (WORLDS[0], 0.0)):
        market = small_market("steady", burn_in=1, days=1, buyers__issue_flows=0.02)
        switch_off(market, scenario, acting)
        assert {float(one.taste_wander) for one in market.agents if one.declares("taste_wander")} == {wander}


def test_without_order_flow_customers_hardly_ask(worlds):
    every, none = (measures.rfq_requests(market) for market in worlds)
    assert none < 0.5 * every


def test_without_dealers_state_positions_show_in_no_price_and_are_still_there(worlds):
    every, none = (next(p for p in market.participants if p.sector == "dealers").state for market in worlds)
    assert np.abs(every.shown_bp).max() > 0.0 and (every.skew_per_face > 0.0).any()
    assert not none.shown_bp.any() and not none.skew_per_face.any() and np.abs(none.skew_bp).max() > 0.0
