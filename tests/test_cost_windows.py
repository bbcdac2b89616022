"""What buybacks do before and after each operation, from the tables of two runs; the spread of costs."""

import numpy as np
import pandas as pd
import pytest

from experiments.check import RunTables
from experiments.cli import main
from experiments.errors import UserError
from experiments.results import cost_windows
from experiments.results.cost_spread import across_seeds
from experiments.results.cost_windows import COLUMNS, MORAL_HAZARD, NUMBER, UNITS, Panel, windows
from experiments.results.costs import ALL, costs, interest_rate_bp


def test_a_run_beside_itself_has_the_same_windows_and_no_moral_hazard(pair):
    found = windows(pair[0], pair[0])
    assert list(found.columns) == [*COLUMNS, NUMBER] and list(found.index) == [*UNITS, MORAL_HAZARD]
    measures = found.drop(MORAL_HAZARD)
    assert np.isfinite(measures.to_numpy(float)[measures[NUMBER] > 0]).all() and found.loc["utilisation", NUMBER] > 0
    known = measures[measures[NUMBER] > 0]
    assert (known["before"] == known["before_without"]).all() and (known["after"] == known["after_without"]).all()
    assert found.loc[MORAL_HAZARD, "before"] == 0.0


def test_windows_meet_on_the_eve_so_that_before_and_after_add_up(pair):
    tables = RunTables(pair[0])
    lists, daily = tables["lists"], tables["daily"].set_index("date")
    use, days = daily["dealer_utilisation"], pd.DatetimeIndex(daily.index)
    listed = lists[lists["reason"].astype(str) == "listed"].astype({"bucket": str})
    operations = listed.groupby(["announced", "date", "bucket"]).size().reset_index()
    changes = []
    for row in operations.itertuples():
        start, eve = days.searchsorted(row.announced) - 1, days.searchsorted(row.date) - 1
        if start >= 0 and eve + 1 < len(days):
            changes.append(use.iloc[min(eve + 6, len(days) - 1)] - use.iloc[start])
    found = windows(*pair).loc["utilisation"]
    assert changes and found["before"] + found["after"] == pytest.approx(np.mean(changes))


def test_a_run_without_lists_has_no_windows(pair):
    found = windows(pair[1], pair[0])
    assert found[list(COLUMNS)].isna().all().all() and (found[NUMBER] == 0).all()


def test_what_no_curve_is_fitted_to_has_no_residual_and_nothing_it_changed_by(pair):
    run = RunTables(pair[0])
    days = pd.DatetimeIndex(run["daily"]["date"])
    panel, closes = Panel.of(run, days), run["securities"].astype({"cusip": str})
    on_day = closes[closes["date"] == days[3]].set_index("cusip")["residual_bp"]
    assert on_day.isna().any() and on_day.notna().any()
    for cusip, recorded in on_day.items():
        assert panel.level("residual_bp", (str(cusip),), 3) == pytest.approx(recorded, nan_ok=True)


def test_an_operation_counts_where_it_is_known_in_all_four_cells():
    found = np.array([[1.0, 2.0, 3.0, 4.0], [3.0, 4.0, 5.0, 8.0], [9.0, np.nan, 9.0, 9.0]])
    means, number = cost_windows._mean(found)
    assert means.tolist() == [2.0, 3.0, 4.0, 6.0] and number == 2
    assert np.isnan(cost_windows._mean(found[2:])[0]).all() and cost_windows._mean(found[2:])[1] == 0


def test_the_interest_rate_of_the_debt_lies_between_its_coupons_and_its_spread_is_that_of_its_days(pair):
    tables = RunTables(pair[0])
    rate = interest_rate_bp(tables["securities"], tables["daily"].set_index("date")["debt_musd"])
    assert rate.dropna().between(100, 600).all() and rate.isna().sum() == 1
    table = costs(*pair)
    assert table.loc[ALL, "interest_sd_bp"] == pytest.approx(rate.std())


def test_across_pairs_there_is_a_mean_and_a_spread_and_one_pair_has_none(pair, capsys):
    found = across_seeds([pair, pair])
    whole = costs(*pair).loc[ALL]
    assert found.loc["paid_musd", "mean"] == pytest.approx(whole["paid_musd"])
    assert found.loc["paid_musd", "standard_deviation"] == 0 and found.loc["paid_musd", "number"] == 2
    with pytest.raises(UserError, match="two or more"):
        across_seeds([pair])
    for folders, status in (((*pair, *pair), 0), (pair[:1], 2)):
        with pytest.raises(SystemExit) as told:
            main(["costs", *map(str, folders)])
        assert (told.value.code or 0) == status
    said = capsys.readouterr()
    assert "moral_hazard_musd" in said.out and "whole runs, 2 pairs" in said.out
    assert said.err.startswith("offtherun: costs: 1 run folders, expected pairs")
