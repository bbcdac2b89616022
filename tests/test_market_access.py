"""Who may touch what: a class from a notebook takes part, bad orders harm nobody, and nobody writes into the market."""

import dataclasses

import numpy as np
import pytest
from small_market import digest, live, small_market, trades_by_name

from agents.buyers.pension import Pension
from agents.institution import Institution
from agents.traits import memory, trait
from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.accounts.ledger import NegativeBalanceError, UnbalancedError
from market.bonds.scoring_curve import scoring_curve_bp
from market.bonds.securities import Kind
from market.books.messages import Order, Venue
from market.view import View

BURN_IN = 2
SEEDED_CASH = 10**12  # cents: what a newcomer is given by the public


class PatientFund(Institution):
    """Buys 5 million dollars of what yields most among old notes, and sells it the next day."""

    sector = "notebook"
    least_years = trait(5.0, "years", (0, 30), "a test")
    bought_on = memory(-99.0, "day")

    def decide(self, view):
        if view.round != 1:
            return []
        orders = [Order(int(s), -int(self.position[s])) for s in np.flatnonzero(self.bought_on == view.day - 1)]
        old = view.securities.of(Kind.NOTE) & view.tradable & ~view.on_the_run & (view.years > self.least_years)
        best = int(np.argmax(np.where(old, view.composite_bp, 0.0)))
        self.bought_on[best] = view.day
        return [*orders, Order(best, 50_000)]


class Nuisance(Institution):
    """Sends what cannot be, and one thing that can."""

    sector = "notebook"

    def decide(self, view):
        self.fine = int(np.flatnonzero(view.on_the_run & (view.securities.term_months == 120))[0])
        unissued = int(np.flatnonzero(~view.tradable)[0])
        bad = (
            Order(10**6, 50_000),
            Order(-1, 50_000),
            Order(unissued, 50_000),
            Order(self.fine, 0),
            Order(self.fine, 6 * 10**8),
            Order(self.fine, 50_000, limit=500.0),
            Order(self.fine, 50_000, limit=-1.0),
            Order(self.fine, 50_000, venue=Venue.AUCTION),
        )
        return [*bad, Order(self.fine, 50_000)] if view.round == 0 else []


class Forger(Institution):
    """Signs an order for somebody else."""

    def decide(self, view):
        table = self.want(np.where(view.on_the_run, 50_000, 0))
        table["owner"] += 1
        return table


def joined(kind, days=BURN_IN + 3):
    """Return a market that somebody joined who has cash of its own, and the newcomer."""
    market = small_market(keep=("trades",))
    newcomer = kind(market, name=kind.__name__)
    market.ledger.pay("gift", PUBLIC, newcomer.row, SEEDED_CASH)
    return live(market, days), newcomer


def test_a_class_of_a_notebook_joins_trades_and_is_counted():
    market, fund = joined(PatientFund)
    trades = market.record.to_pandas("trades")
    bought, sold = (trades[trades[side].astype(str) == "PatientFund"] for side in ("buyer", "seller"))
    assert len(bought) == 3 and (bought["face"] == 50_000).all() and len(sold) == 3
    rows = market.record.to_pandas("institutions").query("name == 'PatientFund'")
    assert list(rows["kind"].astype(str)) == ["notebook"] * 3 and (rows["net_musd"] == 5.0).all()
    sheets = market.record.to_pandas("balance_sheets")
    assert "notebook" in set(sheets["sector"].astype(str))
    assert fund.position.sum() == 50_000 and fund.cash_musd < SEEDED_CASH / 1e8


def test_a_subclass_of_a_kind_that_decides_together_is_called_one_by_one_until_it_says_otherwise():
    called = []

    class Careful(Pension):
        def decide(self, view):
            called.append((self.alone, len(self.rows)))
            return super().decide(view)

    assert Pension.together and not Careful.together
    market = small_market()
    for name in ("one", "two"):
        Careful(market, name=name)
    live(market, 1)
    assert called == [(True, 1)] * 2 * market.rounds


def test_bad_orders_are_refused_with_a_reason_each_and_harm_nobody():
    market, nuisance = joined(Nuisance, days=1)
    told = market.rejections["Nuisance"]
    assert [r.reason for r in told] == [
        "no such security",
        "no such security",
        "not traded today",
        "no size",
        "larger than $30 bn",
        "price outside 0 to 200 points",
        "price outside 0 to 200 points",
        "no such venue",
    ]
    assert {(r.day, r.round) for r in told} == {(-BURN_IN, 0)}
    mine = [t for t in trades_by_name(market) if "Nuisance" in t[2:4]]
    assert [(t[2], t[6]) for t in mine] == [("Nuisance", 50_000)] and nuisance.position[nuisance.fine] == 50_000


def test_nobody_signs_for_another():
    market, _ = joined(Forger, days=1)
    assert {r.reason for r in market.rejections["Forger"]} == {"no such member"}
    assert not any("Forger" in t[2:4] for t in trades_by_name(market))


def test_an_order_of_a_market_that_trades_alone_leaves_the_rest_of_the_day_as_it_was():
    """Bad lines are dropped before anything is drawn or matched: nobody else's trades move."""

    class OnlyNuisance(Nuisance):
        def decide(self, view):
            return super().decide(view)[:-1]

    market, _ = joined(OnlyNuisance, days=1)
    assert len(market.rejections["OnlyNuisance"]) == 8
    assert trades_by_name(market) == trades_by_name(small_market(days=1))


# ---- what may be seen ----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def seen():
    market = small_market(days=BURN_IN)
    for act in market.moments():
        if act == "hold_operations" and market.round == 2:
            break
    return market


def arrays_of(value, path="view"):
    """Yield every array that can be reached from a value, with the path to it."""
    if isinstance(value, np.ndarray):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays_of(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, tuple | list):
        for place, item in enumerate(value):
            yield from arrays_of(item, f"{path}[{place}]")


def test_every_array_that_a_view_leads_to_refuses_to_be_written(seen):
    view = seen.view()
    assert view.auctions and view.buybacks
    found = dict(arrays_of(view))
    assert len(found) > 20
    writable = [path for path, array in found.items() if array.flags.writeable]
    assert not writable
    with pytest.raises(ValueError, match="read-only"):
        view.composite_bp[0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.day = 5
    with pytest.raises(TypeError):
        view.extras["a"] = 1.0


def test_a_view_shows_neither_the_scoring_curve_nor_anybodys_valuation(seen):
    view = seen.view()
    secrets = {"scoring curve": scoring_curve_bp(seen), "residuals": seen.residual_bp}
    for kind, table in seen.kinds.items():
        private = {name: column[: table.n] for name, column in table.columns.items() if name != "last"}  # a public past
        secrets |= {f"{kind.__name__}.{name}": column for name, column in private.items()}
    for path, shown in arrays_of(view):
        for name, secret in secrets.items():
            for row in np.atleast_2d(secret):
                if row.shape == shown.shape and np.ptp(np.nan_to_num(row)) > 0:
                    both = np.isfinite(row) & (row != 0)
                    assert not np.array_equal(row[both], shown[both].astype(float)), f"{path} is {name}"
    assert not {"ledger", "outlook", "newswire", "participants"} & {field.name for field in dataclasses.fields(View)}


def test_the_books_of_the_ledger_refuse_to_be_written_and_positions_are_copies(seen):
    for book in ("balance", "due", "lent"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(seen.ledger, book)[0, 0] = 1
    before, agent = digest(seen), next(a for a in seen.agents if a.sector == "banks")
    agent.position[:] = 0
    assert digest(seen) == before


# ---- forgery stops the run -------------------------------------------------------------------------
def test_a_forged_entry_stops_the_run_and_names_posting_and_moment():
    market = small_market(days=BURN_IN)
    moments = market.moments()
    next(act for act in moments if act == "announce")
    market.ledger._balance[5, Money.RESERVES] += 100
    with pytest.raises(UnbalancedError, match=r"RESERVES sums to 100, expected 0; last touched by '") as told:
        list(moments)
    assert told.value.__notes__ == ["on 2024-05-29 (day 0), round 3, in check"]


@pytest.mark.parametrize("forged", ["reserves", "debt"])
def test_a_posting_that_balances_but_has_no_reason_stops_the_run(forged):
    market = small_market(days=BURN_IN)
    moments = market.moments()
    next(act for act in moments if act == "announce")
    if forged == "reserves":
        market.ledger.pay("a favour", FED, 5, 12_345)
        column = "RESERVES"
    else:
        market.ledger.transfer("a favour", N_MONEY + 3, TREASURY, 5, 7)
        column = market.securities.cusip[3]
    with pytest.raises(ValueError, match=f"{column}|assets equal its liabilities"):
        list(moments)


def test_selling_what_one_does_not_own_past_settlement_is_named():
    market = small_market(days=BURN_IN)
    moments = market.moments()
    next(act for act in moments if act == "record" or act == "fund")
    holder = int(np.flatnonzero(market.sectors == "households")[0])
    own = int(market.ledger.balance[holder, N_MONEY + 100])
    market.ledger.transfer("a theft", N_MONEY + 100, holder, 5, own + 1)
    with pytest.raises(NegativeBalanceError, match="'a theft'"):
        list(moments)
