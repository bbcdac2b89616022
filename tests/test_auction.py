"""The primary auction, against the regulation's own examples and its laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_market import small_market

from market.auctions.auction import allot
from market.auctions.noncompetitive import recognised
from market.books.messages import BIDS, NONCOMPETITIVE
from market.units import FACE_PER_MUSD

NOBODY = np.zeros(0, np.int64)


def table(*rows):
    return np.array(list(rows), BIDS)


lines = st.lists(st.tuples(st.integers(0, 6), st.integers(-50, 50), st.integers(1, 10**8)), min_size=1, max_size=60)
faces = st.lists(st.integers(0, 10**5), max_size=5).map(lambda x: np.array(x, np.int64))
offerings = st.integers(10**3, 10**9)


def test_the_regulations_example_of_a_bid_at_the_stop():
    """31 CFR 356.21(a): $18,000 bid where 88.27 % is allotted gets $15,900, rounded up from $15,888.60."""
    result = allot(8_827, NOBODY, table((1, 500, 180), (2, 500, 4_910), (3, 500, 4_910)), award_limit=1.0)
    assert result.allotted_at_stop == 8_827
    assert result.awards[0] == 159


def test_the_regulations_example_of_the_minimum():
    """31 CFR 356.21(a): where 4.65 % is allotted, a bid of $100 is still awarded $100."""
    result = allot(465, NOBODY, table((0, 500, 1), *((i, 500, 303) for i in range(1, 34))), award_limit=1.0)
    assert result.allotted_at_stop == 465 and result.awards[0] == 1


def test_noncompetitive_bids_are_first_then_the_lowest_rates():
    bids = table((1, 4_400, 300), (2, 4_380, 300), (3, 4_390, 300), (4, 4_410, 300))
    result = allot(1_000, np.array([100, 50]), bids)
    assert result.noncompetitive.tolist() == [100, 50]
    assert result.awards.tolist() == [251, 300, 300, 0]  # 83.34 % of 300, up to the next hundred dollars
    assert (result.stop_rate_e5, result.allotted_at_stop, result.covered) == (4_400, 8_334, True)
    assert result.median_rate_e5 == 4_390
    assert result.bid_to_cover == 1_350 / 1_001


def test_add_ons_come_on_top_and_change_nothing_else():
    bids = table((1, 4_400, 600), (2, 4_380, 300), (3, 4_390, 300))
    plain, more = allot(700, NOBODY, bids), allot(700, NOBODY, bids, addon=250)
    assert more.issued == plain.issued + 250 and more.stop_rate_e5 == plain.stop_rate_e5
    assert more.bid_to_cover == plain.bid_to_cover


def test_what_a_bidder_bids_over_35_percent_is_not_recognised_dearest_first():
    bids = table((1, 4_390, 300), (1, 4_380, 200), (2, 4_400, 350), (3, 4_400, 350))
    result = allot(1_000, NOBODY, bids)
    assert result.awards.tolist()[:2] == [150, 200]
    assert result.stop_rate_e5 == 4_400


def test_a_weak_auction_sells_what_was_bid_for_at_the_highest_rate():
    result = allot(1_000, np.array([100]), table((1, 4_400, 300), (2, 4_600, 200)))
    assert not result.covered and result.awards.tolist() == [300, 200] and result.issued == 600
    assert (result.stop_rate_e5, result.allotted_at_stop, result.bid_to_cover) == (4_600, 10_000, 1.0)


def test_noncompetitive_bids_for_everything_leave_a_twentieth_to_set_the_rate():
    result = allot(1_000, np.array([1_000]), table((1, 4_400, 40), (2, 4_410, 40)))
    assert result.awards.tolist() == [40, 10] and result.stop_rate_e5 == 4_410


@given(offerings, faces, lines)
def test_laws_of_an_allotment(offering, noncompetitive, rows):
    bids = table(*rows)
    result = allot(offering, noncompetitive, bids, addon=7)
    rate, stop, awards = bids["rate_e5"], result.stop_rate_e5, result.awards
    assert (awards >= 0).all() and (awards <= bids["face"]).all()
    assert not awards[rate > stop].any() and awards[rate == stop].any()
    assert result.noncompetitive.tolist() == noncompetitive.tolist()
    for bidder in set(bids["bidder"].tolist()):
        assert awards[bids["bidder"] == bidder].sum() <= round(0.35 * offering)
    sought = max(offering - int(noncompetitive.sum()), offering // 20)
    if result.covered:
        at_stop = rate == stop
        over = int(awards.sum()) - sought
        assert 0 <= over <= bids["face"][at_stop].sum() / 10_000 + at_stop.sum()
    else:
        assert awards.sum() < sought and result.allotted_at_stop == 10_000
    assert result.bid_to_cover >= 1
    assert 2 * awards[rate <= result.median_rate_e5].sum() >= awards.sum()
    assert 2 * awards[rate < result.median_rate_e5].sum() < awards.sum()


@given(offerings, lines, st.randoms(use_true_random=False))
def test_the_order_of_bids_changes_no_bidders_award(offering, rows, random):
    """Between bidders nothing depends on who came first."""
    mixed = list(rows)
    random.shuffle(mixed)
    one, two = allot(offering, NOBODY, table(*rows)), allot(offering, NOBODY, table(*mixed))
    assert (one.stop_rate_e5, one.allotted_at_stop) == (two.stop_rate_e5, two.allotted_at_stop)
    for bidder in {row[0] for row in rows}:
        theirs = [r.awards[table(*x)["bidder"] == bidder].sum() for r, x in ((one, rows), (two, mixed))]
        assert abs(theirs[0] - theirs[1]) <= len(rows)  # the roundings of its own equal bids


@pytest.mark.parametrize(
    ("offering", "noncompetitive", "bids", "limit"),
    [
        (0, NOBODY, table((1, 1, 1)), 0.35),
        (10, NOBODY, table(), 0.35),
        (10, NOBODY, table((1, 1, 0)), 0.35),
        (10, np.array([-1]), table((1, 1, 1)), 0.35),
        (10, NOBODY, table((1, 1, 1)), 0.0),
        (10, NOBODY, np.zeros(1), 0.35),
    ],
)
def test_what_no_auction_can_allot_is_refused(offering, noncompetitive, bids, limit):
    with pytest.raises(ValueError, match="auction"):
        allot(offering, noncompetitive, bids, limit)


def _rateless(*rows):
    return np.array(list(rows), NONCOMPETITIVE)


def test_a_bidder_without_a_rate_gets_ten_millions_and_an_account_of_a_monetary_authority_a_hundred():
    million = FACE_PER_MUSD
    bids = _rateless((0, 1, False, 25 * million), (1, 3, False, 25 * million), (2, 1, True, 250 * million))
    assert (recognised(bids) // million).tolist() == [10, 25, 100]


def test_monetary_authorities_share_a_billion_from_the_smallest_bid_up_and_the_last_in_part():
    million = FACE_PER_MUSD
    bids = _rateless((0, 1, True, 90 * million), *((k, 1, True, 100 * million) for k in range(1, 11)))
    faces = recognised(bids) // million
    assert faces.sum() == 1000 and faces[0] == 90 and faces[-1] == 10
    assert (recognised(bids[::-1])[::-1] // million)[0] == 90  # whatever the order of arrival


def test_an_auction_of_a_running_market_awards_each_class_and_nobody_twice():
    market = small_market(days=5)
    auctions = market.record.to_pandas("auctions")
    classes = auctions[["dealer_face", "direct_face", "indirect_face", "noncompetitive_face"]].astype("int64")
    assert (classes.sum(axis=1) == auctions["awarded_face"].astype("int64")).all()
    assert (classes[["dealer_face", "noncompetitive_face"]] > 0).all().all()
    bills = auctions["kind"].astype(str) == "bill"
    share = classes["noncompetitive_face"] / auctions["awarded_face"].astype(float)
    assert share[bills].mean() > share[~bills].mean()  # though not of 6-week bills
