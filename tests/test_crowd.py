"""Several kinds of investors decide as one: who belongs, who does not, and that it changes nothing."""

import pickle

import numpy as np
import pytest
from small_market import digest, live, small_market, trades_by_name

from agents.buyers.bank import Bank
from agents.buyers.crowd import Crowd
from agents.buyers.household import Household
from agents.buyers.pension import Pension
from agents.traits import KindTable, side_by_side

LIFE = 4


class Curious(Household):
    """Wants twice what households want of what yields more than usual."""

    together = True

    def demand(self, pick, anticipated, level_bp, residual_bp):
        return super().demand(pick, anticipated, level_bp, 2.0 * np.maximum(residual_bp, 0.0))


class Silent(Household):
    """Never trades for liquidity."""

    together = True

    def needs(self, view, today):
        return super().needs(view, today)[:0]


def crowd_of(market):
    return next(one for one in market.deciders() if isinstance(one, Crowd))


@pytest.fixture(scope="module")
def lived():
    return small_market(days=LIFE)


def test_kinds_that_decide_one_after_another_trade_the_same(lived):
    apart = small_market()
    apart.convene = list
    live(apart, LIFE)
    assert not any(isinstance(one, Crowd) for one in apart.deciders())
    assert trades_by_name(apart) == trades_by_name(lived) and digest(apart) == digest(lived)


def test_who_asks_for_more_is_in_the_crowd_and_who_decides_otherwise_is_not():
    market = small_market()
    for kind in (Curious, Silent):
        for name in ("one", "two"):
            kind(market, name=f"{kind.__name__} {name}")
    live(market, 1)
    inside = {type(kind) for kind in crowd_of(market).kinds}
    assert {Bank, Household, Pension, Curious} <= inside and Silent not in inside
    outside = {type(one) for one in market.deciders()}
    assert Silent in outside and not outside & inside


def test_one_by_one_there_is_no_crowd():
    market = small_market(days=1, one_by_one=True)
    assert not any(isinstance(one, Crowd) for one in market.deciders())


def test_a_crowd_and_its_kinds_read_and_write_the_same_columns(lived):
    crowd = crowd_of(lived)
    for kind, end in zip(crowd.kinds, crowd.ends, strict=True):
        mine = slice(end - len(kind.member), end)
        kind.inflow = kind.inflow + 1.0
        assert np.array_equal(crowd.inflow[mine], kind.inflow)
        assert np.array_equal(crowd.rows[mine], kind.rows) and np.shares_memory(crowd.news[mine], kind.news)
        assert crowd.called(end - 1) == kind.name


def test_who_joins_within_a_day_does_not_part_a_crowd_from_its_kinds(lived):
    market = pickle.loads(pickle.dumps(lived))
    acts = market.moments()
    next(act for act in acts if act == "take_orders")
    Pension(market, name="Zoe")
    assert not np.shares_memory(crowd_of(market)._columns["news"], market.kinds[Pension].columns["news"])
    next(act for act in acts if act == "take_orders")
    assert np.shares_memory(crowd_of(market)._columns["news"], market.kinds[Pension].columns["news"])


def test_tables_side_by_side_keep_their_values_until_one_grows():
    tables = [KindTable(kind, 3) for kind in (Bank, Pension)]
    for table, value in zip(tables, (1.0, 2.0), strict=True):
        table.append()
        table.append()
        table.columns["speed"][:2] = value
    both = side_by_side(tables, ("speed", "news"))
    assert both.values["speed"].tolist() == [1.0, 1.0, 2.0, 2.0] and both.values["news"].shape == (4, 3)
    assert side_by_side(tables, ("speed", "news")) is both
    tables[0].append()
    assert tables[0].columns["speed"][:3].tolist() == [1.0, 1.0, Bank.speed.default]
    assert side_by_side(tables, ("speed", "news")).values["speed"].tolist() == [1.0, 1.0, Bank.speed.default, 2.0, 2.0]


def test_who_raises_an_error_in_a_crowd_is_named():
    class Broken(Curious):
        together = True

        def demand(self, pick, anticipated, level_bp, residual_bp):
            raise ValueError("no idea")

    market = small_market()
    Broken(market, name="one")
    Broken(market, name="two")
    with pytest.raises(ValueError, match="no idea") as told:
        live(market, 1)
    assert "in take_orders, asked Broken" in told.value.__notes__[0]
