"""Every switch of the venues changes what it should, and conserves everything.

Each market lives three days, one after the burn-in. Every evening it checks every identity itself; the books and the
columns of the ledger are looked at here once more.
"""

from datetime import date

import numpy as np
import pytest
from small_market import BOOKS, small_market

from market.books.messages import Venue

LIFE, ROUNDS = 3, 6
EXIT = {"date": date(2024, 5, 30), "dealer": "largest", "days": 2}
ENTRY = {"date": date(2024, 5, 30), "name": "Newcomer"}


def requests(market):
    return market.record.to_pandas("requests")


def asked(market):
    """Return how many dealers a request is sent to, mean."""
    return float(requests(market)["asked"].mean())


def among_clients(market):
    trades, dealer = market.tape.everything(), market.sectors == "dealers"
    inside = ~dealer[trades["buyer"]] & ~dealer[trades["seller"]] & (trades["venue"] == Venue.BOOK)
    return int((inside & ~market.on_the_run[trades["security"]]).sum())


def on_the_run_requests(market):
    return float(market.tape.request_face[market.on_the_run].sum())


def delivered(market):
    return market.clearing.delivered_face


def obligations(market):
    return float(market.clearing.of(np.flatnonzero(market.sectors == "dealers")).sum())


def learnt(market):
    leaked = market.request_desk.leaked
    return 0 if leaked is None else int(np.abs(leaked).sum())


def attempts(market):
    return int(requests(market)["attempt"].max())


def best_known(market):
    """Return how much more than its acquaintance a client's best-known dealer weighs, at most."""
    known = market.relationships
    return float((known.weight - known.first).max())


def traded_ahead(market):
    return int(market.when_issued.sum())


def answering(market):
    return len(market.relationships.dealers)


def spread_of_sizes(market):
    """Return how many different numbers of dealers are asked."""
    return int(requests(market)["asked"].nunique())


SWITCHES = {  # name: settings, what is measured, +1 if it should be more than in the market as it is, -1 if less
    "all-to-all": ({"market__all_to_all": ("off-the-run", "bills", "tips")}, among_clients, 1),
    "bilateral netting": ({"market__clearing__netting": "bilateral"}, obligations, -1),
    "clearing": ({"market__clearing__netting": "multilateral", "market__clearing__members": "all"}, obligations, -1),
    "clearing, delivered": (
        {"market__clearing__netting": "multilateral", "market__clearing__members": "all"},
        delivered,
        -1,
    ),
    "leakage": ({"market__requests__leakage": 0.5}, learnt, 1),
    "k = 1": ({"market__dealers_asked": 1}, asked, -1),
    "inquiry to all": ({"market__requests__ask_all": True}, asked, 1),
    "k by size": ({"market__requests__size_slope": 1.0}, spread_of_sizes, 1),
    "retries": ({"market__requests__retries": 1}, attempts, 1),
    "no loyalty": ({"market__requests__loyalty": 0.0}, best_known, -1),
    "what a book does not fill is dropped": ({"market__requests__after_book": False}, on_the_run_requests, -1),
    "no when-issued trading": ({"market__when_issued": False}, traded_ahead, -1),
    "a dealer's exit": ({"exits": (EXIT,)}, answering, -1),
    "a dealer's entry": ({"entries": (ENTRY,)}, answering, 1),
}


def lived(days=LIFE, **settings):
    return small_market(days=days, rounds=ROUNDS, keep=("requests",), **settings)


@pytest.fixture(scope="module")
def as_it_is():
    return lived()


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_changes_what_it_should_and_conserves(name, as_it_is):
    settings, measure, way = SWITCHES[name]
    market = lived(LIFE + bool({"exits", "entries"} & set(settings)), **settings)
    assert way * (measure(market) - measure(as_it_is)) > 0
    for book in BOOKS:
        assert not getattr(market.ledger, book).sum(axis=0).any()
    count = market.books.counters
    assert count["face_entered"] == 2 * count["face_traded"] + count["face_cancelled"] + market.books.faces.sum()
