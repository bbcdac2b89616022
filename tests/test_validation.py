"""Estimators give closed-form answers, the bootstrap covers, nulls fit what they are fitted to, evidence is earned."""

import numpy as np
import pandas as pd
import pytest

from experiments.belief import validate
from experiments.belief.estimators import correlation, deviation, interval, kurtosis, mean, persistence, resampled
from experiments.belief.garch import draw_garch, draw_walk, fit, variances
from experiments.belief.panel import CLOCK
from experiments.belief.panel import published as scored
from experiments.belief.registered.rows import TABLES
from experiments.belief.validate import published
from experiments.belief.validation_rows import BLOCK, FREE, LITERATURE, SCORED
from experiments.errors import UserError
from market.tables.record_columns import COLUMNS


def autoregression(coefficient, length, seed):
    """Draw a first-order autoregression with unit shocks."""
    series = np.zeros(length)
    for at, shock in enumerate(np.random.default_rng(seed).standard_normal(length - 1), start=1):
        series[at] = coefficient * series[at - 1] + shock
    return series


def test_estimators_give_the_answers_of_a_pencil():
    series = np.array([1.0, 2.0, 4.0, 3.0])
    assert mean(series) == 2.5
    assert deviation(series) == pytest.approx(np.sqrt(5 / 3))
    assert kurtosis(np.array([-1.0, 1.0, -1.0, 1.0])) == pytest.approx(1.0)
    assert correlation(np.column_stack([series, -2 * series + 7])) == pytest.approx(-1.0)
    assert np.isnan(persistence(np.ones(5)))
    assert persistence(autoregression(0.7, 200_000, 1)) == pytest.approx(0.7, abs=0.01)


def test_blocks_are_stretches_of_the_circle():
    drawn = resampled(50, 5.0, 400, seed=3)
    assert drawn.min() == 0 and drawn.max() == 49
    follows = (np.diff(drawn, axis=1) % 50) == 1
    assert follows.mean() == pytest.approx(1 - 1 / 5 + 1 / 5 / 50, abs=0.01)
    with pytest.raises(ValueError, match="expected a mean length of 1"):
        resampled(50, 0.5, 4, seed=3)


@pytest.mark.parametrize(("estimator", "truth", "coefficient"), [(mean, 0.0, 0.0), (persistence, 0.5, 0.5)])
def test_the_interval_covers_what_it_should(estimator, truth, coefficient):
    covered = 0
    for seed in range(120):
        low, high = interval(autoregression(coefficient, 300, seed), estimator, 10.0, draws=200, seed=seed)
        covered += low <= truth <= high
    assert 0.85 <= covered / 120 <= 1.0


def test_an_interval_of_a_constant_is_unknown():
    assert np.isnan(interval(np.ones(20), persistence, 4.0, draws=50)).all()


def test_garch_finds_its_own_parameters_and_targets_the_variance():
    published_changes = 5 * autoregression(0.0, 400, 2)
    changes = draw_garch(published_changes, fit(published_changes), 200, seed=5)
    a, b = fit(changes)
    assert a >= 0 and b >= 0 and a + b <= 0.999
    assert variances(changes, 0.0, 0.0) == pytest.approx(np.full(200, np.var(changes)))
    truth, errors = (0.15, 0.75), np.zeros(6000)
    shocks, variance = np.random.default_rng(7).standard_normal(6000), 1.0
    for day in range(6000):
        errors[day] = np.sqrt(variance) * shocks[day]
        variance = 0.1 + truth[0] * errors[day] ** 2 + truth[1] * variance
    assert fit(errors) == pytest.approx(truth, abs=0.06)
    assert deviation(draw_walk(changes, 20_000, seed=1)) == pytest.approx(deviation(changes), rel=0.02)


def test_published_series_are_there_and_named():
    series = scored()
    assert set(series) == set(CLOCK) == {row.series for row in SCORED} | {"change of the 30y"}
    assert set(CLOCK.values()) <= set(BLOCK)
    assert all(np.isfinite(values).all() and len(values) >= 20 for values in series.values())
    assert len(series["change of the 10y"]) == 147  # 148 published days from 29 May to 31 December 2024
    assert len(series["buyback fill"]) == 36


def test_the_published_series_pass_their_own_rows():
    table = validate.self_test().table
    assert table["inside"].all()
    assert not table["evidence"].any()  # no null, no evidence


def test_evidence_needs_a_free_row_a_model_inside_and_a_null_outside():
    good = published()
    bad = {name: 3 * series + 40 for name, series in good.items()}
    table = validate.scored([good], {"bad": [bad], "good": [good]}).set_index("row")
    assert table["evidence"].any()
    assert (table.loc[table["evidence"], "role"] == FREE).all()
    assert (table.loc[table["evidence"], "nulls_outside"] == "bad").all()
    assert not table.loc["persistence of dealers' net", "evidence"]  # shift and scale do not move it: both meet it
    worse = validate.scored([bad], {"good": [good]})
    assert not worse["evidence"].any()


def test_a_perfect_model_of_one_seed_is_outside_one_time_in_six_and_consistent_19_in_20():
    rng, n = np.random.default_rng(1), 4000
    table = pd.DataFrame({"published": rng.standard_normal(n)})
    table = table.assign(low=table["published"] - validate.NORMAL, high=table["published"] + validate.NORMAL)
    one, eight = rng.standard_normal((1, n)), rng.standard_normal((8, n))
    inside = np.mean(pd.Series(one[0]).between(table["low"], table["high"]))
    assert 0.81 < inside < 0.86
    assert 0.935 < validate.consistent(one, table).mean() < 0.965
    assert 0.935 < validate.consistent(eight, table).mean() < 0.965
    assert not validate.consistent(one + 9, table).any() and not validate.consistent(one * np.nan, table).any()


def test_runs_of_other_days_are_cut_to_the_shortest_and_short_or_late_ones_are_refused(tmp_path, monkeypatch):
    lengths = {"long": (0, 90), "short": (0, 70), "tiny": (0, 59), "late": (3, 90)}
    days = {name: first + validate.FIRST_REGULAR + np.arange(number) for name, (first, number) in lengths.items()}
    tables = {name: {"daily": pd.DataFrame({"date": found.astype("datetime64[D]")})} for name, found in days.items()}
    monkeypatch.setattr(validate, "RunTables", lambda folder: tables[folder.name])
    assert validate.shared_last_day([tmp_path / "long", tmp_path / "short"]) == days["short"][-1]
    with pytest.raises(UserError, match=r"has 59 days from 2024-05-29 on, expected 60 or more from 2024-05-29 on"):
        validate.shared_last_day([tmp_path / "long", tmp_path / "tiny"])
    with pytest.raises(UserError, match=r"has 90 days from 2024-06-01 on"):
        validate.shared_last_day([tmp_path / "late"])
    cut = validate.to_day(dict.fromkeys(TABLES, tables["long"]["daily"]), int(days["short"][-1]))
    assert [len(frame) for frame in cut.values()] == [70] * len(TABLES)


def test_targets_are_those_of_the_days_that_are_compared():
    half = validate.FIRST_REGULAR + 130
    short, long = validate.scored([published(half)], last=half), validate.scored([published(half)])
    assert short["inside"].all() and short["consistent"].all() and not long["inside"].all()
    in_time = [validate.CLOCK[row.series] != "security" for row in validate.ROWS]
    assert (short["observations"] < long["observations"])[in_time].all()


def test_a_short_series_is_not_inside():
    short = {name: series[:5] for name, series in published().items()}
    table = validate.scored([short])
    assert table["model"].isna().all() and not table["inside"].any()
    assert (table["coverage"] == 0).all()


def test_bands_name_columns_that_runs_have():
    assert {band.column for band in LITERATURE} <= set(COLUMNS["daily"])
    assert all(band.low < band.high and band.confidence in {"high", "medium", "low"} for band in LITERATURE)


def test_folders_are_asked_for(tmp_path):
    with pytest.raises(UserError, match="expected one or more"):
        validate.of_folders([], "baseline")
    with pytest.raises(UserError, match=r"ends in '\.txt', expected"):
        validate.write(pd.DataFrame({"a": [1]}), tmp_path / "x.txt")
    validate.write(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")
    with pytest.raises(UserError, match="exists already"):
        validate.write(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")


def test_nulls_of_series_are_drawn_for_daily_changes_of_yields_alone():
    assert validate.YIELDS == ("change of the 2y", "change of the 5y", "change of the 10y", "change of the 30y")
