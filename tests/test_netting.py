"""Netting moves no position: what each account gives and receives, net, is the same gross, by pair and cleared."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.figures import netting as figure
from market.accounts.netting import COUNTERPARTY, bilateral, gross, multilateral
from market.books.messages import TRADES

ACCOUNTS, SECURITIES = 6, 3
line = st.tuples(
    st.integers(0, ACCOUNTS - 1), st.integers(1, ACCOUNTS - 1), st.integers(0, SECURITIES - 1), st.integers(1, 10**6)
)


def trades_of(lines):
    table = np.zeros(len(lines), TRADES)
    for row, (seller, step, security, face) in zip(table, lines, strict=True):
        row["seller"], row["buyer"] = seller, (seller + step) % ACCOUNTS
        row["security"], row["face"] = security, face
    return table


@settings(max_examples=80)
@given(st.lists(line, max_size=25), st.lists(st.booleans(), min_size=ACCOUNTS, max_size=ACCOUNTS))
def test_netting_keeps_what_everybody_owes_in_all_and_never_adds_to_it(lines, members):
    members = np.array(members)
    before = gross(trades_of(lines))
    pairs, cleared = bilateral(before), multilateral(before, members)
    for owed in (pairs, cleared):
        assert (owed.net(ACCOUNTS, SECURITIES) == before.net(ACCOUNTS, SECURITIES)).all()
        assert (owed.face > 0).all() and (owed.receivable(ACCOUNTS) <= before.receivable(ACCOUNTS)).all()
    assert pairs.total <= before.total == int(before.receivable(ACCOUNTS).sum())
    assert (cleared.receivable(ACCOUNTS) <= pairs.receivable(ACCOUNTS)).all()
    own = np.zeros(SECURITIES, np.int64)
    np.add.at(own, cleared.security, np.where(cleared.taker == COUNTERPARTY, cleared.face, 0))
    np.add.at(own, cleared.security, np.where(cleared.giver == COUNTERPARTY, -cleared.face, 0))
    assert (own == 0).all()  # the counterparty's book is matched


def test_a_ring_of_equal_trades_vanishes_only_with_a_central_counterparty():
    ring = gross(trades_of([(0, 1, 0, 5), (1, 1, 0, 5), (2, ACCOUNTS - 2, 0, 5)]))
    everybody = np.ones(ACCOUNTS, bool)
    assert (ring.total, bilateral(ring).total, multilateral(ring, everybody).total) == (15, 15, 0)
    assert multilateral(ring, ~everybody).total == 15


def test_trades_both_ways_of_a_pair_leave_their_difference():
    pair = bilateral(gross(trades_of([(0, 1, 0, 9), (1, ACCOUNTS - 1, 0, 4)])))
    assert (pair.giver.tolist(), pair.taker.tolist(), pair.face.tolist()) == ([0], [1], [5])
    assert pair.net(3, 1)[:, 0].tolist() == [-5, 5, 0]


def test_the_figure_says_what_is_left():
    trades = trades_of([(0, 1, 0, 10_000), (1, 1, 0, 10_000), (2, ACCOUNTS - 2, 0, 10_000)])
    dealers = np.arange(ACCOUNTS) < 2
    titles = [axes.get_title(loc="left") for axes in figure.draw(trades, dealers).axes]
    assert titles == [
        "as traded: 3 m in 3 deliveries",
        "net by pair: 3 m in 3 deliveries",
        "dealers clear: 3 m in 4 deliveries",
        "all clear: 0 m in 0 deliveries",
    ]
