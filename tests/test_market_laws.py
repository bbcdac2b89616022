"""Laws of the market as a whole: what may not change a run, to the last bit, and what must."""

import os
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from small_market import digest, live, small, small_market, trades_by_name

from agents.buyers.bond_fund import BondFund
from agents.buyers.pension import Pension
from agents.institution import Institution
from experiments import build as build_module
from experiments.build import populate, stage
from experiments.run import run
from experiments.start.endowment import endow
from experiments.store import read as read_table
from experiments.store import read_manifest, tables
from market.model import TreasuryMarket
from market.tables.record import Record

BURN_IN, DAYS = 2, 3
LIFE = BURN_IN + DAYS


class Idle(Institution):
    """Owns nothing, says nothing."""


@pytest.fixture(scope="module")
def together():
    return small_market(days=LIFE)


def test_all_together_decide_what_they_decide_one_by_one(together):
    alone = small_market(days=LIFE, one_by_one=True)
    assert len(alone.participants) == len(alone.agents) > len(together.participants)
    assert trades_by_name(alone) == trades_by_name(together)
    assert digest(alone) == digest(together)


@pytest.mark.parametrize("halves", [lambda m: (m[: len(m) // 2], m[len(m) // 2 :]), lambda m: (m[1::2], m[::2])])
def test_a_kind_split_in_two_decides_the_same(together, monkeypatch, halves):
    gather = TreasuryMarket._gather

    def gather_halves(market):
        gather(market)
        parts = []
        for kind, agents in market.agents_by_type.items():
            for half in halves(list(agents)) if kind.together else [list(agents)]:
                parts += ([kind.all_of(half)] if kind.together else half) if half else []
        market.participants = parts

    monkeypatch.setattr(TreasuryMarket, "_gather", gather_halves)
    split = small_market(days=LIFE)
    assert len(split.participants) > len(together.participants)
    assert trades_by_name(split) == trades_by_name(together)
    assert digest(split) == digest(together)


def test_a_rule_that_looks_at_its_kind_is_caught(together, monkeypatch):
    honest = Pension.needs
    monkeypatch.setattr(
        Pension, "needs", lambda self, view, today: honest(self, view, today)[: 2 * len(self.member)]
    )  # one institution sends at most two orders, three together six: a reduction over the members
    assert digest(small_market(days=LIFE)) != digest(small_market(days=LIFE, one_by_one=True))


def test_moments_walk_what_step_runs(together):
    market = small_market(days=LIFE - 1)
    acts = list(market.moments())
    assert digest(market) == digest(together)
    assert acts[0] == "set_rates" and acts[-1] == "record" and acts.count("stream_prices") == market.rounds


def test_a_pickled_twin_goes_on_alike(together):
    market = small_market(days=LIFE - 1)
    twin = pickle.loads(pickle.dumps(market))
    live(market, 1)
    live(twin, 1)
    assert trades_by_name(twin) == trades_by_name(market) == trades_by_name(together)
    assert digest(twin) == digest(market) == digest(together)


@pytest.mark.parametrize("when", ["first", "last", "in a kind"])
def test_an_idle_newcomer_changes_nobodys_trades(together, monkeypatch, when):
    scenario = small()
    given = stage(scenario)
    market = TreasuryMarket(given.premises, 1, Record())
    if when == "first":  # before the others, which all have the next row then: it is endowed with nothing
        row = Idle(market, "Aaron").row
        monkeypatch.setattr(
            build_module, "endow", lambda ledger, state, face: endow(ledger, *_shifted(state, face, row))
        )
    populate(market, scenario, given)
    if when != "first":
        (Idle if when == "last" else Pension)(market, "Zoe")
    live(market, LIFE)
    assert len(market.agents) == len(together.agents) + 1
    assert trades_by_name(market) == trades_by_name(together)
    assert np.array_equal(market.composite_bp, together.composite_bp, equal_nan=True)


def _shifted(state, face, row):
    """Return a starting state and face with an empty row more."""
    money, held, wide = (np.insert(array, row, 0, axis=0) for array in (state.money, state.face, face))
    return replace(state, money=money, face=held), wide


def test_draws_belong_to_names_and_not_to_places(together):
    one = together.agents_by_type[BondFund][2]
    others = [a for a in together.agents_by_type[BondFund] if a is not one]
    alone = one.normal("a test", 5)
    reversed_all = BondFund.all_of([*reversed(others), one])
    assert np.array_equal(reversed_all.normal("a test", 5)[-1], alone)
    assert not np.array_equal(one.normal("another", 5), alone)
    with pytest.raises(AttributeError, match="draws belong to one institution"):
        one.random.random()


def test_another_seed_gives_other_numbers_under_the_same_identities(together):
    other = small_market(days=LIFE, seed=2)
    assert digest(other) != digest(together)
    assert other.checks == together.checks > 0
    assert np.array_equal(other.ledger.balance.sum(axis=0), np.zeros(other.ledger.balance.shape[1]))


def test_the_same_seed_gives_the_same_bytes_in_every_table(tmp_path):
    scenario = small(run__keep=("trades", "requests"))
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        run(scenario, seed=seed, days=2, out=tmp_path / name)
    one, two, other = (read_manifest(tmp_path / name).tables for name in ("one", "two", "other"))
    assert one == two and set(one) == set(tables(tmp_path / "one")) >= {"trades", "requests", "daily", "postings"}
    assert all(one[table] != other[table] for table in ("daily", "trades", "balance_sheets"))
    for table in one:
        assert (tmp_path / "one" / f"{table}.parquet").read_bytes() == (
            tmp_path / "two" / f"{table}.parquet"
        ).read_bytes()
    assert len(read_table(tmp_path / "one", "daily")) == 2


STARTED = """
from hashlib import sha256
from small_market import small_market
from experiments.start.pattern import news_covariance

market, seen = small_market(), sha256(news_covariance(19871, 0.94).tobytes())
for agent in market.agents:
    if hasattr(agent, "benchmark"):
        seen.update(agent.benchmark.tobytes())
print(seen.hexdigest())
"""


def test_a_market_starts_with_the_same_bits_however_many_threads_linear_algebra_has():
    said = [
        subprocess.run(
            [sys.executable, "-c", STARTED],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for threads in ("1", "4")
    ]
    assert len(said[0]) == 65 and said[0] == said[1]
