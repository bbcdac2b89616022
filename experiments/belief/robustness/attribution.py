"""What moves yields: the variance of daily changes split into exogenous news, order flow and dealers' state.

Each cause is switched off, alone and with others, in worlds that share seed, burn-in and all other draws: 2^3 worlds a
seed. Off means, from the first day of the clock on:

    news        no news arrives
    order flow  no customer trades for liquidity, nobody trades on private news in the books, no client's flow moves a
                bid at auction, no sale or flow is forced
    dealers     what a dealer holds moves neither its streams nor its answers; it still lays off, hedges and refuses

With v(A) the variance of changes where the causes A act, a cause's part is its Shapley value,

    phi(i) = sum over A without i of |A|! (2 - |A|)! / 3! x (v(A + i) - v(A)),

so that the three parts and v(none) add to v(all): what is left with all three off is the calendar (supply, the policy
rate, roll-down, rebalancing) and bidders' errors. Causes act on one another: order flow moves yields mostly because
dealers price what they come to hold, and Shapley halves what two make together. ``alone`` and ``last`` are the ends
between which the part lies halfway: v(i) - v(none), and v(all) - v(all but i). A part may be negative.

Changes are of the issue that was on the run at the close before, so a new issue is no change; the first day, which ends
the burn-in, is left out. Source: Shapley (1953), A value for n-person games; Shorrocks (2013), Decomposition procedures
for distributional analysis.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from agents.buyers.activity import ON_THE_RUN_BN
from agents.buyers.investor import Investor
from agents.dealers.primary_dealer import PrimaryDealer
from agents.hedge_funds.hedge_fund import HedgeFund
from experiments.build import befall
from experiments.results.inference import Floats, standard_error
from experiments.run import live
from experiments.sections.world import Scenario
from experiments.sweeps.branching import branch, forget, lived_burn_in
from market.model import TreasuryMarket
from market.news import DatedNews
from market.tables.measures import coupons
from market.tables.record import Record

NEWS, FLOW, DEALERS, REST = "news", "order flow", "dealers", "calendar"
CAUSES = (NEWS, FLOW, DEALERS)
TENORS = tuple(sorted(ON_THE_RUN_BN))  # months
Acting = frozenset[str]
WORLDS: tuple[Acting, ...] = tuple(frozenset(chosen) for n in range(4) for chosen in combinations(CAUSES, n))
OnWorld = Callable[[int, int], None]
UNITS = {
    "tenor": "of the on-the-run issue",
    "cause": "what is switched off",
    "part": "bp squared: its part of the variance of daily changes, the mean over seeds",
    "share": "of the whole variance",
    "error": "standard error of the share over seeds, which is a ratio of means (delta method)",
    "alone": "share if it alone acts, less the calendar's",
    "last": "share that goes if it alone is switched off",
}


def attribute(
    scenario: Scenario, days: int, seeds: Sequence[int], on_world: OnWorld = lambda done, of: None
) -> pd.DataFrame:
    """Return the table of parts by tenor and cause (columns: ``UNITS``), of ``days`` daily changes a seed."""
    by_seed = []
    for place, seed in enumerate(seeds):
        packed, variance = ready(scenario, seed), {}
        for number, acting in enumerate(WORLDS, 1):
            variance[acting] = np.var(_changes(packed, scenario, acting, days), axis=0, ddof=1)
            on_world(place * len(WORLDS) + number, len(seeds) * len(WORLDS))
        by_seed.append(variance)
    return _table(by_seed)


def ready(scenario: Scenario, seed: int) -> bytes:
    """Return the market of a scenario at the end of its burn-in, packed."""
    market = branch(lived_burn_in(scenario, seed), scenario, Record())
    try:
        return pickle.dumps(market, pickle.HIGHEST_PROTOCOL)
    finally:
        forget(market)


def switch_off(market: TreasuryMarket, scenario: Scenario, acting: Acting) -> None:
    """Switch off, in the market of a scenario before its clock starts, the causes that do not act."""
    if NEWS not in acting:
        market.live_on(replace(market.premises, news_scale=0.0, dated_news=DatedNews()))
    if FLOW not in acting:
        befall(market, scenario.model_copy(update={"shocks": (), "flows": ()}))
    for agent in market.agents:
        if isinstance(agent, Investor) and FLOW not in acting:
            agent.activity, agent.flow_bids, agent.lumpiness, agent.taste_wander = 0.0, 0.0, 0.0, 0.0
        if isinstance(agent, HedgeFund) and FLOW not in acting:
            agent.aggression = 0.0
        if isinstance(agent, PrimaryDealer):
            agent.order_spread = agent.order_spread if FLOW in acting else 0.0
            agent.skew_shown = agent.skew_shown if DEALERS in acting else 0.0


def shapley(value: Mapping[Acting, Floats]) -> dict[str, Floats]:
    """Return the Shapley value of each cause from the value of every set of them."""
    n = len(CAUSES)
    parts = {}
    for cause in CAUSES:
        without = [acting for acting in WORLDS if cause not in acting]
        weights = [factorial(len(acting)) * factorial(n - 1 - len(acting)) / factorial(n) for acting in without]
        added = [value[acting | {cause}] - value[acting] for acting in without]
        parts[cause] = np.sum([weight * more for weight, more in zip(weights, added, strict=True)], axis=0)
    return parts


def _changes(packed: bytes, scenario: Scenario, acting: Acting, days: int) -> Floats:
    """Return daily changes (days, tenors) of the issues on the run at the close before, in bp."""
    market: TreasuryMarket = pickle.loads(packed)  # made by this process
    try:
        switch_off(market, scenario, acting)
        live(market, 1)
        rows = []
        for _ in range(days):
            places, before = _on_the_run(market), market.composite_bp.copy()
            live(market, 1)
            rows.append(market.composite_bp[places] - before[places])
        return np.array(rows)
    finally:
        forget(market)


def _on_the_run(market: TreasuryMarket) -> list[int]:
    """Return the security on the run in each tenor."""
    mine, months = coupons(market) & market.on_the_run, market.securities.term_months
    return [int(np.flatnonzero(mine & (months == tenor))[0]) for tenor in TENORS]


def error_of_ratio(part: Floats, whole: Floats) -> float:
    """Return the standard error of mean part over mean whole, from pairs (n,): that of part - ratio x whole over it."""
    size = float(np.mean(whole))
    return standard_error(part - np.mean(part) / size * whole) / abs(size)


def _table(by_seed: Sequence[Mapping[Acting, Floats]]) -> pd.DataFrame:
    none, every = WORLDS[0], WORLDS[-1]
    whole = np.array([variance[every] for variance in by_seed])  # (seeds, tenors)
    parts = [{**shapley(variance), REST: variance[none]} for variance in by_seed]
    rows = []
    for cause in (*CAUSES, REST):
        part = np.array([by_cause[cause] for by_cause in parts])
        alone, last = part, part
        if cause != REST:
            alone = np.array([v[frozenset({cause})] - v[none] for v in by_seed])
            last = np.array([v[every] - v[every - {cause}] for v in by_seed])
        for place, tenor in enumerate(TENORS):
            size = whole[:, place].mean()
            rows.append(
                {"tenor": f"{tenor // 12}y", "cause": cause, "part": part[:, place].mean()}
                | {"share": part[:, place].mean() / size, "error": error_of_ratio(part[:, place], whole[:, place])}
                | {"alone": alone[:, place].mean() / size, "last": last[:, place].mean() / size}
            )
    frame = pd.DataFrame(rows)
    return frame.sort_values("tenor", key=lambda names: names.str[:-1].astype(int), kind="stable", ignore_index=True)
