"""Foreign officials that must raise dollars: they sell, or pledge to the Fed what would sell low, as allowed."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import digest, live, lone, small_market

from agents.buyers.foreign_official import FIMA_LIMIT, ForeignOfficial
from market.accounts.instruments import FED, Money
from market.news import FACTORS
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD

LOW = np.array([5.0, 1.0, 2.0])  # bp above the usual pattern
HELD = FIMA_LIMIT


def official(**values):
    """An official that must sell 10 million of each of three securities."""
    none = np.zeros((3, FACTORS))
    away = SimpleNamespace(level=LOW, residual=np.zeros(3), level_load=none, residual_load=none)
    ledger = SimpleNamespace(position=lambda rows: np.full((1, 3), HELD, np.int64))
    market = SimpleNamespace(outlook=SimpleNamespace(deviation=lambda view: away), ledger=ledger)
    one = lone(ForeignOfficial, market, fima=1.0, **values)
    one.forced = np.full(3, -10.0 * FACE_PER_MUSD)
    return one


def test_what_would_sell_low_is_pledged_and_sold_when_it_no_longer_would():
    one = official(fima_hurdle=3.0)
    one._choose(None)
    assert (one.pledged / FACE_PER_MUSD).tolist() == [10, 0, 0] and (one.forced / FACE_PER_MUSD).tolist() == [
        0,
        -10,
        -10,
    ]
    one.pledged = np.full(3, 10.0 * FACE_PER_MUSD)
    one.forced = np.zeros(3)
    one._choose(None)
    assert (one.pledged / FACE_PER_MUSD).tolist() == [10, 0, 10] and (one.forced / FACE_PER_MUSD).tolist() == [
        0,
        -10,
        0,
    ]


def test_what_was_sold_in_the_round_before_is_not_pledged_and_not_forgotten():
    one = official(fima_hurdle=3.0)
    one.held_before = np.array([HELD + 4.0 * FACE_PER_MUSD, np.nan, np.nan])
    one._choose(None)
    assert (one.pledged / FACE_PER_MUSD).tolist() == [6, 0, 0]
    assert (one.forced / FACE_PER_MUSD).tolist() == [-4, -10, -10]  # of which four are traded: counted with this round


def test_no_official_pledges_beyond_the_limit_of_a_counterparty():
    one = official(fima_hurdle=0.0)
    one.forced = np.full(3, -float(FIMA_LIMIT) / 2)
    one._choose(None)
    assert (one.pledged == 0).all() and one.forced.sum() == -1.5 * FIMA_LIMIT


@pytest.mark.parametrize("allowed", [True, False])
def test_dollars_of_the_facility_are_reserves_that_the_fed_lends_and_gets_back_with_interest(allowed, monkeypatch):
    market = small_market(days=3, money_market__fima_repo=allowed)
    assert {float(agent.fima) for agent in market.agents_by_type[ForeignOfficial]} == {float(allowed)}
    if not allowed:
        return
    monkeypatch.setattr(ForeignOfficial, "_choose", lambda official, view: None)  # nothing recovers
    holder = max(market.agents_by_type[ForeignOfficial], key=lambda agent: int(agent.position.max()))
    at = int(np.argmax(holder.position))
    holder.pledged = np.where(np.arange(len(holder.pledged)) == at, 100.0 * FACE_PER_MUSD, 0.0)
    before = holder.position[at]
    live(market, 1)  # the evening's check holds the Fed's sheet to the cent
    lent = int(market.ledger.balance[FED, Money.FIMA_REPO])
    flows = market.flows.by_memo["FIMA repo"]
    assert 40 < lent / CENTS_PER_MUSD < 120 and flows[Money.RESERVES] == lent == flows[Money.FIMA_REPO]
    assert lent == -market.ledger.balance[holder.row, Money.FIMA_REPO] and holder.position[at] > before / 2
    holder.pledged = np.zeros(len(holder.pledged))
    live(market, 1)
    back = market.flows.by_memo["FIMA repo"]
    interest = lent * market.rates.srf / 1e4 / 360
    assert back[Money.FIMA_REPO] == -lent and -back[Money.RESERVES] - lent == pytest.approx(interest, abs=1)


def test_what_is_taken_back_in_the_course_of_a_day_is_offered_on_that_day(monkeypatch):
    market = small_market(days=3, rounds=6, money_market__fima_repo=True)

    def late(official, view):  # in the third round the yield is back
        if view.round == 2:
            official.forced, official.pledged = official.forced - official.pledged, np.zeros_like(official.pledged)

    monkeypatch.setattr(ForeignOfficial, "_choose", late)
    holder = max(market.agents_by_type[ForeignOfficial], key=lambda agent: int(agent.position.max()))
    at = int(np.argmax(holder.position))
    holder.pledged = np.where(np.arange(len(holder.pledged)) == at, 100.0 * FACE_PER_MUSD, 0.0)
    assert holder.forced[at] == 0.0 and not np.isfinite(holder.held_before[at])
    live(market, 1)
    asked = np.isfinite(holder.held_before[at]) and holder.sent[at] > 0  # some of it waits still
    assert asked or holder.forced[at] == 0.0 == holder.pledged[at]  # or all of it was taken


def test_officials_that_change_their_minds_decide_together_what_they_decide_one_by_one(monkeypatch):
    def wavers(official, view):
        """Pledge all, take it back, and again, at rounds that differ by name."""
        odd = official.identity % np.uint64(2) == view.round % 2
        mine = bool(odd[0]) if official.alone else odd[:, None]
        every, none = official.forced - official.pledged, np.zeros_like(official.forced)
        official.forced, official.pledged = np.where(mine, none, every), np.where(mine, -every, none)

    monkeypatch.setattr(ForeignOfficial, "_choose", wavers)

    def lived(one_by_one):
        market = small_market(days=2, rounds=6, money_market__fima_repo=True, one_by_one=one_by_one)
        for holder in market.agents_by_type[ForeignOfficial]:
            holder.order_sale(np.minimum(holder.position, 200 * FACE_PER_MUSD))
        return live(market, 2)

    assert digest(lived(True)) == digest(lived(False))
