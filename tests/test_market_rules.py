"""Rules of the market worked by hand, each without a market: auctions, when-issued trades, clearing."""

from types import SimpleNamespace

import numpy as np
import pytest
from securities_on_paper import listed

from market.accounts.clearing import Clearing, ClearingRules, carry, net
from market.accounts.instruments import N_MONEY, Money
from market.accounts.settlement import book
from market.auctions import when_issued
from market.auctions.backstop import accepted_below
from market.auctions.noncompetitive import ClassAwards, class_awards
from market.auctions.rollover import LIMIT, NO_AUCTION, NO_BIDS, ROLLED, ROUNDING, note_rollovers, reason_of
from market.auctions.turnout import stay_away, turned_up
from market.auctions.yield_trading import in_yield
from market.bonds import bond_arithmetic
from market.bonds.linear_price import or_par, price_at
from market.bonds.securities import Kind
from market.books.messages import BIDS, OFFERS, TRADES, Rollover, Venue
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
    fund = SimpleNamespace(rows=np.array([1, 2]), direct_share=lambda auction, view: np.array([0.25, 1.0]))
    market = SimpleNamespace(sectors=np.array([DEALERS, "funds", "funds"]), playing=lambda role: [fund])
    won = np.array([0, 1, 1, 2]), np.array([400, 101, 50, 30])
    found = class_awards(market, None, None, *won, np.array([7, 8]))
    assert found == ClassAwards(dealer=400, direct=25 + 12 + 30, indirect=151 - 37, noncompetitive=15)


def test_what_is_repaid_is_rolled_lost_or_capped():
    told, rows = Rollover(False, repaid=100, wanted=70, rolled=20, planned=((4, 19_890),), missed=((4, 19_890),)), []
    market = SimpleNamespace(
        playing=lambda role: [SimpleNamespace(rollovers=lambda view: [told])],
        view=lambda: None,
        record=SimpleNamespace(add=lambda table, **columns: rows.append(columns)),
        date=19_900,
        withdrawn=set(),
    )
    note_rollovers(market)
    faces = {"repaid_face": 100, "redeemed_face": 80, "capped_face": 30, "rolled_face": 20, "lost_face": 50}
    assert rows == [{"date": 19_900, "kind": "coupons", **faces, "auctions_missed": 1, "reason": NO_BIDS}]
    none = Rollover(True, 100, 70, 0, (), ())
    assert reason_of(none, set()) == NO_AUCTION and reason_of(Rollover(True, 9, 9, 9, (), ()), set()) == ROLLED
    assert reason_of(Rollover(True, 9, 9, 8, ((4, 1),), ()), set()) == ROUNDING
    assert reason_of(told, {(4, 19_890)}) == LIMIT


def test_what_stays_away_is_taken_off_each_bid_and_rounded_down():
    bids = np.array([(0, 450, 1), (1, 450, 10_001), (2, 450, 50)], BIDS)
    market = SimpleNamespace(staying_away=np.zeros(0, np.int64), ledger=range(3))
    assert turned_up(market, bids) is bids
    for rows, share in ((1, 1_000), (1, 2_500), (2, 10_000), (2, 5_000)):
        stay_away(market, rows, share)  # of two shares the larger counts
    here = turned_up(market, bids)
    assert here["bidder"].tolist() == [0, 1] and here["face"].tolist() == [1, 7_500]


# ---- when issued -----------------------------------------------------------------------------------
AT = 1  # the place of the new note
ISSUE, MATURITY = day_number("2024-05-31"), day_number("2029-05-31")


class Owed:
    """A ledger that knows what is due only, as instrument by account."""

    def __init__(self, position=()):
        self.due, self.position, self.paid = {}, position, []

    def owe(self, memo, column, giver, taker, amount):
        """Add what the giver owes the taker, pair by pair."""
        for account, sign in ((giver, -1), (taker, 1)):
            columns, amounts = np.broadcast_to(column, account.shape), sign * amount
            for place in zip(columns.tolist(), account.tolist(), amounts.tolist(), strict=True):
                self.due[place[:2]] = self.due.get(place[:2], 0) + place[2]

    def owe_trades(self, trades):
        """Leave trades to be owed by column."""
        return False

    def pay(self, memo, payer, payee, cents):
        """Write down who pays whom, if anything."""
        self.paid += [row for row in zip(payer.tolist(), payee.tolist(), cents.tolist(), strict=True) if row[2]]

    def position_in(self, rows, securities):
        """Return the positions that were given."""
        return np.array(self.position)

    def __len__(self):
        return len(self.position)


def before_auction(coupon_e3=4_625, position=()):
    """Return a market with a bill and a note of 5 years: 2 million of it traded at 4.550 %, a million by auction."""
    trades = np.zeros(2, TRADES)
    trades["venue"], trades["face"] = [Venue.REQUEST, Venue.AUCTION], [2 * M, M]
    trades["buyer"], trades["seller"], trades["security"] = [2, 3], [3, 0], AT
    trades["price_e8"] = bond_arithmetic.auction_price_e8(np.array([455.0]), 4_500, MATURITY, ISSUE)
    trades["cash_cents"] = cash_cents(trades["face"], trades["price_e8"])
    return SimpleNamespace(
        securities=listed([Kind.BILL, Kind.NOTE], 60, [0, coupon_e3], ISSUE, [ISSUE + 182, MATURITY]),
        coupon_e3=np.array([0, 4_500]),
        when_issued=np.array([False, True]),
        tradable=np.array([True, True]),
        rank=np.array([-1, 0]),
        accrued_e8=np.zeros(2, np.int64),
        index_e5=np.full(2, 10**5),
        settle_day=np.full(2, ISSUE),
        composite_bp=np.array([500.0, 455.0]),
        premises=SimpleNamespace(when_issued=True),
        auctioned=np.zeros(2, bool),
        issue_day=np.zeros(2, np.int64),
        unsettled=[trades],
        ledger=Owed(position),
    )


NEW = SimpleNamespace(security=AT, issue_day=ISSUE)


def test_a_new_issue_trades_from_its_announcement_at_the_front_and_what_floats_or_was_sold_does_not():
    untouched = {"premises": SimpleNamespace(when_issued=False)}, {"auctioned": np.ones(2, bool)}
    floating = {"securities": listed([Kind.BILL, Kind.FRN], maturity_day=MATURITY)}
    for changed in ({}, *untouched, floating):
        market = before_auction()
        market.when_issued, market.tradable, market.rank = (np.zeros(2, bool), np.zeros(2, bool), np.full(2, -1))
        vars(market).update(changed)
        when_issued.open_trading(market, NEW)
        opened = market.when_issued.tolist(), market.tradable.tolist(), market.issue_day[AT]
        assert opened == (([False, True], [False, True], ISSUE) if not changed else ([False] * 2, [False] * 2, 0))
        assert market.rank.tolist() == ([-1, -1] if changed else [-1, 0]) and not market.accrued_e8.any()
    bill = before_auction()
    bill.rank = np.full(2, -1)
    when_issued.open_trading(bill, SimpleNamespace(security=0, issue_day=ISSUE + 3))
    assert bill.rank.tolist() == [-1, -1] and bill.settle_day.tolist() == [ISSUE + 3, ISSUE]
    when_issued.open_trading(bill, SimpleNamespace(security=AT, issue_day=ISSUE + 30))
    assert bill.accrued_e8.tolist() == [0, round(2.25 * 30 / 183 * POINT_E8)]  # a bill accrues nothing


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
    market.ledger.owe("trade", N_MONEY + AT, one["seller"], one["buyer"], one["face"])
    market.ledger.owe("trade", Money.DEPOSITS, one["buyer"], one["seller"], one["cash_cents"])
    assert when_issued.void(market, AT) == 1
    assert set(market.ledger.due.values()) == {0} and market.unsettled[0]["venue"].tolist() == [Venue.AUCTION]
    assert not market.when_issued.any() and market.tradable.tolist() == [True, False]
    assert market.rank.tolist() == [-1, -1]


def test_before_an_auction_stand_the_middle_what_was_traded_and_what_is_short():
    market = before_auction(position=[-3 * M, 5 * M, -2 * M])
    assert when_issued.BeforeAuction.of(market, NEW) == when_issued.BeforeAuction(455.0, 2 * M, 5 * M)
    market.when_issued = np.zeros(2, bool)
    assert when_issued.BeforeAuction.of(market, NEW) == when_issued.BeforeAuction(455.0, 0, 0)


def test_the_middle_of_a_bill_is_told_in_the_discount_rate_of_its_auction():
    bill = SimpleNamespace(security=0, issue_day=ISSUE)
    # 5 % x 360/365 = 4.93151 %, over 1 + 5 % x 182/365 = 1.024932
    assert when_issued.middle_rate_bp(before_auction(), bill) == pytest.approx(481.155, abs=0.001)


def test_a_bill_bought_before_its_issue_has_its_discount_for_the_days_from_delivery():
    bill = listed([Kind.BILL], maturity_day=200)
    market = SimpleNamespace(securities=bill, when_issued=np.array([True]), settle_day=np.array([110]), settle_date=100)
    price = in_yield(market, np.array([0]), np.array([99 * POINT_E8]))
    assert price.tolist() == [99_10 * POINT_E8 // 100]  # one point for 100 days, 0.9 for 90
    market.when_issued, market.settle_day = np.array([False]), np.array([100])
    assert in_yield(market, np.array([0]), np.array([99 * POINT_E8])).tolist() == [99 * POINT_E8]


# ---- clearing --------------------------------------------------------------------------------------
def clearing(netting, *sales):
    """Return a market with two securities at par and trades (seller, buyer, $m, cents per $100) in the second."""
    trades, members = np.zeros(len(sales), TRADES), ("funds",)
    for name, column in zip(("seller", "buyer", "face", "cash_cents"), zip(*sales, strict=True), strict=True):
        trades[name] = column
    trades["security"], trades["face"] = AT, trades["face"] * M
    trades["cash_cents"] *= trades["face"]
    market = SimpleNamespace(
        ledger=Owed(position=range(6)),
        securities=listed([Kind.NOTE] * 2),
        sectors=np.array(["", "", "", "funds", "funds", "funds"]),
        clearing=Clearing(ClearingRules(netting, members)),
        middle=np.array([90.0, 100.0]),
        accrued_e8=np.zeros(2, np.int64),
        index_e5=np.full(2, 10**5),
        unsettled=[trades],
        day=5,
        date=19_900,
    )
    book(market.ledger, trades)
    return market, trades


BACK_AND_FORTH = (3, 4, 125, 10_050), (4, 3, 20, 9_990)


def test_a_pair_delivers_its_difference_in_pieces_at_the_settlement_price_and_pays_the_rest_at_once():
    market, trades = clearing("bilateral", *BACK_AND_FORTH)
    left = net(market, trades)
    assert (left["face"] // M).tolist() == [50, 50, 5] and set(left["seller"].tolist()) == {3}
    assert (left["cash_cents"] // left["face"]).tolist() == [10_000] * 3
    # 125 million at half a point more than par, 20 bought back at a tenth less: 625,000 and 20,000 dollars
    assert market.ledger.paid == [(4, 3, 64_500_000)]
    assert market.ledger.due[N_MONEY + AT, 4] == 105 * M == -market.ledger.due[N_MONEY + AT, 3]
    assert market.ledger.due[Money.DEPOSITS, 3] == 105 * M * 10_000 == -market.ledger.due[Money.DEPOSITS, 4]


def test_a_cent_is_paid_by_who_owes_it():
    for cents, paid in ((1, (4, 3, 1)), (-1, (3, 4, 1))):
        market, trades = clearing("bilateral", (3, 4, 10, 10_000))
        trades["cash_cents"] += cents
        net(market, trades)
        assert market.ledger.paid == [paid]


def test_members_deliver_to_whom_all_others_owe_and_pay_one_sum_each():
    market, trades = clearing("multilateral", (3, 4, 10, 10_010), (4, 5, 10, 9_995))
    left = net(market, trades)
    assert left[["seller", "buyer", "face"]].tolist() == [(3, 5, 10 * M)]
    # who passed it on bought a tenth of a point above par and sold a twentieth below
    assert sorted(market.ledger.paid) == [(4, 3, 1_000_000), (4, 5, 500_000)]


def test_what_is_carried_is_what_is_to_be_received_net_by_the_rule():
    for netting, carried in (("none", [20.0, 125.0, 0.0]), ("bilateral", [0.0, 105.0, 0.0])):
        market, _ = clearing(netting, *BACK_AND_FORTH)
        assert not market.clearing.of(np.array([3, 4, 99])).any()  # nothing before the first close
        carry(market)
        assert market.clearing.of(np.array([3, 4, 99])).tolist() == carried


def test_what_fails_again_is_not_cured():
    deliveries, fails = np.zeros(1, TRADES), np.zeros(2, TRADES)
    deliveries["face"], fails["face"], fails["settle_day"] = 100, [30, 10], [19_899, 19_900]
    told = Clearing(ClearingRules())
    assert (told.failed_face, told.delivered_face, told.cured_face) == (0, 0, 0)
    told.note(deliveries, fails, 50, 19_900)
    assert (told.failed_face, told.delivered_face, told.cured_face) == (40, 60, 20)
