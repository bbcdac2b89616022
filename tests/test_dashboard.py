"""The dashboard without a browser: levers are a scenario, a session is a run, what is exported runs."""

import dataclasses

import numpy as np
import pytest
from figure_audit import complaints
from small_market import digest, small

from dashboard import pictures
from dashboard.levers import SLIDERS, Levers, tables, world
from dashboard.session import Session, Start, toml
from experiments.build import build
from experiments.errors import UserError
from experiments.figures.gallery import FIGURES
from experiments.run import live
from experiments.scenario import load
from market.roles import Limited
from market.tables.record import Record

MOVED = {"buyback_size": 2.0, "caps": 0.5, "foreign_bn": -1.0}
DAYS = 2


@pytest.fixture(scope="module")
def start():
    """A small market at the end of its burn-in."""
    return Start.of(small(), "baseline", 1)


@pytest.fixture
def session(start):
    """A session of it."""
    made = Session(start)
    yield made
    made.close()


def test_a_session_that_nobody_touches_is_a_run(session):
    session.step()
    session.step()
    assert digest(session.market) == digest(live(build(small(), 1, Record()), DAYS))
    assert session.day == DAYS and len(session.tables["daily"]) == DAYS


def test_levers_moved_on_the_eve_are_the_scenario_that_they_describe(session):
    session.change(**MOVED)
    session.step()
    session.step()
    described = world(session.start.scenario, session.levers)
    assert digest(session.market) == digest(live(build(described, 1, Record()), DAYS))
    assert digest(session.market) != digest(session.other().market)
    assert session.other().day == DAYS


def test_a_change_acts_from_the_next_day_on_and_is_noted_once(session):
    session.step()
    before = session.tables["daily"].copy()
    session.change(dealer_capital=0.5)
    session.change(dealer_capital=0.25)
    assert [str(c) for c in session.changes] == ["After day 1 (2024-05-29): dealer_capital from 1.0 to 0.25"]
    session.change(dealer_capital=1.0)
    assert session.changes == []
    session.change(dealer_capital=0.25)
    session.step()
    assert session.tables["daily"].iloc[:1].equals(before)
    mine, other = session.tables["daily"], session.other().tables["daily"]
    assert mine["dealer_utilisation"].iloc[1] != other["dealer_utilisation"].iloc[1]
    session.reset()
    assert session.day == 0 and session.changes == [] and session.levers.dealer_capital == 1.0


def test_a_quarter_of_the_capital_makes_the_same_positions_use_four_times_the_gross_limit(session):
    session.step()
    (dealers,) = session.market.playing(Limited)
    before = dealers.limits(session.market.view()).leverage_use
    session.change(dealer_capital=0.25)
    assert len(before) > 1 and dealers.limits(session.market.view()).leverage_use == pytest.approx(4 * before)


def test_every_slider_begins_where_the_scenario_is(start):
    neutral = Levers(buyback_mode=start.scenario.policy.buybacks.mode)
    assert tables(start.scenario, neutral) == {} and {s.name for s in SLIDERS} < {
        f.name for f in dataclasses.fields(Levers)
    }
    for slider in SLIDERS:
        assert slider.low <= getattr(neutral, slider.name) <= slider.high
        steps = (getattr(neutral, slider.name) - slider.low) / slider.step
        assert steps == pytest.approx(round(steps))


@pytest.mark.parametrize("slider", SLIDERS, ids=lambda slider: slider.name)
@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_a_slider_are_a_world(slider, end):
    levers = dataclasses.replace(Levers(), **{slider.name: getattr(slider, end)})
    assert world(load("baseline"), levers) != load("baseline") or getattr(slider, end) == getattr(Levers(), slider.name)


def test_the_exported_file_is_the_world_of_the_sliders(session, tmp_path):
    session.change(**MOVED, dealer_capital=0.5, buyback_mode="placebo")
    file = tmp_path / "sliders.toml"
    file.write_text(session.export())
    wanted = world(load("baseline"), session.levers)
    assert load(str(file)).digest() == wanted.digest() != load("baseline").digest()
    assert "# After day 0 (2024-05-28): caps from 1.0 to 0.5\n" in session.export()


def test_levers_that_describe_no_world_move_nothing():
    taken_over = Start.of(small("qe-like-buybacks"), "qe-like-buybacks", 1)
    session = Session(taken_over)
    before = session.levers
    with pytest.raises(UserError, match="qe_like_buybacks"):
        session.change(buyback_mode="placebo")
    assert session.levers == before and session.changes == []
    session.close()


def test_what_rests_in_the_books_is_bids_below_offers(session):
    session.step()
    books = session.books.groupby(["place", "is_bid"])["price"].agg(["min", "max"])
    for place in np.unique(session.books["place"]):
        if (place, True) in books.index and (place, False) in books.index:
            assert books.loc[(place, True), "max"] < books.loc[(place, False), "min"]
    assert len(session.books) and session.books["musd"].min() > 0


def test_tables_in_tables_become_toml():
    assert toml({"a": 1, "b": {"c": "x", "d": {"e": [1, 2]}}, "f": [{"g": "2024-06-01"}]}) == [
        "a = 1", "", "[b]", 'c = "x"', "", "[b.d]", "e = [1, 2]", "", "[[f]]", "g = 2024-06-01",
    ]  # fmt: skip


@pytest.mark.parametrize("days", [1, 3])
def test_panels_pass_the_audit_at_their_size_on_a_screen(session, days):
    for _ in range(days):
        session.step()
    for panel in filter(None, (drawing.panel for drawing in FIGURES.values())):
        assert complaints(pictures.alone(panel, session.tables), pictures.PANEL_INCHES[0]) == []


def test_pictures_are_drawn_from_the_first_day_on(session):
    session.step()
    market, tables = session.market, session.tables
    named = pictures.names_of(market)
    assert len(named) == np.count_nonzero(market.outstanding) and any("on the run" in name for name in named)
    cusip = next(iter(named.values()))
    both = pictures.arms(tables, session.other().tables)
    sides = session.books.groupby("place")["is_bid"].nunique()
    quoted = market.securities.cusip[sides.idxmax()]
    wide = pictures.PICTURE_INCHES[0]
    assert complaints(pictures.book(market, session.books, quoted), wide) == []
    assert complaints(pictures.book(market, session.books.iloc[:0], quoted), wide) == []
    assert complaints(pictures.owners(market, cusip), wide) == []
    assert complaints(pictures.arms(tables, session.other().tables), pictures.ARMS_INCHES[0]) == []
    first = both.axes[0].lines[0]
    assert first.get_marker() == "o" and len(first.get_xdata()) == 1
    account = pictures.account(market, "Federal Reserve").set_index("what")["million dollars"]
    assert account["reserves"] == pytest.approx(-tables["daily"]["reserves_musd"].iloc[0], abs=0.01)
