"""The repo call market: cents lent are cents borrowed, inside both sides' rates, and as many as could be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.money.repo import CASH_NEEDS, CASH_OFFERS, clear, sofr_e4, volume_percentile_e4


def offers(*rows):
    return np.array(list(rows), CASH_OFFERS)


def needs(*rows):
    return np.array(list(rows), CASH_NEEDS)


def shown(loans):
    return loans[["lender", "borrower", "cents", "rate_e4"]].tolist()


def test_the_cheapest_cash_goes_first_and_each_loan_shares_the_gap_to_the_clearing_rate():
    loans = clear(
        offers((1, 53_300, 100), (2, 53_000, 100), (3, 53_600, 100)), needs((8, 150, 60_000), (9, 30, 55_000))
    )
    assert shown(loans) == [(2, 8, 100, 53_150), (1, 8, 50, 53_300), (1, 9, 30, 53_300)]


def test_the_lenders_share_runs_from_pay_as_asked_to_one_rate():
    cash, wanted = offers((1, 53_000, 100), (2, 53_400, 100)), needs((8, 150, 60_000))
    assert clear(cash, wanted, 0)["rate_e4"].tolist() == [53_000, 53_400]
    assert clear(cash, wanted, 100)["rate_e4"].tolist() == [53_400, 53_400]


def test_scarce_cash_is_priced_by_the_need_that_stays_unmet():
    loans = clear(offers((1, 53_000, 100)), needs((8, 80, 60_000), (9, 80, 55_000)), 100)
    assert shown(loans) == [(1, 8, 80, 55_000), (1, 9, 20, 55_000)]


def test_the_standing_facility_caps_the_rate():
    fed, bank = (0, 55_000, 10**16), (1, 53_000, 100)
    loans = clear(offers(bank, fed), needs((8, 10**9, 90_000)), 100)
    assert loans["rate_e4"].tolist() == [55_000, 55_000] and loans["cents"].sum() == 10**9


def test_equal_lenders_share_in_proportion_to_the_cent():
    cash = offers((1, 53_000, 10**15), (2, 53_000, 2 * 10**15), (3, 53_000, 10), (4, 52_000, 5))
    loans = clear(cash, needs((8, 10**15 + 5, 60_000)))
    lent = {row["lender"]: int(row["cents"]) for row in loans}
    assert lent == {4: 5, 1: 333_333_333_333_332, 2: 666_666_666_666_665, 3: 3}


def test_a_rate_above_what_borrowers_pay_finds_nobody():
    assert len(clear(offers((1, 53_000, 100)), needs((8, 80, 52_999)))) == 0
    assert len(clear(offers(), needs((8, 80, 52_999)))) == 0 == len(clear(offers((1, 1, 1)), needs()))


cash_tables = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), st.integers(0, 10**15)), max_size=25)
need_tables = st.lists(st.tuples(st.integers(10, 19), st.integers(0, 10**15), st.integers(0, 30)), max_size=25)


@given(cash_tables, need_tables, st.integers(0, 100))
def test_laws_of_the_call_market(cash_rows, need_rows, share):
    cash, wanted = offers(*cash_rows), needs(*need_rows)
    loans = clear(cash, wanted, share)
    assert (loans["cents"] > 0).all() and len(loans) <= max(len(cash) + len(wanted) - 1, 0)
    for name, side in (("lender", cash), ("borrower", wanted)):
        for who in set(side[name].tolist()):
            assert loans["cents"][loans[name] == who].sum() <= side["cents"][side[name] == who].sum()
    for loan in loans:
        assert loan["rate_e4"] >= cash["rate_e4"][cash["lender"] == loan["lender"]].min()
        assert loan["rate_e4"] <= wanted["rate_e4"][wanted["borrower"] == loan["borrower"]].max()
    assert int(loans["cents"].sum()) == most_that_can_be_lent(cash, wanted)


def most_that_can_be_lent(cash, wanted):
    """The largest volume at one rate: the smaller of supply and demand there (slow and obvious)."""
    rates = range(31)
    supply = [int(cash["cents"][cash["rate_e4"] <= r].sum()) for r in rates]
    demand = [int(wanted["cents"][wanted["rate_e4"] >= r].sum()) for r in rates]
    return max(min(pair) for pair in zip(supply, demand, strict=True))


@given(cash_tables, need_tables)
def test_more_cash_never_raises_the_one_rate(cash_rows, need_rows):
    base = clear(offers(*cash_rows), needs(*need_rows), 100)
    more = clear(offers(*cash_rows, (9, 0, 10**14)), needs(*need_rows), 100)
    if len(base):
        assert more["rate_e4"].max() <= base["rate_e4"].max()


def test_sofr_is_the_rate_below_which_half_of_the_volume_lies():
    loans = clear(offers((1, 10, 30), (2, 20, 20), (3, 30, 50)), needs((8, 100, 99)), 0)
    assert sofr_e4(loans) == 20
    assert [volume_percentile_e4(loans, p) for p in (1, 30, 31, 51, 100)] == [10, 10, 20, 30, 30]
    with pytest.raises(ValueError, match="some volume"):
        sofr_e4(loans[:0])


@pytest.mark.parametrize(
    ("cash", "wanted", "share", "naming"),
    [
        (offers((1, 1, -5)), needs(), 50, "-5 cents"),
        (offers((1, 1, 5)), needs((1, 5, 5)), 50, "institution 1 both"),
        (offers(), needs(), 101, "101 percent"),
        (np.zeros(1), needs(), 50, "dtype|float64"),
    ],
)
def test_what_cannot_be_matched_is_refused_and_named(cash, wanted, share, naming):
    with pytest.raises(ValueError, match=naming):
        clear(cash, wanted, share)
