"""A dealer's exit: nobody trades with it by its own answers any more, its inventory goes, everything is conserved."""

from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError
from small_market import live, small, small_market

from agents.dealers.primary_dealer import PrimaryDealer
from agents.dealers.winding_down import WindingDown
from experiments.errors import UserError
from experiments.sections.exits import DealerExit
from market.accounts.instruments import TREASURY
from market.units import FACE_PER_MUSD

EXIT = {"date": date(2024, 5, 30), "dealer": "largest", "days": 2}


def test_an_exit_rewires_clients_sells_the_inventory_and_conserves():
    market = small_market(days=3, exits=(EXIT,))
    before = {a.name: float(a.capital_share) for a in market.agents if isinstance(a, PrimaryDealer)}
    gone = max(before, key=lambda name: (before[name], name))
    row = market.ledger.row_of(gone)
    start = market.ledger.position(np.array([row]))[0]
    assert row in market.relationships.dealers and np.abs(start).sum() > 0
    evenings, traded = [], []
    for _ in range(EXIT["days"]):
        live(market, 1)  # every evening checks that everything is conserved
        evenings.append(market.ledger.position(np.array([row]))[0])
        traded.append(bought_by(market, row))
    alive = market.years > 0.01
    half, none = evenings
    assert np.abs(half - start / 2)[alive].max() < FACE_PER_MUSD and not none.any()  # half of the way, but for lots
    assert (start + traded[0])[alive].tolist() == half[alive].tolist()
    assert (half + traded[1])[alive].tolist() == none[alive].tolist()
    left = {a.name for a in market.agents if isinstance(a, PrimaryDealer)}
    assert left == set(before) - {gone}
    assert [a.name for a in market.agents if isinstance(a, WindingDown)] == [gone]
    assert row not in market.relationships.dealers
    clients = np.arange(len(market.ledger.names)) > TREASURY
    np.testing.assert_allclose(market.relationships.weight[clients].sum(axis=1), 1.0)


def bought_by(market, row):
    """Return what an account has bought today less what it has sold, by the tape (S,)."""
    trades, net = market.tape.everything(), np.zeros(len(market.securities), np.int64)
    for side, sign in (("buyer", 1), ("seller", -1)):
        mine = trades[trades[side] == row]
        np.add.at(net, mine["security"], sign * mine["face"])
    return net


def test_the_last_dealer_cannot_leave_and_a_wrong_name_is_told():
    market = small_market()
    with pytest.raises(UserError, match="expected 'largest' or the name of a dealer"):
        DealerExit(0, "Nobody", 1).who(market)
    for agent in [a for a in market.agents if isinstance(a, PrimaryDealer)][1:]:
        agent.remove()
    with pytest.raises(UserError, match="expected two or more"):
        DealerExit(0, "largest", 1).who(market)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [("date", date(2030, 1, 2), "expected after"), ("date", date(2024, 6, 1), "business day"), ("days", 0, "greater")],
)
def test_impossible_exits_are_refused(key, value, told):
    with pytest.raises(ValidationError, match=told):
        small(exits=({**EXIT, key: value},))
