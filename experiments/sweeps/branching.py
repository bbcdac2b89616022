"""Branches: worlds that differ only in what acts once the clock has started share one burn-in, lived once.

The burn-in is lived by the *calm* world: the scenario with all of ``AFTER_START`` at its defaults. At its end a branch
gives the officials the plans of its own scenario, and the market what befalls it. A branch has the bits of a run that
lived its burn-in itself (tested for every arm of every bundled experiment), because nothing of ``AFTER_START`` is
asked for before the clock starts: nothing is announced, no news arrives, no shock strikes (``market.burning_in``).

Safe by default: what is not in the list is part of the key, a new section of a scenario included, and so are a buyback
desk that stands in the books, and the policy rate that guidance leads to expect at the start. A packed
market is bytes in the memory of one process; none is written anywhere.
"""

import gc
import json
import pickle
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import mesa

from experiments.build import befall, build, instruct, stage
from experiments.inputs.plans import administered_rates, expected_rates
from experiments.sections.world import Scenario
from market.model import TreasuryMarket
from market.tables.record import Record
from market.units import day_number

AFTER_START = (  # dotted fields of a scenario of which nothing shows before the clock starts
    "news.scale",
    "news.private_share",
    "news.degrees_of_freedom",
    "shocks",
    "flows",
    "entries",
    "exits",
    "withdrawals",
    "nudges",
    "swaps.steps",
    "policy.caps",
    "policy.fiscal",
    "policy.deficits",
    "policy.debt_limit",
    "policy.coupon_shift",
    "policy.purchases",
    "policy.functioning",
    "policy.backstop",
    "policy.qe_like_buybacks",
    "policy.hedged_purchases",
    "policy.buybacks.mode",
    "policy.buybacks.price_sensitive",
    "policy.buybacks.reserve_bp",
    "policy.buybacks.curve_weight",
    "policy.buybacks.financing",
    "policy.buybacks.schedule",
    "policy.buybacks.lists",
    "policy.buybacks.shift_days",
    "policy.buybacks.announced",
    "policy.buybacks.scale",
    "policy.buybacks.only_buckets",
    "policy.buybacks.target",
    "policy.buybacks.security_cap",
    "policy.buybacks.spare_deliverable",
    "policy.buybacks.spare_special_bp",
    "policy.buybacks.standing",
)
STANDING = (  # whose desk is in the books from the first day on
    "policy.buybacks.mode",
    "policy.buybacks.standing",
    "policy.qe_like_buybacks",
)
OF_RATES = ("policy.rates", "policy.rates_path")


def calm(scenario: Scenario) -> Scenario:
    """Return the world whose burn-in a scenario shares: what acts after the start is at its defaults."""
    stands = scenario.policy.buybacks.mode == "standing"
    tables, plain = scenario.model_dump(), Scenario().model_dump()
    for dotted in AFTER_START:
        if not (stands and dotted in STANDING):
            table, key = _at(tables, dotted)
            table[key] = _at(plain, dotted)[0][key]
    return Scenario.model_validate(tables)


def burn_in_key(scenario: Scenario) -> str:
    """Return the hash of all that a burn-in may depend on but the seed; of the rates, what is known at the start."""
    start = day_number(scenario.run.start)
    rates = administered_rates(scenario, start)
    tables = json.loads(calm(scenario).canonical())
    for dotted in OF_RATES:
        table, key = _at(tables, dotted)
        del table[key]
    in_force = [rate for day, rate in rates if day <= start]
    known = [tables, repr(rates[0][1]), repr(in_force[-1:]), expected_rates(rates, start, start)[start]]
    return sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _at(tables: Mapping[str, Any], dotted: str) -> tuple[Any, str]:
    """Return the table that holds a dotted field, and its key."""
    *way, key = dotted.split(".")
    for name in way:
        tables = tables[name]
    return tables, key


def lived_burn_in(scenario: Scenario, seed: int) -> bytes:
    """Live the burn-in that a scenario shares with others of its key; return the market, packed."""
    market = build(calm(scenario), seed)
    try:
        for _ in range(scenario.run.burn_in_days):
            market.step()
        return pickle.dumps(market, pickle.HIGHEST_PROTOCOL)
    finally:
        forget(market)


def branch(packed: bytes, scenario: Scenario, record: Record) -> TreasuryMarket:
    """Return the market of a scenario at the end of its burn-in, from a packed one of the same key and seed."""
    market: TreasuryMarket = pickle.loads(packed)  # made by this process
    market.record = record
    given = stage(scenario)
    market.live_on(given.premises)
    instruct(market, given)
    befall(market, scenario)
    return market


def forget(market: mesa.Model) -> None:
    """Let a market go: Mesa before 3.5.1 keeps every model in a table of its class ``Agent``."""
    getattr(mesa.Agent, "_ids", {}).pop(market, None)
    market.remove_all_agents()
    gc.collect()
