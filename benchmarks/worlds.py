"""Markets of any size for benchmarks: so many rounds, dealers, institutions, securities, all else as in the baseline.

More securities than were outstanding come from splitting: each issue that is not among the newest of its term becomes
several of equal face, coupon and maturity, with every owner's part of it, so that no sum of the starting state moves.
Twins trade, are quoted, bid for and settled like any other issue. Institutions of all kinds but dealers and trading
firms are multiplied by one factor; foreign ones stay one for each country.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from experiments.build import populate, stage
from experiments.population import CountedKind
from experiments.run import start_clock
from experiments.scenario import load
from experiments.sections.world import Scenario
from experiments.start.state import StartingState
from market.bonds.securities import Securities
from market.model import TreasuryMarket
from market.tables.record import Record

DEALERS, TRADERS = "primary_dealer", "principal_trader"
TO_COME = 136  # securities that the baseline's calendar adds
YOUNG_RANKS = 3  # so many newest of a term stay whole
COLUMNS = ("kind", "term_months", "coupon_e3", "first_issue_day", "maturity_day", "index_base_e5")


def world_of(rounds: int = 20, dealers: int = 24, factor: float = 1.0, burn_in: int = 1) -> Scenario:
    """Return the baseline with so many rounds and dealers, and so many times the usual number of other institutions."""
    world, counts = load("baseline"), {}
    for name, kind in world.population:
        if isinstance(kind, CountedKind):
            scaled = kind.count if name == TRADERS else max(round(kind.count * factor), 1)
            counts[name] = CountedKind(count=dealers if name == DEALERS else scaled, traits=kind.traits)
    run = type(world.run).model_validate({**world.run.model_dump(), "rounds": rounds, "burn_in_days": burn_in})
    return world.model_copy(update={"run": run, "population": world.population.model_copy(update=counts)})


def market_of(
    rounds: int = 20,
    dealers: int = 24,
    factor: float = 1.0,
    securities: int = 0,
    burn_in: int = 1,
    record: Record | None = None,
) -> TreasuryMarket:
    """Return a market of a size after its burn-in, its clock started; 0 securities: those that there are."""
    world = world_of(rounds, dealers, factor, burn_in)
    given = stage(world, reshape=partial(split_issues, wanted=securities - TO_COME) if securities else None)
    market = TreasuryMarket(given.premises, 1, record)
    populate(market, world, given)
    for _ in range(burn_in):
        market.step()
    start_clock(market)
    return market


def split_issues(state: StartingState, wanted: int) -> StartingState:
    """Return a state of ``wanted`` securities whose older issues are split into parts as equal as can be."""
    parts = parts_of(state.otr_rank, wanted)
    old, number = np.repeat(np.arange(len(parts)), parts), np.concatenate([np.arange(n) for n in parts])
    s = state.securities
    cusip = [s.cusip[place] + (f"/{part}" if part else "") for place, part in zip(old, number, strict=True)]
    order = np.lexsort((cusip, s.maturity_day[old]))
    old, number, cusip = old[order], number[order], tuple(cusip[i] for i in order)
    whole = {name: getattr(state, name)[old] for name in ("otr_rank", "price_e8", "indexed_e8")}
    held = portion(np.delete(state.face, 1, axis=0), old, number, parts)
    return replace(
        state,
        securities=Securities(cusip, *(getattr(s, name)[old] for name in COLUMNS)),
        outstanding=held.sum(axis=0),
        face=np.insert(held, 1, -held.sum(axis=0), axis=0),
        **whole,
    )


def parts_of(rank: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """Return into how many parts (S,) each issue goes so that there are ``wanted``; the youngest stay whole."""
    old = np.flatnonzero((rank < 0) | (rank >= YOUNG_RANKS))
    more = wanted - len(rank)
    if more < 0:
        raise ValueError(f"{wanted} securities, expected at least the {len(rank)} that there are")
    parts = np.ones(len(rank), np.int64)
    parts[old] += more // len(old)
    parts[old[: more % len(old)]] += 1
    return parts


def portion(face: NDArray[np.int64], old: NDArray, number: NDArray, parts: NDArray) -> NDArray[np.int64]:
    """Return the face (H, S') of each part: a part's floor, one more in the first parts while something is left."""
    whole, left = np.divmod(face, parts[None, :])
    return whole[:, old] + (number[None, :] < left[:, old])
