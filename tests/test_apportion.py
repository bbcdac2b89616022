"""Shares of a whole: nothing is lost, nobody gets more than a unit away from the exact quota."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.auctions.apportion import apportion, first_come

amounts = st.integers(0, 2**61)
weights = st.lists(st.integers(0, 2**61), min_size=1, max_size=30).filter(any)


@given(amounts, weights)
def test_shares_sum_to_the_total_and_are_the_quota_rounded_down_or_up(total, listed):
    shares = apportion(total, listed).tolist()
    assert sum(shares) == total
    for share, weight in zip(shares, listed, strict=True):
        assert abs(share - Fraction(total * weight, sum(listed))) < 1
        assert weight or not share


@given(amounts, weights)
def test_a_larger_remainder_is_rounded_up_first_and_ties_go_to_the_lower_index(total, listed):
    quotas = [Fraction(total * weight, sum(listed)) for weight in listed]
    left = total - sum(int(q) for q in quotas)
    best = sorted(range(len(listed)), key=lambda i: (-(quotas[i] - int(quotas[i])), i))[:left]
    expected = [int(q) + (i in best) for i, q in enumerate(quotas)]
    assert apportion(total, listed).tolist() == expected


@given(amounts, st.lists(st.floats(0, 1e12), min_size=1, max_size=30).filter(any))
def test_real_weights_lose_nothing_either(total, listed):
    shares = apportion(total, listed)
    assert int(shares.sum()) == total and (shares >= 0).all()


def test_nothing_among_nobody_is_nothing():
    assert apportion(0, []).tolist() == [] and apportion(0, [0, 0]).tolist() == [0, 0]


@pytest.mark.parametrize(("total", "listed"), [(5, [0, 0]), (5, []), (-1, [1]), (1, [-1, 3]), (1, [float("nan")])])
def test_what_cannot_be_split_is_refused(total, listed):
    with pytest.raises(ValueError, match="apportion"):
        apportion(total, listed)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3)), max_size=30),
    st.lists(st.integers(0, 200), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_first_come_is_what_a_loop_would_grant(wishes, limits, random):
    order = list(range(len(wishes)))
    random.shuffle(order)
    room, expected = list(limits), [0] * len(wishes)
    for i in order:
        wanted, group = wishes[i]
        expected[i] = min(wanted, room[group])
        room[group] -= expected[i]
    wanted, group = (np.array([w[k] for w in wishes], np.int64) for k in (0, 1))
    granted = first_come(wanted, group, np.array(limits), np.array(order, np.int64))
    assert granted.tolist() == expected
