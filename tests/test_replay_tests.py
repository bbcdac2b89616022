"""Paired loss tests: pencil answers, size and power, nulls that are beaten and not, intervals over operations."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.belief import replay_tests as paired
from experiments.belief.replay_judgement import ACCEPTED, MEASURES


def test_at_one_step_the_corrected_statistic_is_the_paired_t():
    differences = np.array([1.0, 2.0, -0.5, 3.0, 0.7])
    statistic, p_value = paired.diebold_mariano(differences)
    assert (statistic, p_value) == pytest.approx(tuple(stats.ttest_1samp(differences, 0.0)))
    trending = np.array([0.2, 0.8, 1.5, 2.2, 2.0])
    n, h, away = 5, 2, trending - trending.mean()
    variance = (away @ away + 2 * away[1:] @ away[:-1]) / n / n
    corrected = np.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    assert paired.diebold_mariano(trending, 2)[0] == pytest.approx(corrected * trending.mean() / np.sqrt(variance))
    assert np.isnan(paired.diebold_mariano(np.ones(10))[0]) and np.isnan(paired.diebold_mariano(differences[:2])[0])


def test_fifteen_cases_reject_as_often_as_they_say():
    rng = np.random.default_rng(1)
    drawn = rng.standard_normal((2000, 15))
    assert 0.035 < np.mean([paired.diebold_mariano(row)[1] < 0.05 for row in drawn]) < 0.065
    away = paired.detectable(drawn[0])
    scaled = drawn * drawn[0].std(ddof=1) + away
    assert 0.7 < np.mean([paired.diebold_mariano(row)[1] < 0.05 for row in scaled]) < 0.9


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
    return split, auctions, buybacks, positions


def test_a_model_that_misses_by_less_is_better_and_by_more_is_worse():
    good = paired.tests(*frames(1.0)).set_index("series")
    assert (good.loc["buyback accepted", "verdict"] == "model better").all()
    assert (good.filter(like="auction", axis=0)["verdict"] == "model better").all()
    assert (good.loc["buyback accepted", "number"] == 15).all() and "reserves' share" in good.index
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
