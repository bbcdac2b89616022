"""The pace of trading is one on average, remembers days, and is usual while nothing has begun."""

from types import SimpleNamespace

import numpy as np
import pytest
from securities_on_paper import listed

from agents.buyers.activity import PACE_DEVIATION, PACE_MEMORY, customer_turnover, pace_of_day
from experiments.belief.estimators import persistence
from market.bonds.securities import Kind
from market.draws.streams import Streams
from market.units import FACE_PER_BILLION


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


# ---- by hand ---------------------------------------------------------------------------------------
class Drawn:
    """Streams whose normals are given by day; a day that is not given is not there."""

    def __init__(self, by_day):
        self.by_day = by_day

    def normal(self, purpose, owner, day, n):
        return np.full((1, n), self.by_day[day])


def test_the_pace_of_the_second_day_is_half_new_and_remembers_the_first():
    # weights 0.23 sqrt(0.51) = 0.16425 and 0.7 of it; half of the variance of both, 0.0201, is taken off
    assert pace_of_day(Drawn({0: 0.0}), 0) == pytest.approx(np.exp(-0.0134895), rel=1e-6)
    assert pace_of_day(Drawn({0: 0.0, 1: 1.0}), 1) == pytest.approx(np.exp(0.16425 - 0.0201), rel=1e-4)
    assert pace_of_day(Drawn({0: 1.0, 1: 0.0}), 1) == pytest.approx(np.exp(0.11498 - 0.0201), rel=1e-4)


def test_each_group_turns_over_its_published_billions_in_proportion_to_face():
    note, bill = Kind.NOTE, Kind.BILL
    rows = (  # kind, rank, years, face
        (note, 0, 5.0, 70),
        (note, 1, 4.5, 70),
        (note, 2, 4.0, 70),
        (note, 3, 2.0, 10),  # up to two years, with the next
        (note, 4, 1.0, 30),
        (note, 5, 2.5, 80),
        (bill, 0, 0.2, 25),
        (bill, 0, 0.3, 75),
        (Kind.TIPS, 0, 9.0, 1),
        (Kind.FRN, 0, 1.5, 1),
        (note, -1, 5.0, 60),  # not auctioned yet
        (note, 6, 2.5, 0),  # nobody holds it
    )
    kind, rank, years, face = (np.array(column) for column in zip(*rows, strict=True))
    view = SimpleNamespace(
        securities=listed(kind, 60),
        rank=rank,
        years=years,
        anticipated=face.astype(float),
        tradable=np.ones(len(rows), bool),
        on_the_run=(rank == 0) & (kind == note),
        when_issued=rank == -1,
    )
    billions = customer_turnover(view) / FACE_PER_BILLION
    assert billions[:6] == pytest.approx([89.0, 31.0, 8.0, 5.5, 16.5, 9.0])
    assert billions[6:] == pytest.approx([22.5, 67.5, 10.0, 3.0, 0.25 * 89.0, 0.0])
