"""Mechanisms as paired experiments in small markets: what moves liquidity does so in the direction of its rule.

Worlds of a seed share burn-in and draws and differ in one cause from then on. What is asked, is asked of the interval
of 90 % over seeds. The smallest effects of interest (``SMALLEST``) were written down and committed before the first
run. A sign is asked of mechanisms only, never of a policy. Run by ``pytest -m slow``.
"""

import pickle
from functools import cache

import numpy as np
import pytest
from scipy.stats import t
from small_market import digest, live, small_market

from agents.dealers.primary_dealer import PrimaryDealer
from agents.hedge_funds.hedge_fund import HedgeFund
from experiments.run import start_clock
from market.news import Newswire
from market.tables import measures

pytestmark = pytest.mark.slow
SEEDS, BURN_IN, DAYS = (1, 2, 3), 3, 5
SMALLEST = {"spread_off_bp": 0.02, "spread_on_bp": 0.02, "refused": 0.01, "noise_bp": 0.02, "response_bp": 0.05}
WATCHED = {
    "spread_off_bp": measures.spread_off_bp,
    "spread_on_bp": measures.spread_on_bp,
    "refused": lambda market: measures.rfq_refused(market) / max(measures.rfq_requests(market), 1),
    "noise_bp": measures.noise_bp,
}


@cache
def packed(seed, dealers=6, rounds=6):
    """Return a market at the end of its burn-in, in bytes."""
    market = small_market("steady", seed, rounds=rounds, burn_in=BURN_IN, population__primary_dealer__count=dealers)
    return pickle.dumps(live(market, BURN_IN))


def twin(seed, dealers=6, rounds=6):
    """Return a market at the end of its burn-in, its clock started, so that a cause can be changed."""
    market = pickle.loads(packed(seed, dealers, rounds))
    start_clock(market)
    return market


def days_of(market):
    """Return the means over some days of what is watched."""
    rows = []
    for _ in range(DAYS):
        market.step()
        rows.append([watch(market) for watch in WATCHED.values()])
    return dict(zip(WATCHED, np.nanmean(rows, axis=0), strict=True))


@cache
def base(seed, rounds=6):
    """Return what is watched where nothing is changed, and the market's digest then."""
    market = twin(seed, rounds=rounds)
    return days_of(market), digest(market)


def of(market, kind):
    """Return the members of a kind."""
    return [agent for agent in market.agents if isinstance(agent, kind)]


def multiply(agents, **factors):
    """Multiply traits."""
    for agent in agents:
        for name, factor in factors.items():
            setattr(agent, name, float(getattr(agent, name)) * factor)


def effects(change, dealers=6, seeds=SEEDS, rounds=6):
    """Return by what is watched the interval of 90 % over seeds of what a change does; in no seed is it nothing."""
    print(", ".join(WATCHED))
    rows = []
    for seed in seeds:
        market = twin(seed, dealers, rounds)
        change(market)
        found, (usual, before) = days_of(market), base(seed, rounds)
        assert digest(market) != before
        rows.append([found[name] - usual[name] for name in WATCHED])
    return dict(zip(WATCHED, intervals(np.array(rows)), strict=True))


def intervals(rows):
    """Return (low, high) of the mean by column, by Student's t, and print them."""
    mean, error = rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows))
    half = t.ppf(0.95, len(rows) - 1) * error
    found = [(float(low), float(high)) for low, high in zip(mean - half, mean + half, strict=True)]
    print([f"{low:.4f} to {high:.4f}" for low, high in found])
    return found


def test_tighter_limits_refuse_more_and_widen_spreads_off_the_run():
    found = effects(lambda market: multiply(of(market, PrimaryDealer), gross_limit=0.6, var_limit=0.6))
    for name in ("refused", "spread_off_bp"):
        assert found[name][0] > SMALLEST[name]


def test_more_volatility_of_which_dealers_know_widens_spreads_off_the_run():
    """Of days of 20 rounds, as scenarios have: with six, dealers' inventories drift apart within one, the best answer
    beats the middle the more the more prices move, and the effect of ten seeds was -0.03 to 0.17 bp. On the run the
    same was expected and not found (-0.01 bp, three seeds): spreads there are the books' ticks."""

    def agitate(market):
        multiply(of(market, PrimaryDealer), volatility=2.0)
        market.newswire = Newswire(market.streams, market.premises.covariance_bp, scale=2.0)

    assert effects(agitate, rounds=20)["spread_off_bp"][0] > SMALLEST["spread_off_bp"]


def test_fewer_dealers_of_equal_capital_do_not_narrow_spreads():
    """Burn-ins differ too, so that seeds differ more: of three, the interval was -0.11 to 0.59 bp."""
    found = effects(lambda market: None, dealers=3, seeds=range(1, 11))
    for name in ("spread_off_bp", "spread_on_bp"):
        assert found[name][0] > -SMALLEST[name]


def test_less_arbitrage_capital_does_not_make_the_curve_smoother():
    found = effects(lambda market: multiply(of(market, HedgeFund), level_appetite=0.0, residual_appetite=0.0))
    assert found["noise_bp"][0] > -SMALLEST["noise_bp"]


def test_older_issues_trade_at_wider_spreads():
    gaps = [base(seed)[0]["spread_off_bp"] - base(seed)[0]["spread_on_bp"] for seed in SEEDS]
    assert min(gaps) > SMALLEST["spread_off_bp"]


def response_bp(seed, capital):
    """Return by how much more old 10-year notes yield where foreign holders sell a tenth, at so much dealer capital."""
    closes = []
    for sells in (False, True):
        market = twin(seed)
        multiply(of(market, PrimaryDealer), gross_limit=capital, var_limit=capital, risk_aversion=1.0 / capital)
        old = market.tradable & (market.securities.term_months == 120)
        for agent in market.agents if sells else ():
            if agent.sector in ("foreign official", "foreign private"):
                agent.forced = agent.forced - np.where(old, np.maximum(agent.position, 0) // 10, 0)
        market.step()
        market.step()
        closes.append(market.composite_bp[old & (market.years > 5)])
    return float(np.mean(closes[1] - closes[0]))


def test_half_as_much_dealer_capital_again_does_not_raise_the_response_to_a_forced_sale():
    responses = np.array([[response_bp(seed, capital) for capital in (1.0, 1.5)] for seed in SEEDS])
    assert (responses[:, 0] != responses[:, 1]).all() and (responses > 0).all()
    print("mean response, bp:", responses.mean(axis=0).round(2), "; with half as much again less without, bp:")
    ((_, most),) = intervals(np.diff(responses, axis=1))
    assert most < SMALLEST["response_bp"]
