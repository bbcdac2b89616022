"""The page of what experiments showed: ranges are those of the registered text, and how results stand to them."""

import tomllib
from math import inf, nan

import pytest

from experiments.experiment import EXPECTATIONS, load, names
from experiments.results.effects import Results
from experiments.results.registered import (
    INSIDE,
    NEAR,
    OPEN,
    OUTSIDE,
    RANGES,
    SHORTER,
    UNKNOWN,
    Range,
    judge,
    judged,
    ranges,
)

WITHOUT_NUMBERS = {"not-qe"}  # its text is of a sum, which `offtherun not-qe` holds to the cent


@pytest.mark.parametrize("name", names())
def test_every_range_is_of_an_outcome_and_in_the_words_that_were_registered(name):
    question = load(name)
    text = tomllib.loads(EXPECTATIONS.read_text("utf-8"))[question.expectation]["expected"]
    found = ranges(question)
    assert bool(found) != (name in WITHOUT_NUMBERS)
    for (effect, outcome), one in found.items():
        assert effect in question.contrasts() and outcome in {known.name for known in question.outcomes}
        assert one.words in text and one.low < one.high and (one.low, one.high) != (-inf, inf)
        assert not one.relative or question.control


def test_no_range_is_of_an_experiment_that_is_not_there():
    assert set(tomllib.loads(RANGES.read_text("utf-8"))) <= {load(name).expectation for name in names()}


@pytest.mark.parametrize(
    ("mean", "low", "high", "base", "said"),
    [
        (-1.0, -1.5, -0.5, 1.0, INSIDE),
        (-1.0, -9.0, 7.0, 1.0, NEAR),
        (-2.0, -3.0, -1.0, 1.0, NEAR),
        (1.0, -0.5, 2.5, 1.0, OPEN),
        (1.0, 0.5, 1.5, 1.0, OUTSIDE),
        (-3.0, -3.5, -2.1, 1.0, OUTSIDE),
        (-30.0, -32.0, -28.0, 20.0, INSIDE),
        (nan, nan, nan, 1.0, UNKNOWN),
        (-1.0, -2.0, 0.0, nan, UNKNOWN),
    ],
)
def test_an_effect_is_inside_a_range_outside_it_or_not_told_apart(mean, low, high, base, said):
    one = Range("a less b", "noise", "0 to -2 bp", -2.0, 0.0)
    assert judge(one, {"mean": mean, "t_low": low, "t_high": high}, base) == said


def test_what_was_to_be_lower_and_did_not_move_is_not_as_registered():
    still = {"mean": 0.0, "t_low": 0.0, "t_high": 0.0}
    assert judge(Range("a less b", "debt", "lower", high=0.0), still, 1.0) == OUTSIDE
    assert judge(Range("a less b", "debt", "0 to -2 bp", -2.0, 0.0), still, 1.0) == INSIDE


def test_a_sweep_of_fewer_days_than_its_design_is_not_held_against_ranges(tmp_path):
    verdicts = {stands for _, stands in judged(Results(tmp_path, load("taper"), 15)).values()}
    assert verdicts == {SHORTER} and judged(Results(tmp_path, load("not-qe"), 15)) == {}
