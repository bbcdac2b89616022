"""Markets larger than the usual one: more dealers than books usually have room for, more securities than there are."""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from small_market import small, small_market

from experiments.build import populate, stage
from experiments.start.state import starting_state
from market.accounts.instruments import FED, TREASURY
from market.model import TreasuryMarket
from market.premises import Premises
from market.units import day_number

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from worlds import parts_of, split_issues

DAY = day_number("2024-05-28")
MORE = 100


def test_more_dealers_quote_than_the_books_usually_have_room_for():
    market = small_market(days=1, population__primary_dealer__count=Premises.quoters + 6)
    quoted = market.books.counters["messages"]
    assert market.books.quoters > Premises.quoters + 6 and quoted > 0
    assert small_market().books.quoters == Premises.quoters  # the usual market keeps its places, and its bits


def test_splitting_issues_moves_no_sum():
    state = starting_state(DAY)
    split = split_issues(state, len(state.securities) + MORE)
    assert len(split.securities) == len(state.securities) + MORE
    assert (split.face.sum(axis=0) == 0).all() and (split.face.sum(axis=1) == state.face.sum(axis=1)).all()
    assert (np.delete(split.face, TREASURY, axis=0) >= 0).all() and (split.outstanding > 0).all()
    assert (split.face[TREASURY] == -split.outstanding).all() and split.outstanding.sum() == state.outstanding.sum()
    assert abs(split.value() - state.value()).max() <= 2 * len(split.securities)  # cents, each part rounded by itself
    place = split.securities.place(next(cusip for cusip in split.securities.cusip if "/" in cusip))
    whole = state.securities.place(split.securities.cusip[place].split("/")[0])
    assert split.price_e8[place] == state.price_e8[whole] and split.face[FED, place] < state.face[FED, whole]


def test_the_newest_issues_stay_whole_and_fewer_securities_are_refused():
    rank = starting_state(DAY).otr_rank
    parts = parts_of(rank, 3 * len(rank))
    assert parts.sum() == 3 * len(rank) and (parts[(rank >= 0) & (rank < 3)] == 1).all()
    with pytest.raises(ValueError, match="expected at least"):
        parts_of(rank, len(rank) - 1)


def test_a_market_of_split_issues_lives_a_day():
    world = small()
    usual = stage(world)
    given = stage(world, reshape=partial(split_issues, wanted=int((usual.premises.outstanding > 0).sum()) + MORE))
    market = TreasuryMarket(given.premises, 1)
    populate(market, world, given)
    market.step()
    assert len(market.securities) == len(usual.premises.securities) + MORE
    assert len(market.tape.everything()) > 0
