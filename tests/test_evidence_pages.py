"""What writes the A/A table and the page of the calibration: shares, what moved, whether shipped values are inside."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.belief.calibration.calibrate import Calibration
from experiments.belief.calibration.page import sentences, together
from experiments.belief.registered.prices import BEFORE, published_yields
from experiments.experiment import load

FOLDER = Path(__file__).parents[1] / "docs" / "validation"


@pytest.fixture
def script(monkeypatch):
    """Load a script of the folder as it loads when it is run: beside ``generate``."""

    def loaded(name):
        for module in ("generate", name):
            spec = importlib.util.spec_from_file_location(module, FOLDER / f"{module}.py")
            found = importlib.util.module_from_spec(spec)
            monkeypatch.setitem(__import__("sys").modules, module, found)
            spec.loader.exec_module(found)
        return found

    return loaded


def test_the_design_of_the_a_a_test_treats_nothing_but_one_bid():
    question = load(str(FOLDER / "trivial.toml"))
    worlds = question.worlds()
    control, nudged = worlds["as-it-was"], worlds["nudged"]
    assert nudged.model_copy(update={"nudges": (), "name": control.name, "about": control.about}) == control
    assert len({nudge.date for nudge in nudged.nudges}) == 8 and {nudge.ticks for nudge in nudged.nudges} == {1}
    assert question.seeds == 400


def test_coverage_counts_experiments_and_those_that_moved_apart(script, monkeypatch):
    coverage = script("coverage")
    assert list(coverage._moved(np.array([0.0, 1.0, 2.0, 3.0, 4.0]))) == [2.0, 3.0]
    draws = np.random.default_rng(1).normal(0, 1, 800)
    share = coverage._share(draws, "")
    assert share["experiments"] == 400 and 92 < share["covered %"] < 98 and share["low"] < share["covered %"]
    shifted = coverage._share(draws + 40, "moved ")
    assert shifted["moved covered %"] < 50
    assert np.isnan(coverage._share(np.zeros(0), "")["covered %"])


def test_the_a_a_table_goes_into_the_page_and_is_replaced(script, tmp_path, monkeypatch):
    coverage = script("coverage")
    page, file = tmp_path / "validation.md", tmp_path / "trivial.csv"
    page.write_text(f"before\n{coverage.MARKS[0]}\n\nNot run yet.\n\n{coverage.MARKS[1]}\nafter\n", "utf-8")
    monkeypatch.setattr(coverage, "PAGE", page)
    monkeypatch.setattr(coverage, "TRIVIAL", file)
    monkeypatch.setattr(__import__("sys").modules["generate"], "TRIVIAL", file)
    for share in (95.0, 96.0):
        row = {"outcome": "noise", "seeds": 400, "experiments": 200, "covered %": share, "days": 10, "sources": "abc"}
        monkeypatch.setattr(coverage, "table", lambda *_, row=row: pd.DataFrame([row]))
        coverage.main(tmp_path)
        text = page.read_text("utf-8")
        assert text.startswith("before") and text.endswith("after\n") and "Not run" not in text
        assert f"| noise | 400 | 200 | {share:.2f} |" in text and text.count("| noise") == 1
        assert "200 experiments of two seeds and 10 days each, sources abc" in text


def calibration(shipped_inside, implausibility):
    """A calibration of two parameters and two matched moments, the second out of reach."""
    parameters = pd.DataFrame({"parameter": ["one", "two"], "unit": "-", "reason": "a test", "verdict": "weakly"})
    for column in ("shipped", "prior_low", "prior_high", "low", "middle", "high", "from_middle"):
        parameters[column] = 0.5
    parameters["shipped_inside"] = [True, shipped_inside]
    moments = pd.DataFrame({"row": ["near", "far"], "role": "fitted", "matched": True, "reached": [True, False]})
    moments = moments.assign(published=1.0, implausibility_shipped=[implausibility, 99.0], r_squared=0.5)
    moments = moments.assign(least_implausibility=[0.1, 50.0])
    recovery = pd.DataFrame({"point": [0, 1], "implausibility": 1.0, "recovered": True})
    return Calibration(parameters, moments, pd.DataFrame(), pd.DataFrame(), recovery, 0.25)


def test_shipped_values_are_plausible_one_by_one_and_together_or_not():
    good, bad = calibration(True, 1.2), calibration(False, 4.5)
    assert together(good) == (
        "2 of 2 shipped values lie in the plausible range of their parameter; "
        "together they are plausible: their largest I is 1.2 (near)."
    )
    assert "1 of 2" in together(bad) and "are NOT plausible: their largest I is 4.5" in together(bad)
    assert together(bad) in sentences(bad)
    nothing = bad._replace(moments=bad.moments.assign(reached=False))
    assert "no moment is within reach" in together(nothing)


def test_the_page_of_the_calibration_says_what_is_outside_and_when_points_are_few(script):
    calibration_page = script("calibration")
    text = calibration_page.page(calibration(False, 4.5), 9, 60, "baseline")
    assert "9 runs of 60 days" in text and "A design of few points" in text
    assert "OUTSIDE" in text and "OUT OF REACH" in text and "{" not in text
    assert "few points" not in calibration_page.page(calibration(True, 1.0), 128, 60, "baseline")


def test_the_picture_of_moments_can_be_drawn_from_the_tables_of_the_page(script):
    generate = script("generate")
    table = pd.DataFrame(
        {
            "row": ["size of |change|", "cover", "share"],
            "unit": ["", "bn", "%"],
            "role": ["free", "free", "fitted"],
            "published": [0.25, 1_357.0, 3.5],
            "low": [-0.5, 1_300.0, 3.0],
            "high": [0.5, 1_400.0, 4.0],
            "model": [0.0, 999.0, np.nan],
            "model_sd": [0.25, np.nan, np.nan],
            "coverage": [1.0, 0.0, 0.0],
            "shuffled": [2.0, np.nan, np.nan],
            "inside": [True, False, False],
            "consistent": [True, True, False],
            "nulls_outside": ["shuffled", "", ""],
            "evidence": [True, False, False],
        }
    )
    told = generate.on_page(
        f"text\n\n{generate.rows(table, ['shuffled'])}\n\n| name | low |\n| --- | ---: |\n| a | 1 |"
    )
    kept = [name for name in table if name not in ("coverage", "nulls_outside")]
    pd.testing.assert_frame_equal(told[kept], table[kept], check_dtype=False)


def test_the_page_has_every_row_for_the_picture(script):
    generate = script("generate")
    told = generate.on_page(generate.PAGE.read_text("utf-8"))
    assert sorted(told["row"]) == sorted(row.name for row in generate.ROWS)
    assert set(generate.DRAWN) <= set(told) and told["published"].between(told["low"], told["high"]).all()


def test_the_errors_of_the_autumn_are_those_of_all_seeds_beside_their_targets(script):
    generate = script("generate")

    def seen(error, auc):
        losses = {"series": generate.ACCEPTED, "null": ["null: the maximum", generate.LAST_FILL], "model_loss": error}
        tests = pd.DataFrame(losses | {"null_loss": [774.0, 548.0]})
        other = pd.DataFrame({"series": ["auction bid to cover"], "null": "any", "model_loss": 0.2, "null_loss": 0.3})
        predictors = ["null: face bought last time", generate.CHOSEN]
        aucs = pd.DataFrame({"predictor": predictors, "auc": [0.9, auc]})
        return SimpleNamespace(tests=pd.concat([other, tests]), aucs=aucs)

    told = generate.autumn([seen(700.0, 0.5), seen(500.0, 0.6), seen(600.0, 0.7)])
    assert "(548 million): 600 (s.d. 100) in the mean of 3 seeds, below it in 1 of them" in told
    assert "above 0.65: 0.60 (s.d. 0.10), above it in 1" in told
    assert "600 in the mean of 1 seeds" in generate.autumn([seen(600.0, 0.7)])


def test_the_pattern_of_a_run_is_measured_from_its_first_day(script, monkeypatch):
    pattern = script("pattern")
    first = published_yields(BEFORE)
    drawn = pd.Series(np.random.default_rng(1).normal(0, 1.5, len(first)), first.index)
    days = [str(day) for day in pd.bdate_range("2024-05-28", periods=pattern.EVERY + 1).date]
    yields = [first] * pattern.EVERY + [first + drawn]
    table = pd.concat(
        pd.DataFrame({"date": day, "cusip": y.index, "yield_bp": y}) for day, y in zip(days, yields, strict=True)
    )
    table["date"] = pd.to_datetime(table["date"]).dt.date
    monkeypatch.setattr(pattern, "read", lambda folder, name: {"securities": table}[name])
    told = pattern.pattern("a run")
    assert list(told["day"].astype(str)) == [days[0], days[-1]]
    assert told.iloc[0][["change", "left"]].tolist() == [0.0, 1.0]
    assert told["spread"][0] == pytest.approx(0.90, abs=0.005)  # of published yields; of prices 0.83
    assert told["change"][1] == pytest.approx(1.5, rel=0.2) and 0.2 < told["left"][1] < 0.8
    assert told["spread"][1] == pytest.approx(np.hypot(1.5, 0.90), rel=0.2)
