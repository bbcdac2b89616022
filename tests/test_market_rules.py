"""Rules of the market worked by hand, each without a market: auctions, when-issued trades, futures, repo, lending."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
from delivery_oracle import delivery
from securities_on_paper import listed

from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.auctions import when_issued
from market.auctions.backstop import accepted_below
from market.auctions.noncompetitive import ClassAwards, class_awards
from market.auctions.rollover import NO_AUCTION, note_rollovers
from market.auctions.turnout import turned_up
from market.auctions.yield_trading import in_yield
from market.bonds import bond_arithmetic
from market.bonds.linear_price import or_par, price_at
from market.bonds.securities import Kind
from market.books.messages import BIDS, OFFERS, TRADES, Rollover, Venue
from market.futures.board import FuturesBoard, face_dv01_musd
from market.futures.contracts import CONTRACTS, first_of_month
from market.futures.cycle import FACE_DOLLARS, N_CONTRACTS, Cycle, Grades, grades_on
from market.money.repo_collateral import worth_of_face
from market.money.securities_lending import charge_for_securities, fees_of
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD, POINT_E8, cash_cents, day_number

M = FACE_PER_MUSD


# ---- prices ----------------------------------------------------------------------------------------
def test_a_price_falls_by_dv01_and_convexity_takes_half_of_a_square_off():
    assert price_at(451.0, 450.0, 100.0, 0.08, 0.0002) == pytest.approx(100.0 - 0.08 + 0.0001)
    assert price_at(440.0, 450.0, 100.0, 0.08, 0.0002) == pytest.approx(100.0 + 0.8 + 0.01)
    assert or_par(np.array([98.5, np.nan])).tolist() == [98.5, 100.0]


# ---- auctions --------------------------------------------------------------------------------------
def test_a_backstop_takes_what_is_cheapest_against_the_curve_first():
    lines = np.zeros(3, OFFERS)
    lines["security"], lines["face"] = [0, 1, 2], 10 * M
    taken = accepted_below(np.array([5.0, 12.0, 1.0]), lines, 2.0, np.full(3, 100 * M), 15 * M)
    assert taken.tolist() == [5 * M, 10 * M, 0]


def test_awards_of_dealers_of_direct_bidders_and_of_all_others_add_up():
    fund = SimpleNamespace(rows=np.array([1, 2]), direct_share=lambda: np.array([0.25, 1.0]))
    market = SimpleNamespace(sectors=np.array([DEALERS, "funds", "funds"]), playing=lambda role: [fund])
    found = class_awards(market, np.array([0, 1, 1, 2]), np.array([400, 101, 50, 30]), np.array([7, 8]))
    assert found == ClassAwards(dealer=400, direct=25 + 12 + 30, indirect=151 - 37, noncompetitive=15)


def test_what_is_repaid_is_rolled_lost_or_capped():
    told, rows = Rollover(True, repaid=100, wanted=70, rolled=0, planned=(), missed=()), []
    market = SimpleNamespace(
        playing=lambda role: [SimpleNamespace(rollovers=lambda view: [told])],
        view=lambda: None,
        record=SimpleNamespace(add=lambda table, **columns: rows.append(columns)),
        date=19_900,
        withdrawn=set(),
    )
    note_rollovers(market)
    faces = {"repaid_face": 100, "redeemed_face": 100, "capped_face": 30, "rolled_face": 0, "lost_face": 70}
    assert rows == [{"date": 19_900, "kind": "bills", **faces, "auctions_missed": 0, "reason": NO_AUCTION}]


def test_what_stays_away_is_taken_off_each_bid_and_rounded_down():
    bids = np.array([(0, 450, 9), (1, 450, 10_001), (2, 450, 50)], BIDS)
    here = turned_up(SimpleNamespace(staying_away=np.array([0, 2_500, 10_000])), bids)
    assert here["bidder"].tolist() == [0, 1] and here["face"].tolist() == [9, 7_500]
    assert turned_up(SimpleNamespace(staying_away=np.zeros(0)), bids) is bids


# ---- when issued -----------------------------------------------------------------------------------
ISSUE, MATURITY = day_number("2024-05-31"), day_number("2029-05-31")


class Owed:
    """A ledger that knows what is due only, as instrument by account."""

    def __init__(self, position=()):
        self.due, self.position = {}, position

    def owe(self, memo, column, giver, taker, amount):
        """Add what the giver owes the taker, pair by pair."""
        for account, sign in ((giver, -1), (taker, 1)):
            for one, what in zip(account.tolist(), (sign * amount).tolist(), strict=True):
                self.due[column, one] = self.due.get((column, one), 0) + what

    def position_in(self, rows, securities):
        """Return the positions that were given."""
        return np.array(self.position)

    def __len__(self):
        return len(self.position)


def before_auction(coupon_e3=4_625, position=()):
    """Return a market with one note of five years: 2 million traded by request at 4.550 %, a million by auction."""
    trades = np.zeros(2, TRADES)
    trades["venue"], trades["face"] = [Venue.REQUEST, Venue.AUCTION], [2 * M, M]
    trades["buyer"], trades["seller"] = [2, 3], [3, 0]
    trades["price_e8"] = bond_arithmetic.auction_price_e8(np.array([455.0]), 4_500, MATURITY, ISSUE)
    trades["cash_cents"] = cash_cents(trades["face"], trades["price_e8"])
    return SimpleNamespace(
        securities=listed([Kind.NOTE], 60, coupon_e3, ISSUE, MATURITY),
        coupon_e3=np.array([4_500]),
        when_issued=np.array([True]),
        tradable=np.array([True]),
        rank=np.array([0]),
        accrued_e8=np.zeros(1, np.int64),
        index_e5=np.full(1, 10**5),
        settle_day=np.array([ISSUE]),
        composite_bp=np.array([455.0]),
        unsettled=[trades],
        ledger=Owed(position),
    )


NEW = SimpleNamespace(security=0, issue_day=ISSUE)


def test_a_higher_coupon_than_was_provisional_costs_the_buyer_what_it_is_worth_at_the_yield_agreed():
    market = before_auction()
    when_issued.strike(market, NEW)
    # an eighth of a percent a year for five years at 4.55 %: 0.125 x 4.43 = 0.554 points of 2 million
    owed = market.ledger.due[Money.DEPOSITS, 3]
    assert owed == pytest.approx(1_107_000, rel=0.005) and market.ledger.due[Money.DEPOSITS, 2] == -owed
    struck = market.unsettled[0]
    assert struck["cash_cents"][0] - cash_cents(2 * M, before_auction().unsettled[0]["price_e8"][0]) == owed
    assert struck[1] == before_auction().unsettled[0][1]  # of the auction itself


def test_a_void_trade_leaves_nothing_owed():
    market = before_auction()
    one = market.unsettled[0][:1]
    market.ledger.owe("trade", N_MONEY, one["seller"], one["buyer"], one["face"])
    market.ledger.owe("trade", Money.DEPOSITS, one["buyer"], one["seller"], one["cash_cents"])
    assert when_issued.void(market, 0) == 1
    assert set(market.ledger.due.values()) == {0} and market.unsettled[0]["venue"].tolist() == [Venue.AUCTION]
    assert not market.when_issued.any() and not market.tradable.any() and market.rank.tolist() == [-1]


def test_before_an_auction_stand_the_middle_what_was_traded_and_what_is_short():
    market = before_auction(position=[-3 * M, 5 * M, -2 * M])
    assert when_issued.BeforeAuction.of(market, NEW) == when_issued.BeforeAuction(455.0, 2 * M, 5 * M)
    market.when_issued = np.array([False])
    assert when_issued.BeforeAuction.of(market, NEW) == when_issued.BeforeAuction(455.0, 0, 0)


def test_the_middle_of_a_bill_is_told_in_the_discount_rate_of_its_auction():
    bill = listed([Kind.BILL], 6, maturity_day=ISSUE + 182)
    market = SimpleNamespace(securities=bill, composite_bp=np.array([500.0]))
    # 5 % x 360/365 = 4.93151 %, over 1 + 5 % x 182/365 = 1.024932
    assert when_issued.middle_rate_bp(market, NEW) == pytest.approx(481.155, abs=0.001)
    assert when_issued._accrued_e8(SimpleNamespace(securities=bill), 0, 0) == 0


def test_a_bill_bought_before_its_issue_has_its_discount_for_the_days_from_delivery():
    bill = listed([Kind.BILL], maturity_day=200)
    market = SimpleNamespace(securities=bill, when_issued=np.array([True]), settle_day=np.array([110]), settle_date=100)
    price = in_yield(market, np.array([0]), np.array([99 * POINT_E8]))
    assert price.tolist() == [99_10 * POINT_E8 // 100]  # one point for 100 days, 0.9 for 90
    market.when_issued, market.settle_day = np.array([False]), np.array([100])
    assert in_yield(market, np.array([0]), np.array([99 * POINT_E8])).tolist() == [99 * POINT_E8]


# ---- futures ---------------------------------------------------------------------------------------
JUNE, DELIVERED = first_of_month(2024, 6), day_number("2024-06-28")


def grades(**more):
    """Return one pair of the first contract: 90 days at a factor of 0.9, a coupon of 2 paid 45 days before the end."""
    one = {"factor": [0.9], "accrued": [1.0], "accrued_later": [0.5], "coupon": [2.0], "waiting": [45.0]}
    columns = {name: np.array(value) for name, value in {**one, **more}.items()}
    return Grades(np.zeros(1, np.int64), np.zeros(1, np.int64), **columns, days=90)


def test_a_forward_grows_at_repo_less_the_coupon_that_is_lent_on_the_way():
    # 99 x 1.0125 - 2 x 1.00625 - 0.5 = 97.725, over the factor
    fair = grades().forwards(np.array([98.0]), 500.0)
    assert fair == pytest.approx([97.725 / 0.9])
    every = np.full(N_CONTRACTS, fair[0])
    assert grades().implied_repo_bp(np.array([98.0]), every) == pytest.approx([500.0])


def test_the_cheapest_of_a_contract_is_the_least_forward_and_what_has_none_is_left_out():
    one, none = np.zeros(4), np.zeros(4, np.int64)
    many = Grades(np.array([0, 0, 1, 2]), none, one, one, one, one, one, 90)
    assert many.cheapest(np.array([5.0, 4.0, 7.0, np.nan])).tolist() == [1, 2, -1, -1, -1, -1]


def test_what_may_be_delivered_earns_what_the_oracle_says_pair_by_pair():
    days = np.array([day_number(d) for d in ("2030-12-31", "2031-05-15", "2032-11-15", "2040-05-15")])
    s = listed([Kind.NOTE] * 3 + [Kind.BOND], [120, 120, 120, 360], [3_750, 1_625, 4_125, 4_375], 0, days)
    price, settle, ones = np.array([95.8, 83.1, 96.9, 98.0]), day_number("2024-05-10"), np.ones(4, np.int64)
    found = grades_on(s, s.coupon_e3, ones, settle, Cycle(JUNE, DELIVERED, DELIVERED))
    assert found.days == 49 and len(FACE_DOLLARS) == N_CONTRACTS
    futures = np.linspace(100.0, 110.0, N_CONTRACTS)
    implied = found.implied_repo_bp(price, futures)
    for c, contract in enumerate(CONTRACTS.values()):
        told = delivery(contract, s, price, futures[c], settle, JUNE, DELIVERED, ones)
        mine = found.contract == c
        assert found.place[mine].tolist() == np.flatnonzero(np.isfinite(told.implied_repo_bp)).tolist()
        assert implied[mine] == pytest.approx(told.implied_repo_bp[found.place[mine]], abs=1e-6)
    with pytest.raises(ValueError, match="expected after the settlement"):
        grades_on(s, s.coupon_e3, ones, DELIVERED, Cycle(JUNE, DELIVERED, DELIVERED))


def test_a_board_turns_duration_into_contracts_and_back():
    dollars, none = np.array([40.0, 80.0]), np.zeros(2)
    board = FuturesBoard(None, 30, 530.0, none, none, np.array([5.0, 8.0]), dollars, *[none] * 7)
    assert board.contracts_for(np.array([0.004, 0.004])).tolist() == pytest.approx([100.0, 50.0])
    assert board.dv01_of(np.array([100.0, 50.0])).tolist() == pytest.approx([0.004, 0.004])
    assert board.bp_per_tick.tolist() == pytest.approx([5 / 256, 8 / 256])
    assert face_dv01_musd(0.08) * FACE_PER_MUSD == pytest.approx(0.0008)  # eight hundredths of a percent of a million


# ---- repo and loans of securities ------------------------------------------------------------------
def test_collateral_is_worth_its_clean_price_and_accrued_interest_indexed():
    market = SimpleNamespace(
        middle=np.array([98.0, np.nan]), accrued_e8=np.array([POINT_E8, 0]), index_e5=np.array([110_000, 100_000])
    )
    assert worth_of_face(market) == pytest.approx([0.99 * 1.1, 1.0])


class Paid:
    """A ledger with one security that writes down who pays whom."""

    def __init__(self, lent, balance):
        empty = np.zeros((len(lent), N_MONEY + 1), np.int64)
        self.lent, self.balance, self.paid = empty, empty.copy(), []
        self.lent[:, N_MONEY], self.balance[:, N_MONEY] = lent, balance

    def pay(self, memo, payer, payee, cents):
        """Write it down."""
        self.paid += [(memo, *row) for row in zip(payer.tolist(), payee.tolist(), cents.tolist(), strict=True)]


def lending(general=500.0):
    """Return a market in which account 4 is short of what 2, 3 and the Fed lent it, over three nights."""
    lent = np.zeros(6, np.int64)
    lent[[2, 3, FED, 4]] = [60 * M, 30 * M, 10 * M, -100 * M]
    balance = np.zeros(6, np.int64)
    balance[[2, 3, FED, TREASURY]] = [540 * M, 170 * M, 90 * M, -1_000 * M]
    failed = np.zeros(2, TRADES)
    failed["buyer"], failed["seller"], failed["settle_day"] = 3, 5, [100, 101]
    failed["cash_cents"], failed["venue"] = 36_000_000, Venue.REQUEST
    return SimpleNamespace(
        ledger=Paid(lent, balance),
        sofr_bp=general,
        rates=SimpleNamespace(on_rrp=490.0, srf=550.0),
        burning_in=False,
        settle_date=103,
        date=100,
        flows=SimpleNamespace(under=lambda name: nullcontext()),
        middle=np.array([100.0]),
        special_bp=np.zeros(1),
        premises=SimpleNamespace(fed_lending=SimpleNamespace(least_bp=5.0)),
        unsettled=[failed],
    )


def test_the_fee_of_a_security_goes_by_what_is_short_of_what_others_than_the_fed_own():
    # others own 600 + 200: a quarter comes to market, of which 100 is half: an eighth of the most, 500 + 100 bp
    assert fees_of(lending(), 500.0) == pytest.approx([600.0 / 8])


def test_who_is_short_pays_each_lender_and_who_fails_pays_the_buyer_for_the_nights_to_the_next_business_day():
    market = lending()
    charge_for_securities(market)
    night = 75e-4 * 3 / 360 * 10**8  # cents a million: 75 bp for three nights
    fees = {payee: cents for memo, payer, payee, cents in market.ledger.paid if memo == "fee of a securities loan"}
    assert fees == {2: round(60 * night), 3: round(30 * night), FED: round(10 * night)}
    assert {payer for memo, payer, *_ in market.ledger.paid if memo == "fee of a securities loan"} == {4}
    # one percent of 360,000 dollars for three days is 30 dollars; what is due tomorrow did not fail
    assert [row for row in market.ledger.paid if row[0] == "fails charge"] == [("fails charge", 5, 3, 3_000)]
    assert market.lending_fee_cents == sum(fees.values()) and market.fails_charge_cents == 3_000


def test_where_no_rate_was_made_the_floor_stands_for_it_and_a_burn_in_pays_nothing():
    market = lending(np.nan)
    market.burning_in = True
    charge_for_securities(market)
    assert market.special_bp == pytest.approx([590.0 / 8]) and not market.ledger.paid
