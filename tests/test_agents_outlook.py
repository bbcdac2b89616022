"""What all institutions know by trade: weights on maturities, the prior and its roll, deviations, accustomed shares."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import small, small_market

from agents.outlook import (
    BILL_NODES,
    COUPON_NODES,
    NODES,
    POLICY_REVERSION_YEARS,
    SUBSTITUTION,
    TIPS_NODES,
    hats,
    node_weights,
    policy_average,
    smooth_by_node,
)
from experiments.build import FIRST_NON_OFFICIAL, accustomed_shares, stage
from experiments.start.pattern import news_covariance
from market.accounts.instruments import N_MONEY
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.news import loadings
from market.units import POINT_E8


@given(st.lists(st.floats(0.0, 40.0), min_size=1, max_size=20), st.sampled_from([COUPON_NODES, BILL_NODES, TIPS_NODES]))
def test_weights_on_nodes_sum_to_one_and_reproduce_the_maturity(years, nodes):
    weight = hats(np.array(years), nodes)
    assert np.all(weight >= 0) and weight.sum(axis=1) == pytest.approx(1.0)
    assert np.all((weight > 0).sum(axis=1) <= 2)
    assert weight @ np.array(nodes) == pytest.approx(np.clip(years, nodes[0], nodes[-1]))


@pytest.fixture(scope="module")
def given_stage():
    return stage(small())


@pytest.fixture(scope="module")
def opened():
    """A market on its first morning, after it opened, and its view."""
    market = small_market()
    for act in market.moments():
        if act == "announce":
            break
    return market, market.view()


def test_every_security_has_weights_on_nodes_of_its_own_class(given_stage):
    s = given_stage.premises.securities
    weight = node_weights(s, np.maximum(s.maturity_day - given_stage.premises.start_date, 0) / 365.25)
    assert weight.shape == (len(s), NODES) and weight.sum(axis=1) == pytest.approx(1.0)
    ends = np.cumsum([0, len(COUPON_NODES), len(BILL_NODES), len(TIPS_NODES), 1])
    for place, kinds in enumerate(((Kind.NOTE, Kind.BOND), (Kind.BILL,), (Kind.TIPS,), (Kind.FRN,))):
        inside = weight[s.of(*kinds)][:, ends[place] : ends[place + 1]]
        assert inside.sum(axis=1) == pytest.approx(1.0)


def test_the_policy_rate_moves_a_bill_by_all_of_it_and_a_bond_by_its_average():
    x = 5.0 / POLICY_REVERSION_YEARS
    assert policy_average(np.array([5.0]))[0] == pytest.approx((1 - np.exp(-x)) / x)
    assert policy_average(np.array([0.0]))[0] == pytest.approx(1.0, abs=1e-5)
    assert np.all(np.diff(policy_average(np.array([0.1, 1, 2, 5, 10, 30]))) < 0)


SEED = np.random.default_rng(4)
COUNT = 60
YEARS = np.geomspace(0.3, 29.0, COUNT)
WEIGHTS = np.pad(hats(YEARS, COUPON_NODES), ((0, 0), (0, NODES - len(COUPON_NODES))))
MASS = SEED.uniform(1.0, 5.0, COUNT)


def test_smoothing_is_linear():
    one, two = SEED.normal(size=(COUNT, 2)), SEED.normal(size=(COUNT, 2))
    mixed = smooth_by_node(one + 3.0 * two, WEIGHTS, MASS)
    for got, a, b in zip(mixed, smooth_by_node(one, WEIGHTS, MASS), smooth_by_node(two, WEIGHTS, MASS), strict=True):
        assert got == pytest.approx(a + 3.0 * b)


def test_a_parallel_move_is_all_level_and_a_local_one_is_stretched():
    parallel, stretched = smooth_by_node(np.ones((COUNT, 1)), WEIGHTS, MASS)
    assert parallel == pytest.approx(1.0) and stretched == pytest.approx(1.0)
    at = COUPON_NODES.index(8.5)
    local, wide = smooth_by_node(WEIGHTS[:, at : at + 1], WEIGHTS, MASS)
    middle = int(np.argmin(np.abs(YEARS - 8.5)))
    assert wide[middle, 0] > local[middle, 0] > 0
    assert wide[middle, 0] <= (1 + 2 * SUBSTITUTION) * local[middle, 0]
    assert wide[int(np.argmin(np.abs(YEARS - 2.5))), 0] < local[int(np.argmin(np.abs(YEARS - 2.5))), 0] + 1e-9


def test_news_loads_on_level_slope_and_curvature():
    load = loadings(np.array([1e-9, 2.5, 1e6]))
    assert load[:, 0].tolist() == [1.0, 1.0, 1.0]
    assert load[0, 1] == pytest.approx(1.0) and load[2, 1] == pytest.approx(0.0, abs=1e-5)
    assert load[[0, 2], 2] == pytest.approx(0.0, abs=1e-5) and load[1, 2] > 0.2


def test_the_size_of_news_is_that_of_published_changes(given_stage):
    covariance = news_covariance(given_stage.premises.start_date, 0.97)
    assert np.allclose(covariance, covariance.T) and np.all(np.linalg.eigvalsh(covariance) > 0)
    ten_years = loadings(np.array([10.0]))[0]
    assert 5.0 < np.sqrt(ten_years @ covariance @ ten_years) < 7.0


# ---- the prior -------------------------------------------------------------------------------------
def test_the_prior_of_the_first_day_is_the_published_yield(opened):
    market, view = opened
    published = market.premises.price_e8 / POINT_E8
    yields = bond_arithmetic.yields(market.securities, np.where(published > 0, published, np.nan), market.settle_date)
    known = (published > 0) & (view.years >= 0.25)
    assert known.sum() > 350
    assert market.outlook.prior_bp(view)[known] == pytest.approx(yields[known], abs=1e-6)


def test_the_prior_moves_with_expected_policy_and_with_age(opened):
    market, view = opened
    base = market.outlook.prior_bp(view)
    lower = market.outlook.prior_bp(_with(view, rates=SimpleNamespace(expected=view.rates.expected - 50.0)))
    fixed = ~market.securities.of(Kind.FRN)
    assert (lower - base)[fixed] == pytest.approx(-50.0 * policy_average(np.maximum(view.years, 1 / 365))[fixed])
    newest = view.on_the_run & market.securities.of(Kind.NOTE) & (market.securities.term_months == 120)
    aged = market.outlook.prior_bp(_with(view, rank=np.where(newest, 1, view.rank)))
    table = market.outlook._pattern.rank_premium_bp
    assert (aged - base)[newest] == pytest.approx(table[1] - table[0])


def test_the_rough_part_is_what_neighbours_do_not_share_of_old_notes_and_short_bonds(opened):
    market, view = opened
    s, pattern = market.securities, market.outlook._pattern
    rough, seasoned = pattern.rough_bp, (pattern.rank < 0) | (pattern.rank > 2)
    known = view.tradable & (np.abs(view.years - 10) > 0.1)
    short = s.of(Kind.NOTE) | (s.of(Kind.BOND) & (view.years < 10))
    assert np.array_equal(market.outlook.renewed[known], short[known])
    assert not rough[~short | ~seasoned].any() and (rough != 0)[short & seasoned & (view.years > 0.2)].mean() > 0.95
    middle = (rough != 0) & (view.years > 1)
    low, high = np.percentile(rough[middle], [25, 75])
    assert 0.7 < (high - low) / 1.349 < 1.2  # 0.83 on other knots: tests/test_issue_tastes.py
    assert rough.sum() == pytest.approx(0.0, abs=1e-6)  # what neighbours share stays


def _with(view, **values):
    """Return a stand-in for a view with some fields changed."""
    names = ("years", "securities", "rates", "rank", "date", "day")
    return SimpleNamespace(**{name: values.get(name, getattr(view, name)) for name in names})


def test_without_a_deviation_there_is_none_and_a_common_one_is_level(opened):
    market, view = opened
    prior = market.outlook.prior_bp(view)
    market.composite_bp = prior.copy()
    market.outlook._deviation = None
    none = market.outlook.deviation(market.view())
    assert np.abs(none.level).max() < 1e-9 and np.abs(none.residual).max() < 1e-9
    market.composite_bp = prior + 2.0
    market.outlook._deviation = None
    away = market.outlook.deviation(market.view())
    coupons = market.securities.of(Kind.NOTE, Kind.BOND, Kind.TIPS)
    whole = market.tradable & coupons & (market.years > 4.0)  # the last months of a security fade out
    assert away.level[whole] == pytest.approx(2.0, abs=0.05) and np.abs(away.residual[whole]).max() < 0.05


# ---- accustomed shares -----------------------------------------------------------------------------
def test_accustomed_shares_are_the_holdings_of_the_start_and_sum_to_one(given_stage):
    shares = accustomed_shares(given_stage, 1.0)
    private = given_stage.face[FIRST_NON_OFFICIAL:].sum(axis=0)
    assert shares.sum(axis=0) == pytest.approx(1.0, abs=1e-9)
    assert np.all(shares >= 0) and not shares[:FIRST_NON_OFFICIAL].any()
    held = private > 0
    assert (shares * np.maximum(private, 1))[:, held] == pytest.approx(
        np.where(np.arange(len(shares))[:, None] >= FIRST_NON_OFFICIAL, given_stage.face, 0)[:, held], abs=1e-3
    )
    coupons = np.flatnonzero(~given_stage.premises.securities.of(Kind.BILL, Kind.FRN) & ~held)
    assert len(coupons) and not shares[np.ix_(given_stage.state.rows("money_fund"), coupons)].any()


# ---- the starting state ----------------------------------------------------------------------------
def test_owners_sum_to_what_is_outstanding_on_the_first_morning(opened):
    market, _ = opened
    held = np.delete(market.ledger.balance[:, N_MONEY:], 1, axis=0).sum(axis=0)
    assert np.array_equal(held, market.premises.outstanding) and np.array_equal(market.outstanding, held)


def test_prices_are_first_struck_where_they_are_published(opened):
    market, _ = opened
    priced = (market.premises.price_e8 > 0) & ~market.securities.of(Kind.FRN)
    assert market.reference_price[priced] == pytest.approx(market.premises.price_e8[priced] / POINT_E8, abs=1e-5)
