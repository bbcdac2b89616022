"""Inference: closed-form answers, and laws that hold for any numbers."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.results import effects_page, inference
from experiments.results.report import sentence

numbers = st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=12).map(np.array)
PAIR = {"with": 1.0, "without": -1.0}


@given(numbers, st.floats(-10, 10))
def test_the_interval_and_p_value_are_those_of_the_paired_t_test(without, shift):
    by_arm = {"without": without, "with": without + shift + np.sin(np.arange(len(without)))}
    found = inference.effect(by_arm, PAIR, 1.0)
    known = stats.ttest_rel(by_arm["with"], by_arm["without"])
    low, high = known.confidence_interval(0.95)
    assert (found.t_low, found.t_high, found.p_value) == pytest.approx((low, high, known.pvalue), rel=1e-6, abs=1e-9)
    assert found.bootstrap_low <= found.mean + 1e-9 and found.mean - 1e-9 <= found.bootstrap_high


@given(numbers, st.floats(0.01, 100))
def test_equivalence_means_that_the_ninety_percent_interval_lies_inside(values, smallest):
    error, n = inference.standard_error(values), len(values)
    half = stats.t.ppf(0.95, n - 1) * error
    inside = abs(np.mean(values)) + half < smallest
    gap = abs(abs(np.mean(values)) + half - smallest)
    if gap > 1e-6:
        assert (inference.equivalence(values, smallest) < 0.05) == inside


def test_common_noise_is_taken_out_by_pairs_and_independent_noise_is_not():
    rng = np.random.default_rng(7)
    common, own = rng.normal(0, 10, 4000), rng.normal(0, 1, (2, 4000))
    assert inference.gain({"with": common + own[0], "without": common + own[1]}, PAIR) == pytest.approx(10, rel=0.05)
    assert inference.gain({"with": own[0], "without": own[1]}, PAIR) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("n", [2, 4, 20])
def test_an_effect_of_the_detectable_size_is_found_four_times_in_five(n):
    size = inference.detectable_in_errors(n) / np.sqrt(n)
    drawn = np.random.default_rng(7).normal(size, 1, (20_000, n))
    half = stats.t.ppf(0.975, n - 1) * drawn.std(axis=1, ddof=1) / np.sqrt(n)
    assert (abs(drawn.mean(axis=1)) > half).mean() == pytest.approx(0.8, abs=0.01)
    values = drawn[0]
    assert inference.detectable(values) == pytest.approx(size * np.sqrt(n) * inference.standard_error(values))


def test_with_many_seeds_the_detectable_effect_is_that_of_the_normal():
    known = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    assert inference.detectable_in_errors(5_000) == pytest.approx(known, rel=1e-3)
    assert np.isnan(inference.detectable(np.ones(1)))


def test_verdicts_tell_an_effect_from_none_and_from_ignorance():
    one = {"without": np.zeros(4)}
    of = lambda *values: inference.effect(one | {"with": np.array(values)}, PAIR, 1.0).verdict  # noqa: E731
    assert of(5.0, 5.1, 4.9, 5.0) == "effect"
    assert of(0.2, 0.21, 0.19, 0.2) == "effect, equivalent to none"
    assert of(0.1, -0.1, 0.1, -0.1) == "equivalent to none"
    assert of(9.0, -9.0, 9.0, -9.0) == "undecided"
    assert inference.effect({"with": np.ones(1), "without": np.ones(1)}, PAIR, 1.0).verdict == "too few seeds"


def test_numbers_gains_and_verdicts_are_printed_as_they_say():
    assert doctest.testmod(effects_page) == (0, 3)
    row = {"effect": "a", "outcome": "noise", "unit": "bp", "smallest": 0.05}
    found = inference.effect({"with": np.full(3, 2.0), "without": np.array([1.0, 1.0, 1.0])}, PAIR, 5.0)
    assert "pairs differ by the same number: exact" in sentence(row | inference.as_row(found) | {"gain": np.inf})
    assert "**effect, equivalent to none (+-0.05 bp)**" in sentence(row | inference.as_row(found))
