"""What is no line is refused with a reason and the run goes on: orders, quotes, answers, bids, offers, and money."""

import numpy as np
import pytest
from small_market import digest, live, small_market, trades_by_name

from agents.dealers.primary_dealer import PrimaryDealer
from agents.institution import Institution
from experiments.scenario import names
from market.accounts.instruments import PUBLIC, Money
from market.books.messages import BIDS, NONCOMPETITIVE, ORDERS, Order, Quotes, Venue
from market.futures.call import SCHEDULES
from market.hearing import whole
from market.rounds import mean_said
from market.units import FACE_PER_MUSD

BURN_IN = 2
MILLION = FACE_PER_MUSD


def note_of(view):
    """Return the on-the-run note of ten years."""
    return int(np.flatnonzero(view.on_the_run & (view.securities.term_months == 120))[0])


class Teller(Institution):
    """Says in the first round of each day what it was given to say."""

    sector = "notebook"
    say = staticmethod(lambda teller, view: [])

    def decide(self, view):
        return self.say(self, view) if view.round == 0 else []


def told(say, kind=Teller, scenario="baseline", days=1, cash_musd=0, **values):
    """Return the market in which somebody said something for some days, and the reasons that it was given."""
    market = small_market(scenario, **values)
    teller = type("Notebook", (kind,), {"say": staticmethod(say)})(market, name="Teller")
    market.ledger.pay("gift", PUBLIC, teller.row, cash_musd * 10**8)
    live(market, days)
    return market, teller, [refusal.reason for refusal in market.rejections.get("Teller", [])]


# ---- orders ---------------------------------------------------------------------------------------
NO_ORDER = ", expected an Order"
JUNK = {
    "text in a list": (lambda t, v: ["x"], "a str" + NO_ORDER),
    "nothing in a list": (lambda t, v: [None], "a NoneType" + NO_ORDER),
    "a pair in a list": (lambda t, v: [(3, 50_000)], "a tuple" + NO_ORDER),
    "an order by itself": (lambda t, v: Order(note_of(v), 50_000), "orders: an Order, expected a list of Order"),
    "a number": (lambda t, v: 5, "orders: an int, expected a list of Order or a table of ORDERS"),
    "text": (lambda t, v: "sell everything", "orders: a str, expected a list of Order"),
    "a mapping": (lambda t, v: {note_of(v): 50_000}, "orders: a dict, expected a list of Order"),
    "plain numbers": (lambda t, v: np.ones(3), "orders: a table of float64, expected a table of owner, security, face"),
    "half a face": (lambda t, v: [Order(note_of(v), 1.5)], "face 1.5, expected a whole number of $100"),
    "no face": (lambda t, v: [Order(note_of(v), float("nan"))], "face nan, expected a whole number"),
    "an endless face": (lambda t, v: [Order(note_of(v), float("inf"))], "face inf, expected a whole number"),
    "a huge face": (lambda t, v: [Order(note_of(v), 10**30)], "larger than $30 bn"),
    "the least face": (lambda t, v: np.array([(0, note_of(v), -(2**63), 99.0, 1)], ORDERS), "larger than $30 bn"),
    "half a security": (lambda t, v: [Order(0.5, 50_000)], "security 0.5, expected the number of a security"),
    "a CUSIP": (lambda t, v: [Order(v.securities.cusip[3], 50_000)], "expected the number of a security"),
    "a huge security": (lambda t, v: [Order(10**30, 50_000)], "no such security"),
    "an endless limit": (lambda t, v: [Order(note_of(v), 50_000, limit=float("inf"))], "price outside 0 to 200 points"),
    "a limit in words": (
        lambda t, v: [Order(note_of(v), 50_000, limit="par")],
        "limit par, expected a price in points",
    ),
    "a venue in words": (
        lambda t, v: [Order(note_of(v), 50_000, venue="book")],
        "venue book, expected one of Venue.BOOK",
    ),
    "a venue of others": (lambda t, v: [Order(note_of(v), 50_000, venue=99)], "no such venue"),
}


@pytest.fixture(scope="module")
def quiet():
    """Return what a market is like in which a newcomer says nothing."""
    return digest(told(lambda teller, view: [])[0])


@pytest.mark.parametrize("junk", JUNK)
def test_a_line_that_is_no_order_is_refused_with_a_reason_and_the_run_goes_on_as_if_it_had_not_been_said(junk, quiet):
    said, reason = JUNK[junk]
    market, _, reasons = told(said)
    assert len(reasons) == 1 and reason in reasons[0]
    assert digest(market) == quiet


def test_of_several_lines_each_bad_one_is_refused_and_the_good_ones_trade():
    def say(teller, view):
        return ["x", Order(note_of(view), MILLION), Order(note_of(view), 1.5), Order(note_of(view), 2.0 * MILLION), 7]

    market, teller, reasons = told(say, cash_musd=100)
    assert [reason.split(",")[0] for reason in reasons] == ["a str", "face 1.5", "an int"]
    assert teller.position.sum() == 3 * MILLION == teller.position[note_of(market.view())]


def test_a_table_of_orders_in_any_layout_is_one():
    def say(teller, view):
        return np.array([(0, note_of(view), MILLION, 199.0, 1)] * 6, ORDERS).reshape(2, 3)[:, ::2]

    _, teller, reasons = told(say, cash_musd=100)
    assert reasons == [] and teller.position.sum() == 4 * MILLION


@pytest.mark.parametrize(
    ("said", "found"),
    [(5, 5), (np.int32(5), 5), (5.0, 5), (np.float64(-3), -3), (1.5, None), ("5", None), (None, None), (np.nan, None)],
)
def test_whole_numbers_are_told_from_what_is_none(said, found):
    assert whole(said) == found
    assert whole(10**30) == 2**62 == -whole(-(10**30))


# ---- means ----------------------------------------------------------------------------------------
def buy(teller, view):
    return [Order(note_of(view), 5 * MILLION)]


@pytest.mark.parametrize("scenario", ["zero-intelligence", "basis-unwind", "debt-limit-2025", "all-to-all"])
def test_a_newcomer_without_money_joins_any_scenario_and_is_told_what_it_cannot_pay(scenario):
    _, teller, reasons = told(buy, scenario=scenario, days=BURN_IN + 1)
    assert len(reasons) == BURN_IN + 1 and all(reason.startswith("costs about ") for reason in reasons)
    assert "nobody else does (no `subscriptions`, no `borrow`)" in reasons[0]
    assert not teller.position.any() and teller.cash_musd == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("scenario", names())
def test_a_newcomer_without_money_joins_every_bundled_scenario(scenario):
    _, _, reasons = told(buy, scenario=scenario, days=BURN_IN + 2)
    assert len(reasons) == BURN_IN + 2


def test_cash_is_used_up_by_purchases_in_the_order_sent_and_by_what_is_due():
    def say(teller, view):
        return [Order(note_of(view), size * MILLION) for size in (40, 70, 50, 20)]

    market, teller, reasons = told(say, cash_musd=100)
    assert [refusal.line[1] for refusal in market.rejections["Teller"]] == [70 * MILLION, 20 * MILLION]
    assert all(reason.startswith("costs about ") for reason in reasons)
    assert teller.position.sum() == 90 * MILLION and teller.cash_musd == 100.0  # nothing has settled
    live(market, 1)
    assert teller.position.sum() == 90 * MILLION and 5.0 < teller.cash_musd < 12.0


def test_nobody_sells_more_than_it_owns_unless_it_may_borrow():
    def say(teller, view):
        at = note_of(view)
        own = int(teller.position[at])
        return [Order(at, -own // 2), Order(at, -own), Order(at, -own // 2)] if own else [Order(at, 10 * MILLION)]

    market, teller, reasons = told(say, days=2, cash_musd=100)
    assert reasons == ["sells 10.00 $m, owns 5.00, and may not borrow the rest (no `may_short`)"]
    assert not teller.position.any()

    class Short(Teller):
        may_short = True

    market, teller, reasons = told(lambda t, v: [Order(note_of(v), -5 * MILLION)], Short)
    assert reasons == [] and teller.position.sum() == -5 * MILLION
    live(market, BURN_IN + 1)  # fees and its accrued interest are an overdraft
    assert teller.cash_musd >= 0.0


def test_who_has_owners_buys_what_they_pay():
    class Owned(Teller):
        def subscriptions(self, cash_cents, view):
            return -1.0 * cash_cents  # fractions of a cent are cut off

    _, teller, reasons = told(buy, Owned, days=2)
    assert reasons == [] and teller.position.sum() == 10 * MILLION and abs(teller.cash_musd) < 1e-6


def test_what_quotes_cost_beyond_cash_is_an_overdraft_with_interest_until_it_is_sold_again():
    class Maker(Teller):
        def quote(self, view):
            none = np.full(len(view.securities), np.nan)
            bid = np.where(
                view.on_the_run & view.tradable & (view.day == 0), view.price(view.composite_bp) + 0.05, np.nan
            )
            return Quotes(bid, none, np.where(np.isfinite(bid), MILLION, 0), np.zeros(len(bid), np.int64))

    market, maker, reasons = told(lambda t, v: [], Maker, days=BURN_IN + 1)
    bought = maker.position.copy()
    assert bought.sum() > 0 and reasons == []
    live(market, 1)
    owed = -int(market.ledger.balance[maker.row, Money.OVERDRAFTS])
    paid = sum(t[7] for t in trades_by_name(market) if t[2] == "Teller")
    assert owed > 0 and maker.cash_musd == 0.0 and paid == 0
    live(market, 1)
    assert -int(market.ledger.balance[maker.row, Money.OVERDRAFTS]) > owed  # it bears interest


# ---- other lines ------------------------------------------------------------------------------------
class Babbler(Institution):
    """Plays every role that trades, borrows or lends, and says the same everywhere."""

    sector = "notebook"
    words = None

    def decide(self, view):
        return self.words

    def stream(self, view):
        return self.words

    def quote(self, view):
        return self.words

    def answer(self, asked, view):
        return self.words

    def match(self, view):
        return self.words

    def bid(self, auction, view):
        return self.words

    def bid_noncompetitive(self, auction, view):
        return self.words

    def offer(self, buyback, view):
        return self.words

    def trade_futures(self, view):
        return self.words

    def subscriptions(self, cash_cents, view):
        return self.words

    def lend(self, cash_cents, view):
        return self.words

    def borrow(self, cash_cents, view):
        return self.words

    def place(self, cash_cents, view):
        return self.words


EVERYWHERE = {  # what each role is told of a word, beside orders
    "streamed yields": "numbers of shape (1, ",
    "quotes": "expected Quotes",
    "answers": "expected numbers of shape (",
    "faces for the session": "numbers of shape (1, ",
    "bids": "expected a table of bidder, ",
    "offers": "expected a pair of prices and faces",
    "schedules": "expected a table of owner, contract, ",
    "subscriptions": "numbers of shape (1,)",
    "lent": "expected a pair of cents and rates",
    "borrowed": "expected a pair of cents and rates",
    "cents placed at the Fed": "numbers of shape (1,)",
}


@pytest.mark.parametrize(
    "words", [None, "x", ["x", 1.5, "y"], {1: 2}, object()], ids=["none", "text", "list", "dict", "object"]
)
def test_a_role_that_is_answered_with_what_is_no_answer_refuses_it_with_a_reason(words):
    market = small_market("basis-unwind", seed=2)
    babbler = type("Babbler", (Babbler,), {"words": words})(market, name="Babbler")
    live(market, BURN_IN + 2)
    reasons = {refusal.reason for refusal in market.rejections["Babbler"]}
    for role, reason in EVERYWHERE.items():
        assert any(said.startswith(role + ":") and reason in said for said in reasons), role
    assert not babbler.position.any() and babbler.cash_musd == 0.0


def test_prices_and_faces_that_are_none_are_left_out_line_by_line():
    class Maker(Teller):
        def quote(self, view):
            n, at = len(view.securities), note_of(view)
            price = view.price(view.composite_bp)
            bid, ask = (
                np.where(np.arange(n) == at, price - 0.5, np.inf),
                np.where(np.arange(n) == at, price + 0.5, np.nan),
            )
            face = np.full(n, 0.5)
            face[at] = 3.0 * MILLION
            return Quotes(bid, ask, face, np.where(np.isfinite(ask), 2 * MILLION, 0))

        def answer(self, asked, view):
            return np.where(np.arange(len(asked)) % 2 == 0, -1.0, 300.0)

        def match(self, view):
            return np.full(len(view.securities), np.nan)

        def stream(self, view):
            return np.where(view.on_the_run, np.inf, view.composite_bp)

    market, _, reasons = told(lambda t, v: [], Maker)
    n = len(market.securities)
    assert f"inf and {n - 2} more: prices of quotes, expected finite numbers or NaN" in reasons
    assert f"0.5 and {n - 2} more: faces of quotes, expected whole numbers" in reasons
    assert "price outside 0 to 200 points" in reasons
    assert f"nan and {n - 1} more: faces for the session, expected whole numbers" in reasons
    assert any(reason.endswith("streamed yields, expected finite numbers or NaN") for reason in reasons)
    assert np.isfinite(market.composite_bp[market.tradable]).all()


def test_the_composite_is_the_mean_of_those_who_say_a_yield():
    streams = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    assert mean_said(streams)[:2].tolist() == [2.0, 5.0] and np.isnan(mean_said(streams)[2])


def test_bids_that_no_auction_can_take_or_that_nobody_pays_for_are_refused_and_others_win():
    class Bidder(Teller):
        def bid(self, auction, view):
            return np.array(
                [
                    (1, 5_000, MILLION),
                    (0, 5_000, 0),
                    (0, 5_000, 2**40),
                    (0, 10**6, MILLION),
                    (0, -10_000, MILLION),
                    (0, -10_000, 500 * MILLION),
                ],
                BIDS,
            )

        def bid_noncompetitive(self, auction, view):
            return np.array([(0, 1, False, -5), (0, 1, False, 0), (7, 1, False, 10)], NONCOMPETITIVE)

    market, _, reasons = told(lambda t, v: [], Bidder, days=BURN_IN + 1, cash_musd=400)
    auctions = market.record.rows["auctions"]
    assert auctions > 5
    for reason, times in (
        ("no such member", 2),
        ("face outside $100 to $1 trillion", 3),
        ("rate outside -10 % to 50 %", 1),
    ):
        assert reasons.count(reason) == times * auctions
    assert sum(reason.startswith("costs about 500.00 $m") for reason in reasons) == auctions
    won = [t for t in trades_by_name(market) if t[2] == "Teller" and t[1] == Venue.AUCTION]
    assert [t[6] for t in won] == [MILLION] * auctions


def test_offers_that_no_buyback_can_take_are_refused():
    class Offeror(Teller):
        def offer(self, buyback, view):
            n = len(view.securities)
            listed = np.flatnonzero(buyback.eligible & view.tradable)
            self.listed = listed
            price, face = np.full(n, np.nan), np.zeros(n)
            price[listed[:4]] = 250.0, 99.0, 99.0, 99.0
            face[listed[:4]] = MILLION, MILLION / 2, -MILLION, MILLION
            return price, face

    market, _, reasons = told(lambda t, v: [], Offeror, days=BURN_IN + 1)
    assert sorted(reasons) == sorted(
        [
            "price outside 0 to 200 points",
            "expected a face of $1 million or a multiple of it",
            "expected a face of $1 million or a multiple of it",
            "sells 1.00 $m, owns 0.00, and may not borrow the rest (no `may_short`)",
        ]
    )
    assert not (market.record.to_pandas("offers")["dealer"].astype(str) == "Teller").any()


def test_schedules_of_futures_that_are_none_are_refused():
    class Trader(Teller):
        def trade_futures(self, view):
            return np.array(
                [
                    (3, 0, 1.0, 0.0, -5, 5),
                    (0, 99, 1.0, 0.0, -5, 5),
                    (0, 0, np.nan, 0.0, -5, 5),
                    (0, 0, 1.0, -1.0, -5, 5),
                ],
                SCHEDULES,
            )

    _, _, reasons = told(lambda t, v: [], Trader, "basis-unwind")
    assert {reason[:16] for reason in reasons} == {"no such member", "no such contract", "expected finite "}


@pytest.mark.parametrize(
    ("lent", "borrowed", "reason"),
    [
        ((5 * 10**8, 500.0), (0, 0.0), "lent: more than the cash that it has"),
        ((10**7, np.nan), (0, 0.0), "expected a rate within 100 % a year"),
        ((10**7, 1e9), (0, 0.0), "expected a rate within 100 % a year"),
        ((np.inf, 500.0), (0, 0.0), "inf: cents lent, expected an amount in cents"),
    ],
)
def test_money_that_is_not_there_or_at_no_rate_is_not_lent(lent, borrowed, reason):
    class Lender(Teller):
        def lend(self, cash_cents, view):
            return lent

        def borrow(self, cash_cents, view):
            return borrowed

    market, lender, reasons = told(lambda t, v: [], Lender, cash_musd=1)
    assert reason in reasons and (market.ledger.balance[lender.row, :] >= 0).all()


def test_a_call_takes_one_side_of_an_institution():
    class Both(Teller):
        def lend(self, cash_cents, view):
            return 10**7, 500.0

        def borrow(self, cash_cents, view):
            return 10**7, 600.0

    market, both, reasons = told(buy, Both, days=BURN_IN, cash_musd=20)  # what it bought is collateral
    assert "lends and borrows in one call: expected one side only" in reasons
    assert -int(market.ledger.balance[both.row, Money.CLEARED_REPO]) == 10**7


def test_who_cannot_join_is_not_in_the_market():
    market = small_market()
    before = len(market.agents)
    with pytest.raises(TypeError, match="Teller has no trait 'size'"):
        Teller(market, size=3.0)
    Teller(market, name="one")
    with pytest.raises(TypeError, match="the nearest is 'risk_aversion'"):
        PrimaryDealer(market, risk_avers=3.0)
    with pytest.raises(ValueError, match="account 'one' is already open"):
        Teller(market, name="one")
    assert len(market.agents) == before + 1
    live(market, 1)
