"""Small, fast markets for tests: all securities and all data, few institutions, few rounds, a short burn-in."""

from hashlib import sha256

import numpy as np

from agents.traits import KindTable
from experiments import small_world
from experiments.build import build
from experiments.run import start_clock
from experiments.scenario import load
from market.accounts.instruments import Money
from market.tables.record import Record

COUNTS = small_world.COUNTS
HELD_FIXED = {  # what comes from outside: then reserves and reverse repo move by operations alone
    "news__scale": 0.0,
    "policy__factors": "held",
    "policy__caps": [{"since": "2024-01-01", "treasuries_musd": 10**6, "mbs_musd": 10**6}],  # no add-ons
    "policy__rates": [{"since": "2024-01-01", "iorb_bp": 540.0, "on_rrp_bp": 0.0, "standing_repo_bp": 550.0}],
}
LIABILITIES = (Money.RESERVES, Money.REVERSE_REPO, Money.FOREIGN_REPO, Money.TREASURY_CASH)
BOOKS = ("balance", "due", "lent")


def changed(section, **values):
    """Return a section of a scenario with some values changed, dotted by double underscores, and checked again."""
    tables = section.model_dump()
    for dotted, value in values.items():
        *way, last = dotted.split("__")
        inner = tables
        for name in way:
            inner = inner[name]
        inner[last] = value
    return type(section).model_validate(tables)


def small(name="baseline", rounds=4, burn_in=2, **values):
    """Return a bundled scenario with a few institutions of each kind, few rounds and a short burn-in."""
    return changed(small_world.small(load(name), rounds, burn_in), **values)


def small_market(name="baseline", seed=1, days=0, one_by_one=False, keep=(), **values):
    """Return a small market that has lived through so many days, the burn-in's included."""
    return live(build(small(name, **values), seed, Record(keep=keep), one_by_one), days)


def live(market, days):
    """Live through some days, starting the clock when the burn-in is over; return the market."""
    for _ in range(days):
        if market.day == 0:
            start_clock(market)
        market.step()
    return market


def at_last_sessions(market, days, look):
    """Live through days after the burn-in; return by day its date and what ``look(view)`` saw in the last session."""
    rows = []
    start_clock(market)
    for _ in range(days):
        for act in market.moments():
            if act == "lay_off_risk" and market.round == market.rounds - 1:
                seen = look(market.view())
        rows.append((market.date, *seen))
    return rows


def digest(market):
    """Return a hash of everything that is owned, due and lent, and of the composite to the last bit."""
    state = sha256()
    for array in (*(getattr(market.ledger, book) for book in BOOKS), market.composite_bp):
        state.update(np.ascontiguousarray(array).tobytes())
    return state.hexdigest()


def trades_by_name(market):
    """Return the trades of the day under names: what each was, who was on either side, and their cash."""
    names, cusips = market.ledger.names, market.securities.cusip
    return [
        (
            int(t["round"]),
            int(t["venue"]),
            names[t["buyer"]],
            names[t["seller"]],
            cusips[t["security"]],
            int(t["price_e8"]),
            int(t["face"]),
            int(t["cash_cents"]),
        )
        for t in market.tape.everything()
    ]


def lone(kind, model=None, n_securities=3, **traits):
    """Return one institution outside any market: its traits and memories in a table of its own, at row 0."""
    one, table = object.__new__(kind), KindTable(kind, n_securities)
    one._columns, one._at = table.columns, table.append()
    one._places = one._span = one._at
    one._market, one._row, one._member, one.name = model, 0, np.zeros(1, np.int64), kind.__name__
    one.daily = lambda name, make: make()  # nothing is kept for a day
    for name, value in traits.items():
        setattr(one, name, value)
    return one
