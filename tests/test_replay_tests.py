"""Paired loss tests: pencil answers, size and power, nulls that are beaten and not, intervals over operations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.belief import replay_tests as paired
from experiments.belief.replay_judgement import ACCEPTED, MEASURES


def test_the_variance_is_that_of_the_first_cosines():
    differences = np.array([1.0, 2.0, -0.5, 3.0, 0.7, 1.1, -0.2, 0.9])
    places = (np.arange(8) + 0.5) / 8
    parts = [np.sqrt(2 / 8) * np.cos(np.pi * order * places) @ differences for order in (1, 2)]
    statistic = differences.mean() / np.sqrt((parts[0] ** 2 + parts[1] ** 2) / 2 / 8)
    found = paired.diebold_mariano(differences)
    assert found.statistic == pytest.approx(statistic) and found.p_value == pytest.approx(2 * stats.t.sf(statistic, 2))
    assert np.isnan(paired.diebold_mariano(np.full(10, 0.3))).all()
    assert np.isnan(paired.diebold_mariano(differences[:7])).all()


def autoregressions(coefficient, length, number):
    """Draw paths (number, length) of a stationary first-order autoregression of mean zero."""
    shocks = np.random.default_rng(1).standard_normal((number, length))
    paths = shocks / np.sqrt(1 - coefficient**2)
    for at in range(1, length):
        paths[:, at] = coefficient * paths[:, at - 1] + shocks[:, at]
    return paths


@pytest.mark.parametrize(("length", "coefficient", "most"), [(15, 0.0, 0.065), (15, 0.5, 0.075), (60, 0.8, 0.085)])
def test_losses_that_follow_each_other_reject_about_as_often_as_they_say(length, coefficient, most):
    drawn = autoregressions(coefficient, length, 2000)
    assert 0.035 < np.mean([paired.diebold_mariano(row).p_value < 0.05 for row in drawn]) < most


def test_the_detectable_difference_is_found_four_times_in_five():
    drawn = np.random.default_rng(2).standard_normal((2000, 15))
    away = np.sqrt(1 / 15) * paired.detectable_in_errors(3)  # the true error; two cosines
    found = [paired.diebold_mariano(row + away).p_value < 0.05 for row in drawn]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)


def test_cases_of_one_day_are_one_case_and_a_null_of_one_origin_has_no_p_value():
    rng = np.random.default_rng(4)
    by_day = rng.standard_normal(15)
    days, noise = np.repeat(np.arange(15), 4), np.zeros(60)
    many = paired._test(("a", "b", paired.WEEK_BEFORE), days, noise, np.repeat(by_day, 4))
    once = paired._test(("a", "b", paired.WEEK_BEFORE), np.arange(15), np.zeros(15), by_day)
    assert (many["number"], many["days"]) == (60, 15) and many["p_value"] == once["p_value"] > 0
    fixed = paired._test(("a", "b", paired.UNCHANGED), days, noise, np.repeat(by_day + 9, 4))
    assert np.isnan(fixed["p_value"]) and fixed["verdict"] == "one origin" and fixed["difference"] > 8


def frames(error):
    """Return the frames of a model that misses by so much, its nulls by about ten."""
    days, rng = paired.FIRST + np.arange(15), np.random.default_rng(2)
    truth = 1000 + 100 * rng.standard_normal(15)
    nulls = {column: truth + 10 + rng.standard_normal(15) for name, column in ACCEPTED.items() if name != "model"}
    buybacks = pd.DataFrame({"day": days, "accepted_published": truth, "accepted_model": truth + error, **nulls})
    auctions = pd.DataFrame({"day": days})
    for measure in MEASURES:
        auctions[f"{measure}_published"], auctions[f"{measure}_model"] = truth, truth + error
        auctions[f"{measure}_previous"] = truth + 10 + rng.standard_normal(15)
    weeks = np.append(paired.FITTED_TO, days)
    split = pd.concat(
        [
            pd.DataFrame({"item": item, "day": weeks, "model": level + 0.0, "published": level + step * (weeks % 2)})
            for item, level, step in (("reserves", 3000.0, 50.0), ("reverse repo", 300.0, -50.0))
        ]
    )
    positions = pd.DataFrame({"day": np.repeat(days, 2), "bucket": ["a", "b"] * 15, "published": np.repeat(truth, 2)})
    positions = positions.assign(model=positions["published"] + error, unchanged=positions["published"] + 10)
    positions = positions.assign(week_before=positions["published"] + 10 + rng.standard_normal(30))
    return split, auctions, buybacks, positions


def test_a_model_that_misses_by_less_is_better_and_by_more_is_worse():
    good = paired.tests(*frames(1.0)).set_index("series")
    assert (good.loc["buyback accepted", "verdict"] == "model better").all()
    assert (good.filter(like="auction", axis=0)["verdict"] == "model better").all()
    assert (good.loc["buyback accepted", "number"] == 15).all() and "reserves' share" in good.index
    positions = good.loc["dealers' bucket positions"].set_index("null")["verdict"]
    assert positions.tolist() == ["one origin", "model better"]
    bad = paired.tests(*frames(30.0)).set_index("series")
    assert (bad.loc["buyback accepted", "verdict"] == "null better").all()
    assert (bad.loc["buyback accepted", "difference"] < -10).all()


def test_the_interval_of_the_auc_is_over_operations():
    rng = np.random.default_rng(3)
    rows = []
    for day in paired.FIRST + np.arange(15):
        bought = rng.random(20) < 0.4
        score = bought + rng.standard_normal(20)
        rows.append(
            pd.DataFrame(
                {"day": day, "bucket": "a", "face_published": bought * 5.0, "face_model": score}
                | {"score_model": -score, "face_last_time": np.nan}
            )
        )
    rows.append(rows[0].assign(day=paired.FIRST + 15, face_published=5.0))  # all bought: no pair to order
    found = paired.auc_intervals(pd.concat(rows)).set_index("predictor")
    right = found.loc["model: face accepted"]
    assert 0.65 < right["low"] < right["auc"] < right["high"] < 0.9 and right["operations"] == 15
    assert found.loc["model: best score offered", "auc"] == pytest.approx(1 - right["auc"])
    assert np.isnan(found.loc["null: face bought last time", "auc"])


def test_dealers_are_sorted_into_the_buckets_of_the_report():
    weeks = pd.to_datetime(["2024-10-02", "2024-10-09"])
    facts = {
        "cusip": ["bill", "note"],
        "kind": ["bill", "note"],
        "maturity": pd.to_datetime(["2024-12-31", "2030-10-15"]),
    }
    sheets = pd.DataFrame(
        {"date": np.repeat(weeks, 2), "sector": "dealers", "unit": "face", "instrument": ["bill", "note"] * 2}
    )
    sheets = sheets.assign(amount=[2e7, 3e7, 2e7, 5e7], due=0.0, lent=0.0)
    others = sheets.assign(sector="funds")
    run = {"balance_sheets": pd.concat([sheets, others]), "securities": pd.DataFrame(facts)}
    found = paired.dealer_buckets(run).set_index(["day", "bucket"])
    first, second = paired.days_of(pd.Series(weeks))
    assert found.loc[(first, "bills"), "model"] == 2.0 and found.loc[(first, "cpn_g6_le7y"), "model"] == 3.0
    assert found.loc[(second, "cpn_g3_le6y"), "model"] == 0.0 and found["published"].notna().all()
    assert found.loc[(first, "bills"), "unchanged"] == found.loc[(second, "bills"), "unchanged"]
