"""Funds that hold securities against a derivative, at the start: part of hedge funds' books becomes theirs.

A share of each hedge fund's notes and bonds, with the accustomed shares that go with them, passes to funds of their
own, who pay for all but their equity; they find the money in the repo of the first evening, as the hedge funds then
need less. So every published sum stays what it was: such funds are part of the hedge funds of Z.1 and TIC.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.hedge_funds.hedge_fund import HedgeFund
from experiments.start.endowment import Side, pass_on
from experiments.start.fitting import split_columns
from experiments.start.holders import group
from market.auctions.apportion import apportion
from market.bonds.securities import Kind
from market.units import CENTS_PER_MUSD, Int, cash_cents

BUFFER = 0.01  # of the value of their securities, kept in cash: a guess


def take_over(market: Any, kind: type, names: Sequence[str], share: float, equity: float) -> list[Any]:
    """Let funds of a kind join and take a share of hedge funds' notes and bonds; none where there are none."""
    hedge = [agent for agent in market.agents if type(agent) is HedgeFund]
    if not names or not hedge or not share:
        return []
    sizes = np.array([holder.size for holder in group("hedge_fund", None, list(names))])
    funds = [kind(market, name) for name in names]
    coupons = market.securities.of(Kind.NOTE, Kind.BOND)
    given = np.array([np.where(coupons, np.floor(agent.position * share), 0) for agent in hedge], np.int64)
    taken = split_columns(given.sum(axis=0), sizes)
    givers, takers = ([agent.row for agent in agents] for agents in (hedge, funds))
    owed = np.rint(_value_cents(market, taken).sum(axis=1) * (1.0 - equity)).astype(np.int64)
    due = apportion(int(owed.sum()), _value_cents(market, given).sum(axis=1))
    memo = f"{kind.sector} begin"  # type: ignore[attr-defined]
    pass_on(market.ledger, memo, Side(givers, given, due), Side(takers, taken, owed))
    kept = np.where(coupons, 1.0 - share, 1.0)
    accustomed = sum(agent.benchmark * (1.0 - kept) for agent in hedge)
    for agent in hedge:
        market.outlook.activity = market.outlook.activity - agent.benchmark * (1.0 - kept) * float(agent.activity)
        agent.benchmark = agent.benchmark * kept
    for fund, size, face in zip(funds, sizes, taken, strict=True):
        fund.benchmark = accustomed * size
        fund.cash_buffer = BUFFER * float(_value_cents(market, face).sum()) / CENTS_PER_MUSD
    return funds


def _value_cents(market: Any, face: Int) -> Int:
    return cash_cents(face, market.premises.price_e8)
