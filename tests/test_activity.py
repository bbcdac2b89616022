"""The pace of trading is one on average, remembers days, and is usual while nothing has begun."""

import numpy as np
import pytest

from agents.buyers.activity import PACE_DEVIATION, PACE_MEMORY, pace_of_day
from experiments.belief.estimators import persistence
from market.draws.streams import Streams


def test_the_pace_is_one_before_the_start_and_on_average_after_it():
    streams = Streams(3)
    assert {pace_of_day(streams, day) for day in range(-60, 0)} == {1.0}
    log = np.log([pace_of_day(streams, day) for day in range(4000)])
    assert np.exp(log).mean() == pytest.approx(1.0, abs=0.02)
    assert log.std() == pytest.approx(PACE_DEVIATION, rel=0.05)
    assert persistence(log) == pytest.approx(PACE_MEMORY, abs=0.03)


def test_weeks_vary_and_persist_as_dealers_volume_did_before_the_start():
    streams = Streams(4)
    weekly = np.array([pace_of_day(streams, day) for day in range(10_000)]).reshape(-1, 5).mean(axis=1)
    assert np.log(weekly).std() == pytest.approx(0.18, abs=0.01)
    assert persistence(np.log(weekly)) == pytest.approx(0.35, abs=0.06)


def test_a_day_has_one_pace_whoever_asks_and_however_often():
    assert pace_of_day(Streams(5), 12) == pace_of_day(Streams(5), 12)
    assert pace_of_day(Streams(5), 12) != pace_of_day(Streams(6), 12)
