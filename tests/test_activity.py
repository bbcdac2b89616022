"""The pace of trading is one on average, remembers days, goes with news, and is usual while nothing has begun."""

from types import SimpleNamespace

import numpy as np
import pytest
from securities_on_paper import listed

from agents.buyers.activity import (
    NEWS_RESPONSE,
    PACE_DEVIATION,
    PACE_MEMORY,
    customer_turnover,
    mean_size,
    pace_after_news,
    pace_of_day,
    pace_on,
    usual_news_bp,
)
from agents.outlook import Outlook
from experiments.belief.estimators import persistence
from experiments.inputs.published import table
from market.bonds.securities import Kind
from market.draws.streams import Streams
from market.news import loadings
from market.units import FACE_PER_BILLION, day_number


def test_the_pace_is_one_before_the_start_and_on_average_after_it():
    streams = Streams(3)
    assert {pace_of_day(streams, day) for day in range(-60, 0)} == {1.0}
    log = np.log([pace_of_day(streams, day) for day in range(4000)])
    assert np.exp(log).mean() == pytest.approx(1.0, abs=0.02)
    assert log.std() == pytest.approx(PACE_DEVIATION, rel=0.05)
    assert persistence(log) == pytest.approx(PACE_MEMORY, abs=0.03)


def published_weeks():
    """Return the logarithm of dealers' weekly volume to May 2024, and the mean absolute change of the 10-year, bp."""
    volume, yields = table("dealer_volume_7-11y_weekly_2024"), table("par_yield_curve_daily_2019-2024")
    change = (100 * yields.set_index("Date")["10 Yr"].astype(float)).diff().abs()
    weeks = volume[volume["asof_date"] < day_number("2024-06-01")]
    ends = weeks["asof_date"].to_numpy()
    moved = [change[(change.index > end - 7) & (change.index <= end)].mean() for end in ends]
    return np.log(weeks["pdtrgsc_g7l11_musd"].to_numpy(float)), np.array(moved)


def test_weeks_vary_persist_and_go_with_yields_as_dealers_volume_did_before_the_start():
    volume, moved = published_weeks()
    assert len(volume) == 22 and volume.std(ddof=1) == pytest.approx(0.18, abs=0.005)
    explained = np.corrcoef(volume, moved)[0, 1] ** 2
    rest = volume - np.polyval(np.polyfit(moved, volume, 1), moved)
    assert explained == pytest.approx(0.36, abs=0.005)
    assert rest.std(ddof=2) == pytest.approx(0.146, abs=0.001) and persistence(rest) == pytest.approx(0.44, abs=0.02)
    streams, rng = Streams(4), np.random.default_rng(6)
    pace = np.array([pace_of_day(streams, day) for day in range(10_000)])
    drawn = pace.reshape(-1, 5).mean(axis=1)
    assert np.log(drawn).std() == pytest.approx(0.146, abs=0.01)
    assert persistence(np.log(drawn)) == pytest.approx(0.44, abs=0.06)
    sizes = np.abs(rng.standard_t(5, len(pace)))
    after = np.array([pace_after_news(size, sizes.mean()) for size in sizes])
    told = 1 + rng.random(len(pace)) * (after - 1)  # news comes at a drawn hour
    weekly = np.log((pace * told).reshape(-1, 5).mean(axis=1))
    assert weekly.std() == pytest.approx(0.18, abs=0.01)
    assert 1 - np.var(np.log(drawn)) / np.var(weekly) == pytest.approx(0.36, abs=0.06)


def test_trading_picks_up_after_much_news_slows_after_little_and_is_usual_on_average():
    assert pace_after_news(-5.0, 5.0) == pace_after_news(5.0, 5.0) == pace_after_news(3.0, 0.0) == 1.0
    assert pace_after_news(10.0, 5.0) == pytest.approx(1 + NEWS_RESPONSE)
    assert pace_after_news(0.0, 5.0) == pytest.approx(1 - NEWS_RESPONSE)


def test_the_usual_size_of_news_is_that_of_its_draws():
    drawn = np.abs(np.random.default_rng(2).standard_t(5, 400_000)) * np.sqrt(3 / 5)
    assert mean_size(2.0, 5) == pytest.approx(2.0 * drawn.mean(), rel=0.01)
    quiet = SimpleNamespace(news_scale=0.0, private_share=0.2, covariance_bp=np.eye(3), degrees_of_freedom=5)
    assert usual_news_bp(quiet) == 0.0 and pace_on(np.ones(3), quiet) == 1.0
    loud = SimpleNamespace(**{**vars(quiet), "news_scale": 3.0})
    load = loadings(np.array([10.0]))[0]
    assert usual_news_bp(loud) == pytest.approx(mean_size(3.0 * np.sqrt(0.8 * load @ load), 5))
    usual = usual_news_bp(loud) / load[0]
    assert pace_on(np.array([-usual, 0, 0]), loud) == pytest.approx(1.0)


def test_news_is_counted_once_whoever_hears_it_and_forgotten_overnight():
    market = SimpleNamespace(
        premises=SimpleNamespace(news_scale=1.0, private_share=0.2, covariance_bp=np.eye(3), degrees_of_freedom=5)
    )
    outlook = Outlook(None, None, 1.0, np.eye(3), lambda day: 1.5, None)
    outlook.on = lambda view: SimpleNamespace(pace=1.5)
    at = lambda day, number: SimpleNamespace(day=day, round=number, rounds=4)  # noqa: E731
    outlook.hear(market, np.zeros(3), at(2, 0))
    assert outlook.pace_now(at(2, 0)) == (0, 1.5)
    for _ in range(3):
        outlook.hear(market, np.array([4.0, 0, 0]), at(2, 1))
    expected = 1.5 * pace_on(np.array([4.0, 0, 0]), market.premises)
    assert outlook.pace_now(at(2, 1)) == (1, expected) and expected > 1.5
    outlook.hear(market, np.zeros(3), at(2, 2))
    assert outlook.pace_now(at(2, 2)) == (1, expected)
    outlook.hear(market, np.array([-4.0, 0, 0]), at(2, 3))  # a second announcement takes the first one back
    assert outlook.pace_now(at(2, 3)) == (2, 1.5 * (1 - NEWS_RESPONSE))
    assert outlook.pace_now(at(3, 0)) == (0, 1.5)


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


def test_the_pace_of_the_second_day_is_part_new_and_remembers_the_first():
    # weights 0.18 sqrt(0.4224) = 0.11699 and 0.76 of it; half of the variance of both, 0.0108, is taken off
    assert pace_of_day(Drawn({0: 0.0}), 0) == pytest.approx(np.exp(-0.0068429), rel=1e-6)
    assert pace_of_day(Drawn({0: 0.0, 1: 1.0}), 1) == pytest.approx(np.exp(0.11699 - 0.0108), rel=1e-4)
    assert pace_of_day(Drawn({0: 1.0, 1: 0.0}), 1) == pytest.approx(np.exp(0.08891 - 0.0108), rel=1e-4)


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
        (note, -1, 2.5, 60),  # not auctioned yet: takes nothing from issues of its age
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
