"""Rules of futures, repo and loans of securities worked by hand, each without a market."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
from delivery_oracle import delivery
from securities_on_paper import listed

from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.bonds.securities import Kind
from market.books.messages import LOANS, TRADES, Venue
from market.futures.board import FuturesBoard, face_dv01_musd
from market.futures.contracts import CONTRACTS, first_of_month
from market.futures.cycle import FACE_DOLLARS, N_CONTRACTS, Cycle, Grades, cycle_on, grades_on
from market.money.repo_collateral import worth_of_face
from market.money.securities_lending import charge_for_securities, fees_of
from market.money.segments import Segment, money_of, prime_brokers
from market.money.withdrawn import repo_borrowed, withdrawn_cents
from market.units import FACE_PER_MUSD, POINT_E8, day_number

M = FACE_PER_MUSD


# ---- futures ---------------------------------------------------------------------------------------
JUNE, DELIVERED = first_of_month(2024, 6), day_number("2024-06-28")


def grades(**more):
    """Return one pair of the first contract: 90 days at a factor of 0.9, a coupon of 2 paid 45 days before the end."""
    one = {"factor": [0.9], "accrued": [1.0], "accrued_later": [0.5], "coupon": [2.0], "waiting": [45.0]}
    columns = {name: np.array(value) for name, value in {**one, **more}.items()}
    return Grades(np.zeros(1, np.int64), np.zeros(1, np.int64), **columns, days=90)


@pytest.mark.parametrize(
    ("day", "delivered", "last"),
    [
        ("2024-05-24", "2024-06-28", "2024-05-24"),
        ("2024-05-28", "2024-09-30", "2024-08-26"),  # Memorial Day is none of the five
        ("2024-11-01", "2024-12-31", "2024-11-22"),
        ("2024-11-25", "2025-03-31", "2025-02-24"),
    ],
)
def test_the_next_quarter_leads_from_the_fifth_business_day_before_its_month(day, delivered, last):
    found = cycle_on(day_number(day))
    assert (found.delivery_day, found.last_day) == (day_number(delivered), day_number(last))
    assert found.delivery_first == day_number(delivered[:8] + "01")


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
    assert grades_on(s, s.coupon_e3, ones, DELIVERED - 1, Cycle(JUNE, DELIVERED, DELIVERED)).days == 1
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


def test_the_column_of_a_loan_is_that_of_its_segment_and_of_the_standing_facility_where_the_fed_lends():
    loans = np.zeros(4, LOANS)
    loans["lender"] = [FED, 5, FED, 5]
    loans["segment"] = [Segment.TRIPARTY, Segment.TRIPARTY, Segment.WINDOW, Segment.BILATERAL]
    expected = [Money.STANDING_REPO, Money.TRIPARTY_REPO, Money.DISCOUNT_CREDIT, Money.BILATERAL_REPO]
    assert money_of(loans).tolist() == expected


def test_a_client_borrows_from_the_three_dealers_with_the_lowest_draws():
    chance = np.array([[0.9, 0.1, 0.5, 0.3], [0.2, 0.8, 0.7, 0.6]])
    assert prime_brokers(chance).tolist() == [[1, 3, 2], [0, 3, 2]]


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
    failed["cash_cents"], failed["venue"] = [36_000_000, 99_000_000], Venue.REQUEST
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
    assert market.lending_fee_cents == market.fails_charge_cents == 0


def test_withdrawn_is_what_was_borrowed_is_needed_again_and_is_not_lent():
    before, tonight, lacking = np.array([(10, 4, 6), (10, 4, 2), (10, 4, 9), (10, 12, 3), (0, 0, 5), (10, 0, 0)]).T
    assert withdrawn_cents(before, tonight, lacking).tolist() == [6, 2, 6, 0, 0, 0]


def test_repo_borrowed_is_summed_over_its_segments_and_no_others():
    loans = np.zeros(5, LOANS)
    loans["borrower"], loans["cents"] = (1, 1, 2, 1, 2), (1, 10, 100, 1_000, 10_000)
    loans["segment"] = (Segment.TRIPARTY, Segment.CLEARED, Segment.BILATERAL, Segment.OVERDRAFT, Segment.WINDOW)
    assert repo_borrowed(loans, 4).tolist() == [0, 11, 100, 0]
