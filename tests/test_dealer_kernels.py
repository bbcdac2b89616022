"""What dealers make of a round, worked by hand for one dealer: books, limits, yields, quotes, answers, orders, wishes.

Prices are 100 at 450 bp and fall by eight hundredths of a point a bp.
"""

import numpy as np
import pytest

from agents.dealers.dealer_kernels import (
    answer_rows,
    price_books,
    show_quotes,
    state_yields,
    use_limits,
    weigh_books,
    wish,
    write_takes,
)
from market.books.messages import ASKED, ORDERS
from market.units import FACE_PER_MUSD

M = FACE_PER_MUSD
STRUCK = tuple(np.full(2, value) for value in (450.0, 100.0, 0.08, 0.0))
NO = np.zeros((1, 2), np.bool_)
YES = np.ones(2, np.bool_)


def both(value):
    """Return the same number for both securities of the one dealer."""
    return np.full((1, 2), float(value))


def trait(*values):
    """Return traits as columns."""
    return tuple(np.full((1, 1), float(value)) for value in values)


def test_a_book_is_weighed_by_what_is_unwanted_and_gross_by_all_of_it():
    excess, factor, gross = np.empty((1, 2)), np.empty((1, 3)), np.empty((1, 1))
    position, risk = np.array([[100 * M, -20 * M]]), np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 0.0]]) * 1e-5
    supply, counts, hedge = np.array([300.0 * M, 100.0 * M]), np.array([True, False]), np.array([[2.0, 0.0, 1.0]])
    weigh_books(position, both(0.1), supply, counts, risk, hedge, excess, factor, gross)
    assert excess.tolist() == [[70 * M, 0.0]] and gross[0, 0] == pytest.approx(120.0)
    assert factor == pytest.approx(np.array([[7.0 - 2.0, 14.0, -1.0]]))


def test_limits_are_used_by_gross_positions_and_by_the_length_of_the_factor_risk_over_a_floor():
    use = np.empty((5, 1, 1))
    traits = trait(100.0, 10.0, 2.0, 4800.0, 400.0, 10.0, 3.0)
    use_limits(np.array([[100.0]]), np.array([[6.0, 8.0, 24.0]]), traits, use)
    # sqrt(676 / 4 + 3.5^2) / 10 = 1.3463; prices 4800 x 0.25^2 and, at its bound, 3
    assert use[:, 0, 0] == pytest.approx([1.0, 1.34629, 1.34629, 300.0, 3.0], rel=1e-5)
    use_limits(np.array([[80.0]]), np.array([[0.0, 0.0, 0.0]]), traits, use)
    assert use[:, 0, 0] == pytest.approx([0.8, 0.35, 0.8, 12.0, 1.0])


def priced(leverage, risk, excess=20.0):
    """Return what a position costs in a 5-year note and in paper of half a year, and what is refused."""
    out, refuses = np.empty((6, 1, 2)), np.empty((2, 1, 2), np.bool_)
    use = np.array([leverage, risk, max(leverage, risk), 45.0, 2.0]).reshape(5, 1, 1)
    factor, burden = np.array([[1.0, 0.0, 0.0]]), np.array([[0.5, 0.0, 0.0]])
    standing = np.array([[2.0, 0.0, 0.0], [1.0, 0.0, 0.0]]), both(10.0), *trait(0.1), both(0.001)
    standing = *standing, np.full(2, 4.0), np.full(2, 0.3)
    traits = trait(55.0, 0.5, 6.0, 0.2, 0.1, 0.8)
    position, excess = np.array([[50, -50]]), np.array([[excess, 0.0]])
    duration = np.array([5.0, 0.5])
    price_books(position, excess, factor, burden, use, traits, standing, duration, 1.0, 20, out, refuses)
    return out[:, 0, :], refuses[:, 0, :]


def test_a_position_costs_its_risk_and_its_carry_and_clients_are_shown_a_part():
    out, refuses = priced(0.5, 0.6)
    # cost 55 + 45 = 100 bp a year, aversion 2 x 0.1, two days to hold: carry 100 / 250 x 2 / 5 = 0.16, 0.008 a unit
    skew, shown = 0.2 * 2.0 + 0.16, 0.8 * (0.2 * 1.0 + 0.16)
    slope, full = 0.8 * (0.002 / 10 + 0.008), 0.002 + 0.008
    half = 0.2 * 6.0 * 2.0 + 0.1 * 100 * 4 / (250 * 5)
    assert out[:, 0] == pytest.approx([2.0, skew, shown, slope, full, half]) and not refuses.any()
    far, _ = priced(0.5, 0.6, excess=1e9)
    assert far[4, 0] == pytest.approx(0.002)  # beyond the longest holding time another unit costs its risk alone


def test_a_full_book_refuses_what_raises_the_limit_that_binds():
    _, refuses = priced(0.5, 1.0)  # risk: it is long of the factor; short paper bears hardly any
    assert refuses.tolist() == [[True, False], [False, False]]
    _, refuses = priced(1.2, 1.0)  # gross: long of the first, short of the second
    assert refuses.tolist() == [[True, False], [False, True]]


def stated(valued, apart_share):
    """Return apart, premium, valuation, reservation yield and stream of the first security."""
    out, load = np.empty((5, 1, 2)), np.array([[1.0, 0.0, 0.0]] * 2)
    before = both(450.0), both(valued), both(1.0), both(0.5), np.array([[1.2, 0.0, 0.0]])
    pattern = np.full(2, 440.0), load, np.full(2, 3.0), 0.5 * load
    state, belief = (both(0.7), both(0.3), both(2.0)), np.array([[2.0, 0.0, 0.0]])
    state_yields(
        *(np.full(2, 452.0), before, trait(0.4)[0], belief, pattern, state, both(0.25), trait(0.4)[0], 20),
        *(apart_share, out),
    )
    return out[:, 0, 0]


def test_a_valuation_follows_the_composite_slowly_and_skew_and_judgement_come_on_top():
    # premium 1 + 0.4 / 20 x 3, valuation 440 + 2 of news; judgement 0.4 x 0.25 x 2; apart 0.5 + (2 - 0.5) / 4
    assert stated(449.0, 4.0) == pytest.approx([0.875, 1.06, 443.06, 443.96, 443.56])
    # who never valued it has what its neighbours have, 3, less half of the 1.2 then believed; nothing is learnt
    assert stated(np.nan, 0.0) == pytest.approx([0.5, 2.4, 444.4, 445.3, 444.9])


def quoted(days, arrivals):
    """Return prices and faces in millions of a dealer that uses half of its limit, bid and offer of the first."""
    price, face = np.empty((2, 1, 2)), np.empty((2, 1, 2))
    state = both(days), both(2.0), NO, NO
    known, usual = both(0.5), both(10.0 * M)
    show_quotes(
        *(both(450.0), state, trait(0.5)[0], trait(6.0, 1.0), np.full(2, arrivals), 9, usual, known, YES),
        *(STRUCK, price, face),
    )
    return [*price[:, 0, 0], *face[:, 0, 0] / M]


def test_a_firm_quote_pays_where_enough_arrives_and_what_is_unwanted_is_shown_close_to_its_centre():
    # 2 bp x 10 arrivals x 0.5 known x 0.5 spare over 6 / 3 bp a round: 2.5 times the cost
    assert quoted(0.0, 10.0) == pytest.approx([99.84, 100.16, 5.0, 5.0])
    assert quoted(0.0, 3.9)[2:] == [0.0, 0.0]
    assert quoted(12.0, 0.0) == pytest.approx([99.84, 100.04, 0.0, 5.0])
    assert quoted(-12.0, 0.0) == pytest.approx([99.96, 100.16, 5.0, 0.0])


def test_an_answer_stands_at_the_middle_of_the_trade_and_asks_its_half_spread_and_lead():
    asked, price, declined = np.zeros(4, ASKED), np.empty(4), np.zeros(1, np.int64)
    asked["security"], asked["face"], asked["pending"] = [0, 0, 1, 0], [100, -100, 100, -100], [0, 20, 0, 0]
    limited = np.array([[False, False]]), np.array([[False, True]])
    tradable = np.array([True, True])
    answer_rows(
        *(asked, both(450.0), (both(0.01), both(2.0), *limited), both(1.0), 0.5, 1.5, tradable, STRUCK),
        *(declined, price),
    )
    asks = 1.5 * 2.0 + 0.5 * np.sqrt(np.pi / 2)  # bp
    bought = 100.0 + 0.08 * (0.5 + asks)  # half of a hundred moves it by half a bp
    assert price[:2] == pytest.approx([bought, 100.0 - 0.08 * (0.7 + asks)])
    assert np.isnan(price[2]) and declined.tolist() == [1]  # it may not sell the second
    tradable[0] = False
    answer_rows(
        *(asked, both(450.0), (both(0.01), both(2.0), *limited), both(1.0), 0.5, 1.5, tradable, STRUCK),
        *(declined, price),
    )
    assert np.isnan(price).all() and declined.tolist() == [2]  # of what does not trade nothing is declined


def test_books_are_taken_from_where_they_are_better_by_three_quarters_of_a_half_spread():
    orders = np.zeros(4, ORDERS)
    state = np.array([[3.5 * M, 0.0]]), both(2.0), NO, NO
    flags = YES, np.array([False, True])
    touch = np.array([100.2, 99.0]), np.array([101.0, 99.8])
    n = write_takes(np.array([7]), both(450.0), state, touch, flags, 25.0 * M, STRUCK, orders)
    assert n == 2 and orders["owner"][:2].tolist() == [7, 7] and orders["face"][:2].tolist() == [-3 * M, 25 * M]
    assert orders["limit"][:2] == pytest.approx([100.12, 99.88])
    near = np.array([100.11, 99.0]), np.array([101.0, 99.89])
    assert write_takes(np.array([7]), both(450.0), state, near, flags, 25.0 * M, STRUCK, orders) == 0


def test_a_dealer_wishes_for_what_brings_its_reservation_yield_to_the_middle_and_nothing_where_there_is_none():
    wanted, state = np.empty((1, 2)), (both(1.0 / (100 * M)), both(0.0), NO, NO)
    wish(np.array([450.0, np.nan]), both(443.0), state, (YES, YES), 7.0, trait(0.5)[0], wanted)
    assert wanted == pytest.approx(np.array([[50.0 * M, 0.0]]))
