"""Hedged purchases: the Fed buys bonds, is short of futures by their duration, pays and receives in reserves."""

import numpy as np
import pytest
from small_market import live, small, small_market

from agents.officials.hedged_desk import HedgedDesk, hedge_contracts
from experiments.errors import ScenarioError
from experiments.scenario import overlaid
from market.accounts.instruments import FED, Money
from market.futures.exchange import MEMO_FUTURES

BURN_IN = 2
PROGRAMME = {"since": "2024-05-29", "until": "2024-05-31", "per_day_musd": 4_000, "bucket_years": (4.0, 10.0)}


@pytest.fixture(scope="module")
def hedged():
    """A market on the third evening of a hedged programme, the postings of the Fed's futures on that day, and the face
    that its desk bought until the evening before."""
    market = small_market(
        days=BURN_IN + 2, futures__enabled=True, policy__purchases=[PROGRAMME], policy__hedged_purchases=True
    )
    before = market.agents_by_type[HedgedDesk][0].bought.copy()
    live(market, 1)
    return market, market.flows.by_memo[MEMO_FUTURES], before


def test_the_fed_is_short_by_the_duration_that_it_bought_but_for_what_it_bought_today(hedged):
    """By contract: what lacks in the evening is a part of the day's purchase, and half a contract of rounding."""
    market, _, before = hedged
    desk, view, board = market.agents_by_type[HedgedDesk][0], market.view(), market.futures.board
    wanted, today = (hedge_contracts(face, view, board) for face in (desk.bought, desk.bought - before))
    held = market.futures.position[FED]
    assert desk.bought.sum() > before.sum() > 0 and (wanted <= 0).all() and today.min() < -1_000
    assert (held <= 0).all() and (np.abs(held - wanted) <= np.abs(today) + 0.5).all()


def test_what_the_fed_receives_takes_reserves_out_and_it_posts_no_margin(hedged):
    market, moved, _ = hedged
    assert market.ledger.balance[FED, Money.MARGIN] == 0
    received = int(market.futures.variation[FED])
    assert received != 0 and int(moved[Money.RESERVES]) == -received


def test_a_desk_that_bought_nothing_and_one_that_does_not_hedge_trade_no_futures():
    values = {"futures__enabled": True, "policy__purchases": [PROGRAMME]}
    plain = small_market(days=BURN_IN + 1, **values)
    assert HedgedDesk not in plain.agents_by_type and not plain.futures.position[FED].any()
    fresh = small_market(days=BURN_IN, policy__hedged_purchases=True, **values)
    assert not fresh.futures.position[FED].any() and not np.any(fresh.agents_by_type[HedgedDesk][0].bought)


def test_hedging_without_futures_is_refused():
    with pytest.raises(ScenarioError, match=r"expected futures\.enabled = true"):
        overlaid(small(), {"policy": {"hedged_purchases": True}}, "mine.toml")
