"""Every behaviour that is off by default, on at once: each acts, and every identity of every day holds."""

from datetime import date

import numpy as np
import pytest
from small_market import BOOKS, small, small_market

from agents.buyers.asset_manager import AssetManager
from agents.buyers.foreign_official import ForeignOfficial
from agents.buyers.investor import Investor
from agents.dealers.primary_dealer import PrimaryDealer
from agents.hedge_funds.basis_fund import BasisFund
from agents.hedge_funds.swap_fund import SwapFund
from experiments.check import check
from experiments.run import run
from experiments.scenario import load
from experiments.store import read
from market.units import day_number

MONTH_END = date(2024, 5, 31)
NOW = day_number(MONTH_END)
DAYS = 5  # two of burn-in, and up to the end of the month


@pytest.fixture(scope="module")
def market():
    """Return a small market of the scenario on the evening of a month-end, which checked every identity each day."""
    return small_market("all-behaviours", days=DAYS, rounds=6, keep=("requests",))


def members(market, kind):
    return [agent for agent in market.agents if isinstance(agent, kind)]


def bought_for_the_index(market):
    """Return how many requests asset managers made without a limit, near the close, for what is new in the index."""
    requests = market.record.to_pandas("requests")
    new = [c for c, day in zip(market.securities.cusip, market.securities.first_issue_day, strict=True) if day == NOW]
    late = (requests["date"].dt.date == MONTH_END) & (requests["round"] >= market.rounds - 2)
    names = {agent.name for agent in members(market, AssetManager)}
    asks = requests["cusip"].astype(str).isin(new) & requests["client"].astype(str).isin(names)
    return int((late & asks & (requests["face"] > 0) & requests["limit"].isna()).sum())


def test_futures_are_traded_and_held_by_funds_that_swap_funds_stand_beside(market):
    assert market.date == NOW and market.checks > 0
    futures = market.futures
    assert futures.volume.sum() > 0 and not futures.position.sum(axis=0).any()
    basis, swaps = members(market, BasisFund), members(market, SwapFund)
    assert all(futures.position[fund.row].min() < 0 for fund in basis)
    assert swaps and all(fund.position.sum() > 0 and not futures.position[fund.row].any() for fund in swaps)
    for book in BOOKS:
        assert not getattr(market.ledger, book).sum(axis=0).any()


def test_managers_buy_at_the_close_of_the_month_what_enters_their_index(market):
    without = small_market("all-behaviours", days=DAYS, rounds=6, keep=("requests",), buyers__index_share=0.0)
    assert bought_for_the_index(market) > bought_for_the_index(without)


def test_views_differ_some_may_run_and_officials_may_pledge_to_the_fed(market):
    views = [float(dealer.belief[0]) for dealer in members(market, PrimaryDealer)]
    assert len(set(views)) == len(views) and 5 < np.std(views) < 60
    afraid = [agent for agent in members(market, Investor) if getattr(agent, "runs", False)]
    assert afraid and all(float(agent.fear) == load("all-behaviours").buyers.fear for agent in afraid)
    assert all(np.isfinite(agent.seen_level).any() for agent in afraid)
    wandering = [agent for agent in members(market, Investor) if not isinstance(agent, BasisFund | SwapFund)]
    assert len(wandering) > 50 and all(agent.taste.any() for agent in wandering)
    assert all(float(agent.fima) == 1.0 for agent in members(market, ForeignOfficial))


def test_a_run_of_it_holds_by_its_tables_alone(tmp_path):
    folder = tmp_path / "run"
    run(small("all-behaviours"), 1, 4, folder)
    assert [finding for finding in check(folder) if not finding.passed] == []
    daily = read(folder, "daily")
    assert (daily["open_interest"] > 0).all() and (daily["leveraged_musd"] > 0).all()
