"""Habits of bidders by tenor: which row an auction takes, what it changes, and that the mean over tenors stays."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_market import lone

from agents.buyers.bank import Bank
from agents.buyers.household import Household
from agents.buyers.tenor_habits import BILLS, COUPONS, FRN, TIPS, USUAL, habit
from experiments.belief.replay_judgement import _published_auctions
from market.bonds.securities import Kind
from market.books.messages import Auction
from market.units import day_number

KINDS = [Kind.BILL, Kind.NOTE, Kind.BOND, Kind.TIPS, Kind.FRN, Kind.NOTE]
VIEW = SimpleNamespace(
    securities=SimpleNamespace(
        kind=np.array(KINDS),
        term_months=np.array([6, 24, 360, 60, 24, 30]),
        maturity_day=np.full(len(KINDS), 10_000),
    )
)


def auction(place, weeks=13):
    return Auction(place, 0, 0, 10_000 - 7 * weeks, 10**9, 0, False)


def test_a_reopened_bill_goes_by_the_weeks_that_are_left_and_notes_by_their_term():
    assert habit(auction(0, 13), VIEW) is BILLS[13] and habit(auction(0, 26), VIEW) is BILLS[26]
    assert habit(auction(0, 3), VIEW) is USUAL
    found = [habit(auction(place), VIEW) for place in range(1, len(KINDS))]
    assert found == [COUPONS[24], COUPONS[360], TIPS[60], FRN, USUAL]


def test_habits_multiply_shares_and_no_share_exceeds_the_whole():
    home, bank = lone(Household, bill_noncompetitive=0.2, noncompetitive=0.04), lone(Bank, direct=1.0)
    assert home._rateless_share(auction(0, 4), VIEW) == pytest.approx(0.2 * BILLS[4].rateless)
    assert home._rateless_share(auction(1), VIEW) == pytest.approx(0.04 * COUPONS[24].rateless)
    assert bank.direct_share(auction(1), VIEW) == 1.0 < COUPONS[24].direct
    assert bank.direct_share(auction(4), VIEW) == pytest.approx(FRN.direct)


def test_rateless_habits_go_with_the_published_shares_of_the_year_to_may_2024():
    """Relative to the mean of bills, and of coupons; the mean habit over tenors is near one."""
    p = _published_auctions()
    year = p[p["day"].between(day_number("2023-06-01"), day_number("2024-05-28"))]
    shares = year.groupby("tenor")["noncompetitive_share_published"].mean()
    for rows, name in ((BILLS, "Bill {}W"), ({term: row for term, row in COUPONS.items() if term < 240}, "Note {}Y")):
        tenors = [name.format(term if "W" in name else term // 12) for term in rows]
        published = shares[tenors].to_numpy() / shares[tenors].mean()
        mine = np.array([row.rateless for row in rows.values()])
        assert mine.mean() == pytest.approx(1.0, abs=0.25)
        assert np.corrcoef(published, mine)[0, 1] > 0.95
