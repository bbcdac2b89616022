"""Who is long and short of futures at the start: the CFTC's classes of traders, shared among institutions.

Net positions of the last report on or before the starting day (CFTC, Traders in Financial Futures, futures only):

    dealers            primary dealers, by capital
    asset managers     bond funds, insurers and pension funds, by the face that they hold
    leveraged funds    basis funds, what goes with their securities; other hedge funds, by the face that they hold
    all others         the public, which never trades them

They sum to zero but for what the report rounds, which the public takes. The contracts that dealers and hedge funds have
are what they keep: they hedge positions that are not followed one by one. Long and short of one account are netted.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from agents.buyers.asset_manager import AssetManager
from agents.dealers.primary_dealer import PrimaryDealer
from agents.hedge_funds.hedge_fund import HedgeFund
from agents.officials.clearing_house import ClearingHouse
from experiments.errors import UserError
from experiments.inputs.published import table
from experiments.sections.futures import Futures
from experiments.start.basis_funds import open_basis_funds, starting_contracts
from market.accounts.instruments import PUBLIC
from market.auctions.apportion import apportion
from market.futures.contracts import CONTRACTS
from market.futures.cycle import N_CONTRACTS, NAMES
from market.futures.exchange import FuturesMarket, FuturesRules
from market.news import loadings
from market.units import Float, Int, day_number, to_date

REPORT = "cftc_tff_treasury_futures_weekly_2022-2024"
CODES = {"TU": "TU", "FV": "FV", "TY": "TY", "TN": "UXY", "US": "US", "UB": "WN"}


class Classes(NamedTuple):
    """Net contracts of the CFTC's classes (C,); ``others`` makes them sum to zero."""

    dealers: Int
    managers: Int
    leveraged: Int
    others: Int


def published_classes(day: int) -> Classes:
    """Return the net positions of the last report on or before a day; UserError if there is none."""
    report = table(REPORT)
    known = report[report["date"] <= day]
    if known.empty:
        raise UserError(f"futures: no report of positions on or before {to_date(day)}, expected one in {REPORT}")
    last = known[known["date"] == known["date"].max()].set_index("contract").loc[[CODES[name] for name in NAMES]]
    kinds = ("dealer", "asset_mgr", "lev_money")
    dealers, managers, leveraged = ((last[f"{kind}_long"] - last[f"{kind}_short"]).to_numpy(np.int64) for kind in kinds)
    return Classes(dealers, managers, leveraged, -(dealers + managers + leveraged))


def open_futures(market: Any, section: Futures) -> None:
    """Let the clearing house join, and hand out the starting positions; nothing where futures are off."""
    if not section.enabled:
        return
    house = ClearingHouse(market, "Clearing House")
    funds = open_basis_funds(market, section)
    classes = published_classes(market.date)
    position = np.zeros((len(market.ledger), N_CONTRACTS), np.int64)
    position[PUBLIC] = classes.others
    leveraged = classes.leveraged
    if funds:
        short = starting_contracts(market, funds)
        position[[fund.row for fund in funds]] = short
        leveraged = leveraged - short.sum(axis=0)
    groups: tuple[tuple[type, Int, Callable[[Any], float]], ...] = (
        (PrimaryDealer, classes.dealers, lambda agent: float(agent.capital_share)),
        (AssetManager, classes.managers, _held),
        (HedgeFund, leveraged, _held),
    )
    for kind, net, weight in groups:
        agents: list[Any] = [agent for agent in market.agents if isinstance(agent, kind) and agent not in funds]
        rows = [agent.row for agent in agents]
        position[rows] = _split(net, np.array([weight(agent) for agent in agents]))
    for agent in market.agents:
        if isinstance(agent, AssetManager):
            agent.usual_contracts = position[agent.row].astype(np.float64)
            agent.usual_spread = np.full(N_CONTRACTS, section.start_spread_bp)
    steps = tuple((day_number(step.since), step.scale) for step in section.margin_steps)
    rules = FuturesRules(section.start_spread_bp, section.margin_deviations, steps)
    market.futures = FuturesMarket(house.row, rules, position, usual_variance(market.premises.covariance_bp))


def _held(agent: Any) -> float:
    return float(np.maximum(agent.position, 0).sum())


def _split(net: Int, weights: Float) -> Int:
    """Return contracts (members, C) by weight, exactly."""
    parts = [np.sign(total) * apportion(abs(int(total)), weights) for total in net]
    return np.stack(parts, axis=1)


def usual_variance(covariance_bp: Float) -> Float:
    """Return the variance of daily returns (C,) that news of the usual size makes, at the middle of each grade.

    Duration is taken as nine tenths of the shortest deliverable maturity up to 10 years, a third of what is beyond.
    """
    years = np.array([contract.least / 12.0 for contract in CONTRACTS.values()])
    duration = np.where(years < 10.0, 0.9 * years, 9.0 + (years - 10.0) / 3.0)
    load = loadings(years)
    return np.asarray(np.einsum("ck,kl,cl->c", load, covariance_bp, load) * (duration * 1e-4) ** 2)
