"""Who may touch what: a class from a notebook takes part, bad orders harm nobody, and nobody writes into the market."""

import dataclasses
from typing import ClassVar

import numpy as np
import pytest
from reach import OPEN, OWN, Watcher, facts, open_to_writing, reached
from small_market import digest, live, small_market, trades_by_name

from agents.buyers.pension import Pension
from agents.institution import Institution
from agents.traits import memory, trait
from market.accounts.instruments import FED, N_MONEY, PUBLIC, TREASURY, Money
from market.accounts.ledger import NegativeBalanceError, UnbalancedError
from market.bonds.scoring_curve import scoring_curve_bp
from market.bonds.securities import Kind
from market.books.messages import Buyback, Order, Venue
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
@pytest.fixture(scope="module", params=["baseline", "basis-unwind"])
def watched(request):
    """Return a market at an operation, and somebody of a notebook in it; the second has futures too."""
    market = small_market(request.param, **OPEN)
    watcher = Watcher(market, name="Watcher")
    live(market, BURN_IN)
    for act in market.moments():
        if act == "take_orders" and market.round == 1:
            break
    return market, watcher


def test_every_array_that_an_agent_reaches_through_public_names_refuses_to_be_written(watched):
    """From ``self``, at any depth, also what arrays are views of; its own traits and memories are its own."""
    market, watcher = watched
    arrays = {path for path, value, _ in reached(watcher, skip=OWN) if isinstance(value, np.ndarray)}
    assert {"self.model.view.composite_bp", "self.shown.composite_bp"} & arrays and len(arrays) > 50
    assert open_to_writing(watcher, OWN) == []
    assert (watcher.shown.futures is not None) == (market.futures is not None)
    for name in OWN:
        setattr(watcher, name, 2.0)
        assert np.all(getattr(watcher, name) == 2.0)


def test_no_public_name_of_an_agent_leads_to_the_market_or_to_anybody_else(watched):
    market, watcher = watched
    hidden = {"Ledger", "Premises", "Outlook", "Newswire", "Tape", "Streams", "Books", "RequestDesk"}
    assert hidden <= {type(inner).__name__ for inner in vars(market).values()}
    found = {type(value).__name__: path for path, value, _ in reached(watcher)}
    assert not (hidden | {"TreasuryMarket", "KindTable"}) & found.keys()
    assert not [path for path, value, _ in reached(watcher) if isinstance(value, Institution) and value is not watcher]


WAYS_IN = {
    "the composite of the market": (AttributeError, lambda w, v: w.model.composite_bp.__iadd__(5.0)),
    "the composite shown": (ValueError, lambda w, v: v.composite_bp.__iadd__(5.0)),
    "what it is a view of": (ValueError, lambda w, v: v.composite_bp.base.__iadd__(5.0)),
    "its lock": (ValueError, lambda w, v: setattr(v.composite_bp.flags, "writeable", True)),
    "another view": (ValueError, lambda w, v: w.model.view.dv01.__imul__(2.0)),
    "a coupon": (AttributeError, lambda w, v: v.securities.set_coupon(int(np.argmin(v.outstanding)), 9_999)),
    "coupons": (ValueError, lambda w, v: v.securities.coupon_e3.__iadd__(1)),
    "a list of securities": (ValueError, lambda w, v: v.securities.of(Kind.NOTE).__ior__(True)),
    "a field": (dataclasses.FrozenInstanceError, lambda w, v: setattr(v, "day", 5)),
    "a figure": (TypeError, lambda w, v: exec("v.extras[0] = 1.0", {"v": v})),
    "the row of another": (AttributeError, lambda w, v: setattr(w, "row", 5)),
    "the draws of another": (AttributeError, lambda w, v: setattr(w, "identity", w.identity + 1)),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_write_fails_in_the_agent_that_tries_it_and_changes_nothing(watched, way):
    market, watcher = watched
    error, attempt = WAYS_IN[way]
    before = facts(market.view(), "view")
    with pytest.raises(error):
        attempt(watcher, watcher.shown)
    assert facts(market.view(), "view") == before


def test_what_an_agent_does_to_its_copies_changes_no_run():
    def scribble(watcher, view):
        watcher.position[:] = 1
        for array in (watcher.rows, watcher.member, watcher.identity):
            with pytest.raises(ValueError, match="read-only"):
                array[:] = 1
            with pytest.raises(ValueError, match="WRITEABLE"):
                array.setflags(write=True)
        watcher.seen_bp[:] = view.day

    def run(act):
        market = small_market()
        Watcher.act = staticmethod(act)
        Watcher(market, name="Watcher")
        return digest(live(market, BURN_IN + 1))

    assert run(scribble) == run(lambda watcher, view: None)


def test_nobody_acts_for_an_account_that_is_not_its_own_or_plays_a_part_of_the_official_sector():
    class Intruder(Watcher):
        asked: ClassVar[list] = []

        def take_curve(self, fitted_bp, view):
            self.asked.append("the scoring curve")

        def study(self, traded_face, view):
            self.asked.append("turnover by security")

        def accept(self, offers, buyback, view, fitted_bp):
            self.asked.append("offers")

        def announce(self, view):
            self.asked.append("announcements")

    class Impostor(Watcher):
        account = "Treasury"

    market = small_market()
    with pytest.raises(ValueError, match=r"Impostor.account is 'Treasury', expected none: only who is `official`"):
        Impostor(market)
    Intruder(market, name="Intruder")
    live(market, BURN_IN + 1)
    assert market.record.to_pandas("buybacks").shape[0] == 1 and Intruder.asked == []


def shown_to(watcher):
    """Yield the arrays that somebody is shown, with the path to each."""
    for path, value, _ in reached(watcher.shown, "view"):
        if isinstance(value, np.ndarray):
            yield path, value


def test_a_view_shows_neither_the_scoring_curve_nor_anybodys_valuation(watched):
    seen, watcher = watched
    secrets = {"scoring curve": scoring_curve_bp(seen), "residuals": seen.residual_bp}
    for kind, table in seen.kinds.items():
        private = {name: column[: table.n] for name, column in table.columns.items() if name != "last"}  # a public past
        secrets |= {f"{kind.__name__}.{name}": column for name, column in private.items()}
    for path, shown in shown_to(watcher):
        for name, secret in secrets.items():
            for row in np.atleast_2d(secret):
                if row.shape == shown.shape and np.ptp(np.nan_to_num(row)) > 0:
                    both = np.isfinite(row) & (row != 0)
                    assert not np.array_equal(row[both], shown[both].astype(float)), f"{path} is {name}"
    assert not {"ledger", "outlook", "newswire", "participants"} & {field.name for field in dataclasses.fields(View)}


def test_a_view_shows_of_issues_to_come_their_calendar_and_nothing_else(watched):
    """No coupon, reference CPI, price or face before they are public; no auction, and no reserve of a buyback."""
    market, watcher = watched
    view, s = watcher.shown, watcher.shown.securities
    announced = view.when_issued | market.auctioned
    announced[[auction.security for auction in view.auctions]] = True
    to_come = ~announced
    assert to_come.sum() > 100 and (market.securities.index_base_e5[to_come] > 0).any()
    for column in (s.coupon_e3, s.index_base_e5, view.anticipated, view.outstanding, view.soma, view.tradable):
        assert not column[to_come].any()
    for column in (view.composite_bp, view.bid, view.ask):
        assert np.isnan(column[to_come]).all()
    assert not view.anticipated[~market.auctioned].any()
    assert all(auction.announced_day <= view.date <= auction.auction_day for auction in view.auctions)
    assert view.buybacks or market.futures is not None
    secret = {"reserve_bp", "curve_weight", "cap_share"}
    assert not secret & {field.name for field in dataclasses.fields(Buyback)} and not secret & set(view.extras)


def test_the_books_of_the_ledger_refuse_to_be_written_and_positions_are_copies(watched):
    seen = watched[0]
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
