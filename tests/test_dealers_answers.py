"""What all dealers say who are asked, and who says nothing: liquidity as it is offered, not as it is found."""

import numpy as np
import pytest
from small_market import small_market

from market.books.messages import ASKED
from market.requests import request_desk
from market.requests.request_for_quote import award
from market.tables import measures
from market.tables.tape import Tape


def test_answers_are_measured_from_the_middle_on_the_clients_side_and_who_says_none_declined():
    asked = np.zeros(5, ASKED)
    asked["security"], asked["face"] = [0, 0, 0, 1, 1], [5, -5, 5, 5, -5]
    said = np.array([100.02, 99.97, np.nan, 50.01, 50.0])
    tape = Tape(3)
    tape.hear(asked, said, np.array([100.0, 50.0, 70.0]), np.array([0.05, 0.01, 0.02]))
    assert tape.answers.tolist() == [2, 2, 0] and tape.declined.tolist() == [1, 0, 0]
    assert tape.width_sum == pytest.approx([2 * (0.02 + 0.03) / 0.05, 2 * 0.01 / 0.01, 0.0])


def test_an_answer_where_there_is_no_middle_is_none_of_the_width():
    asked = np.zeros(1, ASKED)
    tape = Tape(1)
    tape.hear(asked, np.array([100.0]), np.array([np.nan]), np.array([0.05]))
    assert not tape.answers.any() and not tape.declined.any() and not tape.width_sum.any()


@pytest.fixture(scope="module")
def market():
    """Return a small market on the evening of a day, with what its last turn of requests said."""
    return small_market(days=3, rounds=6)


def test_the_mean_of_all_answers_is_wider_than_what_the_best_makes_clients_pay(market):
    assert measures.answered_off_bp(market) > measures.spread_off_bp(market) > 0.0
    assert 0.0 <= measures.declined_off_share(market) < 1.0


def test_every_dealer_that_is_asked_counts_once_and_the_day_records_it(market, monkeypatch):
    row = market.record.to_pandas("daily").iloc[-1]
    assert row["answered_off_bp"] == pytest.approx(measures.answered_off_bp(market))
    assert row["declined_off_share"] == pytest.approx(measures.declined_off_share(market))
    turns = []
    monkeypatch.setattr(request_desk, "award", lambda asked, *rest: turns.append(len(asked)) or award(asked, *rest))
    market.step()
    assert market.tape.answers.sum() + market.tape.declined.sum() == sum(turns) > market.tape.requests > 0


def test_nobody_who_was_asked_is_no_number():
    empty = small_market(days=2, rounds=6)
    empty.tape.clear()
    assert np.isnan(measures.answered_off_bp(empty)) and np.isnan(measures.declined_off_share(empty))
