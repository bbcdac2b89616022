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

MOST_DAYS = 8  # until others have taken what they first refused


def test_an_exit_rewires_clients_sells_the_inventory_and_conserves():
    market = small_market(days=3, keep=("requests",), exits=(EXIT,))
    before = {a.name: float(a.capital_share) for a in market.agents if isinstance(a, PrimaryDealer)}
    gone = max(before, key=lambda name: (before[name], name))
    row = market.ledger.row_of(gone)
    start = market.ledger.position(np.array([row]))[0]
    assert row in market.relationships.dealers and np.abs(start).sum() > 0
    held, alive = start, market.years > 0.01
    for day in range(1, MOST_DAYS):
        live(market, 1)  # every evening checks that everything is conserved
        now = market.ledger.position(np.array([row]))[0]
        assert now[alive].tolist() == (held + bought_by(market, row))[alive].tolist()
        plan, lot = (start / 2, FACE_PER_MUSD) if day == 1 else (0 * start, 1)
        behind = np.fix((now - plan) / lot) * lot
        assert behind[alive].tolist() == refused(market, gone)[alive].tolist()  # on plan, but for what nobody took
        held = now
        if day >= EXIT["days"] and not now.any():
            break
    assert not held.any()
    left = {a.name for a in market.agents if isinstance(a, PrimaryDealer)}
    assert left == set(before) - {gone}
    assert [a.name for a in market.agents if isinstance(a, WindingDown)] == [gone]
    assert row not in market.relationships.dealers
    clients = np.arange(len(market.ledger.names)) > TREASURY
    np.testing.assert_allclose(market.relationships.weight[clients].sum(axis=1), 1.0)


def refused(market, name):
    """Return what an institution asked to sell in the day's last round and nobody took (S,)."""
    requests, face = market.record.to_pandas("requests"), np.zeros(len(market.securities), np.int64)
    last = (requests["date"] == requests["date"].max()) & (requests["round"] == market.rounds - 1)
    mine = requests[last & (requests["client"].astype(str) == name)].sort_values("attempt", kind="stable")
    final = mine.drop_duplicates("cusip", keep="last")
    open_ = final[final["dealer"].astype(str) == ""]
    face[[market.securities.cusip.index(cusip) for cusip in open_["cusip"].astype(str)]] = -open_["face"]
    return face


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
