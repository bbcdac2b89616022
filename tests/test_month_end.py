"""The end of the month: who follows an index buys new issues when they enter it, in the last rounds of the last day."""

from types import SimpleNamespace

import numpy as np
import pytest
from securities_on_paper import listed
from small_market import digest, live, small_market

from agents.buyers.asset_manager import AssetManager
from agents.buyers.insurer import Insurer
from agents.buyers.month_end import FROM_TIME, index_orders, outside_index, part_now, rebalancing
from agents.dealers.primary_dealer import PrimaryDealer
from market.bonds.securities import Kind
from market.books.messages import ORDERS, Venue
from market.calendar import round_at
from market.units import FACE_PER_MUSD, day_number

JUNE = 24  # business days from the start to the last of June 2024, burn-in of two included


def test_what_is_short_is_bought_in_equal_parts_and_nothing_is_sold():
    assert [part_now(12.0, left) for left in (4, 2, 1)] == [3.0, 6.0, 12.0]
    assert part_now(-12.0, 3) == 0.0


@pytest.fixture(scope="module")
def june():
    """Two markets on the evening of 27 June, with followers of the index and without."""
    return [
        small_market("steady", rounds=6, days=JUNE - 1, policy__supply="published", buyers__index_share=share)
        for share in (0.0, 0.6)
    ]


def held(market, mask):
    return sum(np.maximum(a.position, 0)[mask].sum() for a in market.agents if isinstance(a, AssetManager))


def test_new_issues_wait_and_are_bought_in_the_last_rounds_of_the_month(june):
    usual, index = june
    assert usual.date == index.date == day_number("2024-06-27")
    view = index.view()
    new = outside_index(view, index.premises.start_date) & index.tradable & ~index.when_issued
    assert new.any() and held(index, new) < 0.9 * held(usual, new)
    live(index, 1), live(usual, 1)
    new = outside_index(index.view(), index.premises.start_date) & (index.issue_day <= index.date) & index.tradable
    late = [bought_late(market, new) for market in june]
    assert late[1] > 3 * late[0] > 0
    assert held(index, new) > 0.8 * held(usual, new)


def bought_late(market, new):
    """Return the face of new issues that managers bought by request since 15:00."""
    trades, rows = market.tape.everything(), [a.row for a in market.agents if isinstance(a, AssetManager)]
    since = round_at(FROM_TIME, market.rounds)
    by_request = np.isin(trades["buyer"], rows) & (trades["venue"] == Venue.REQUEST)
    return trades["face"][by_request & new[trades["security"]] & (trades["round"] >= since)].sum()


@pytest.mark.parametrize(
    ("date", "day", "round_", "expected"),
    [
        ("2024-06-28", 5, 16, True),
        ("2024-06-28", 5, 14, False),
        ("2024-06-27", 5, 16, False),
        ("2024-05-31", -1, 16, False),
    ],
)
def test_only_the_last_rounds_of_a_months_last_day_are_the_indexs(date, day, round_, expected):
    view = SimpleNamespace(date=day_number(date), day=day, round=round_, rounds=20)
    assert rebalancing(view) is expected


def test_bills_tips_and_issues_of_the_start_are_left_alone(june):
    _, index = june
    waiting = outside_index(index.view(), index.premises.start_date)
    assert index.securities.of(Kind.NOTE, Kind.BOND)[waiting].all()
    assert (index.securities.first_issue_day[waiting] > index.premises.start_date).all()


def test_reporting_dates_off_leaves_dealers_books_open_too():
    closed, open_ = (small_market(money_market__reporting_dates=on) for on in (True, False))
    for market, expected in ((closed, True), (open_, False)):
        dealers = [a for a in market.agents if isinstance(a, PrimaryDealer)]
        assert bool(any(float(d.quarter_end_closed) > 0 for d in dealers)) is expected


def test_together_and_one_by_one_have_the_same_bits():
    both = (small_market(days=5, one_by_one=alone, buyers__index_share=0.5) for alone in (False, True))
    assert len({digest(market) for market in both}) == 1
    assert Insurer.index_share.default == 0.0


# ---- by hand ---------------------------------------------------------------------------------------
START = day_number("2024-05-29")


def seen_on(date, **more):
    """Return a view of three notes and a bill: issued on the day of the start, the day after, in June, in June."""
    issued = [day_number(d) for d in ("2024-05-29", "2024-05-30", "2024-06-03", "2024-06-03")]
    securities = listed([Kind.NOTE, Kind.NOTE, Kind.BOND, Kind.BILL], first_issue_day=issued)
    return SimpleNamespace(date=day_number(date), securities=securities, **more)


def test_an_index_lacks_the_notes_of_its_month_and_those_of_the_first_day_count_as_held():
    assert outside_index(seen_on("2024-05-31"), START).tolist() == [False, True, True, False]
    assert outside_index(seen_on("2024-06-03"), START).tolist() == [False, False, True, False]


def test_what_a_follower_is_short_of_is_asked_for_in_equal_parts_at_any_price():
    m, asked = FACE_PER_MUSD, {}
    view = seen_on(
        "2024-06-28", day=20, round=17, rounds=20, tradable=np.ones(4, bool), anticipated=np.full(4, 1000 * m)
    )

    def lines(view, place, security, face):
        asked.update(zip(security.tolist(), face.tolist(), strict=True))
        return np.zeros(len(place), ORDERS)

    one = SimpleNamespace(
        _market=SimpleNamespace(premises=SimpleNamespace(start_date=START)),
        benchmark=np.full(4, 0.1),
        position=np.array([0, 0, 40 * m, 0]),
        index_share=np.array([0.5]),
        lines=lines,
    )
    orders = index_orders(one, view)
    assert asked == {2: 20 * m}  # 10 % of 1,000 less 40, in the three rounds that are left
    assert np.isnan(orders["limit"]).all() and (orders["venue"] == Venue.REQUEST).all()
    one.index_share = np.array([0.0])
    assert not len(index_orders(one, view))
