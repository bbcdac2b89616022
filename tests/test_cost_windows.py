"""What buybacks do before and after each operation, from the tables of two runs; the spread of costs and of windows."""

import numpy as np
import pandas as pd
import pytest
from small_market import small

from experiments.check import RunTables
from experiments.cli import main
from experiments.errors import UserError
from experiments.results import cost_windows
from experiments.results.cost_days import BIDS, EVE, MORAL_HAZARD, START, standing_days
from experiments.results.cost_panel import UNITS, Panel
from experiments.results.cost_spread import across_seeds, windows_across_seeds
from experiments.results.cost_windows import AFTER, BEFORE, COLUMNS, NUMBER, UNTOUCHED, why_none, windows
from experiments.results.costs import ALL, costs, interest_rate_bp
from experiments.results.inference import t_half_width
from experiments.run import run
from experiments.store import read

WHEN = (UNTOUCHED, START, BEFORE, AFTER)
DAYS = 5


def test_a_run_beside_itself_has_the_same_windows_and_no_moral_hazard(pair):
    found = windows(pair[0], pair[0])
    assert list(found.columns) == [*COLUMNS, NUMBER]
    assert list(found.index) == [*((when, name) for when in WHEN for name in UNITS), (EVE, MORAL_HAZARD)]
    known = found[found[NUMBER] > 0]
    assert np.isfinite(known.to_numpy(float)).all() and found.loc[(BEFORE, "utilisation"), NUMBER] > 0
    assert (known["run"] == known["without"]).all() and (known["difference"] == 0).all()
    assert found.loc[(EVE, MORAL_HAZARD), "difference"] == 0.0


def operations(folder):
    """Return of each operation with a window its list, and the places of the closes ahead of announcement and day."""
    lists, days = read(folder, "lists"), pd.DatetimeIndex(read(folder, "daily")["date"])
    listed = lists[lists["reason"].astype(str) == "listed"].astype({"bucket": str, "cusip": str})
    for (announced, day, _), rows in listed.groupby(["announced", "date", "bucket"]):
        start, eve = days.searchsorted(announced) - 1, days.searchsorted(day) - 1
        if start >= 0 and eve + 1 < len(days):
            yield set(rows["cusip"]), start, eve


def test_windows_meet_on_the_eve_so_that_levels_at_the_start_and_changes_add_up(pair):
    use = read(pair[0], "daily")["dealer_utilisation"]
    ends = [use.iloc[min(eve + 6, len(use) - 1)] for _, _, eve in operations(pair[0])]
    eves = [use.iloc[eve] for _, _, eve in operations(pair[0])]
    found = windows(*pair)["run"].xs("utilisation", level="measure")
    assert ends and found[START] + found[BEFORE] == pytest.approx(np.mean(eves))
    assert found[START] + found[BEFORE] + found[AFTER] == pytest.approx(np.mean(ends))


def test_levels_at_the_start_are_those_of_both_runs_and_some_of_lists_of_which_nothing_was_bought(pair):
    offers, daily = read(pair[0], "offers").query("accepted_face > 0"), read(pair[0], "daily")
    free = []
    for listed, start, _ in operations(pair[0]):
        before = offers[offers["date"] <= daily["date"].iloc[start]]
        free += [] if listed & set(before["cusip"].astype(str)) else [start]
    found = windows(*pair).xs("utilisation", level="measure")
    for when, starts in ((START, [start for _, start, _ in operations(pair[0])]), (UNTOUCHED, free)):
        levels = [read(folder, "daily")["dealer_utilisation"].iloc[starts].mean() for folder in pair]
        assert found.loc[when, NUMBER] == len(starts) > 0
        assert found.loc[when, ["run", "without"]].tolist() == pytest.approx(levels)
        assert found.loc[when, "difference"] == pytest.approx(levels[0] - levels[1])


def test_moral_hazard_is_what_dealers_hold_of_the_listed_on_the_eve_beyond_the_other_run(pair):
    def held(folder, listed, at):
        table = read(folder, "balance_sheets").astype({"instrument": str, "sector": str})
        day = read(folder, "daily")["date"].iloc[at]
        mine = table[(table["date"] == day) & (table["sector"] == "dealers") & table["instrument"].isin(listed)]
        return mine[["amount", "due", "lent"]].to_numpy().sum() / 1e4

    more = [held(pair[0], listed, eve) - held(pair[1], listed, eve) for listed, _, eve in operations(pair[0])]
    found = windows(*pair).loc[(EVE, MORAL_HAZARD)]
    assert found["difference"] == pytest.approx(np.mean(more)) and found[NUMBER] == len(more)


def test_a_run_without_lists_has_no_windows_and_the_command_says_why(pair, capsys):
    found = windows(pair[1], pair[0])
    assert found[list(COLUMNS)].isna().all().all() and (found[NUMBER] == 0).all()
    with pytest.raises(SystemExit) as told:
        main(["costs", str(pair[1]), str(pair[1])])
    shown = capsys.readouterr().out
    assert not told.value.code and why_none(pair[1]) in shown and MORAL_HAZARD not in shown
    assert 'policy.buybacks.mode = "off" and no list in its days' in shown


def test_lists_without_a_close_before_and_after_are_counted(tmp_path):
    run(small(), 1, 1, tmp_path / "day")
    assert (windows(tmp_path / "day", tmp_path / "day")[NUMBER] == 0).all()
    lists = read(tmp_path / "day", "lists").astype({"bucket": str})
    number = len(lists[lists["reason"].astype(str) == "listed"][["date", "bucket"]].drop_duplicates())
    assert number and f"of {number} lists none has a close" in why_none(tmp_path / "day")


def test_what_no_curve_is_fitted_to_has_no_residual_and_nothing_it_changed_by(pair):
    tables = RunTables(pair[0])
    days = pd.DatetimeIndex(tables["daily"]["date"])
    panel, closes = Panel.of(tables, days), tables["securities"].astype({"cusip": str})
    on_day = closes[closes["date"] == days[3]].set_index("cusip")["residual_bp"]
    assert on_day.isna().any() and on_day.notna().any()
    for cusip, recorded in on_day.items():
        assert panel.level("residual_bp", (str(cusip),), 3) == pytest.approx(recorded, nan_ok=True)


def test_an_operation_counts_where_it_is_known_at_all_closes_in_both_runs():
    levels = np.array([[[1.0, 2.0], [3.0, 5.0], [4.0, 9.0]], [[3.0, 4.0], [5.0, 5.0], [8.0, 7.0]]])
    levels = np.concatenate([levels, np.full((1, 3, 2), np.nan)])
    untouched = np.array([False, True, True])
    found = {when: cost_windows._of(levels, when, untouched).tolist() for when in WHEN}
    assert found[UNTOUCHED] == [[3.0, 4.0]] and found[START] == [[1.0, 2.0], [3.0, 4.0]]
    assert found[BEFORE] == [[2.0, 3.0], [2.0, 1.0]] and found[AFTER] == [[1.0, 4.0], [3.0, 2.0]]
    table = cost_windows._table({(START, "x"): np.array(found[START]), (AFTER, "x"): np.zeros((0, 2))})
    assert table.loc[(START, "x")].tolist() == [2.0, 3.0, -1.0, 2]
    assert table.loc[(AFTER, "x"), list(COLUMNS)].isna().all() and table.loc[(AFTER, "x"), NUMBER] == 0


# ---- a standing facility ----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def facility(tmp_path_factory):
    """Return the folders of two runs of one seed, with a standing facility and without."""
    folder = tmp_path_factory.mktemp("facility")
    for mode in ("standing", "off"):
        run(small(policy__buybacks__mode=mode), 1, DAYS, folder / mode)
    return folder / "standing", folder / "off"


def test_a_standing_facility_is_held_beside_the_other_run_by_day_over_its_whole_list(facility):
    days, daily = standing_days(*facility), [read(folder, "daily").set_index("date") for folder in facility]
    assert days.index.tolist() == daily[0].index[1:].tolist()  # on the first there is no close to bid by
    assert days["utilisation"].tolist() == pytest.approx(daily[0]["dealer_utilisation"][1:].tolist())
    assert days["utilisation_without"].tolist() == pytest.approx(daily[1]["dealer_utilisation"][1:].tolist())
    lists = read(facility[0], "lists").astype({"cusip": str})
    for folder, name in zip(facility, ("residual_bp", "residual_bp_without"), strict=True):
        closes = read(folder, "securities").astype({"cusip": str})
        both = closes.merge(lists[["date", "cusip"]], on=["date", "cusip"])
        assert len(both) == len(lists) > 500
        assert days[name].tolist() == pytest.approx(both.groupby("date")["residual_bp"].mean().tolist())


def test_the_windows_of_a_standing_facility_are_the_close_before_it_bids_and_the_days_since(facility):
    found, days = windows(*facility), standing_days(*facility)
    assert list(found.index) == [*((when, name) for when in (START, BIDS) for name in UNITS), (EVE, MORAL_HAZARD)]
    assert found[NUMBER].tolist() == [1] * len(UNITS) + [DAYS - 1] * (len(UNITS) + 1)
    assert np.isfinite(found.to_numpy(float)).all()
    for name in UNITS:
        row = found.loc[(BIDS, name)]
        assert [row["run"], row["without"]] == pytest.approx([days[name].mean(), days[f"{name}_without"].mean()])
    first = [read(folder, "daily")["dealer_utilisation"].iloc[0] for folder in facility]
    assert found.loc[(START, "utilisation"), ["run", "without"]].tolist() == pytest.approx(first)
    assert found.loc[(EVE, MORAL_HAZARD), "difference"] == pytest.approx(days[MORAL_HAZARD].mean())
    assert days[MORAL_HAZARD].iloc[0] == pytest.approx(found.loc[(START, "holdings_musd"), "difference"])


def test_a_standing_facility_beside_itself_differs_in_nothing(facility):
    assert (windows(facility[0], facility[0])["difference"] == 0).all()
    assert standing_days(facility[1], facility[0]).empty


@pytest.mark.parametrize("by_day", [False, True])
def test_the_command_shows_a_standing_facility_by_month_or_by_day(facility, capsys, by_day):
    with pytest.raises(SystemExit) as told:
        main(["costs", *map(str, facility), *(["--by-day"] if by_day else [])])
    shown = capsys.readouterr().out
    dates = [str(day)[:10] for day in standing_days(*facility).index]
    assert not told.value.code and MORAL_HAZARD in shown and "no windows" not in shown
    assert [date in shown for date in dates] == [by_day] * len(dates)


# ---- costs and their spread ---------------------------------------------------------------------------
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
    with pytest.raises(UserError, match="two or more"):
        windows_across_seeds([pair])
    for folders, status in (((*pair, *pair), 0), (pair[:1], 2)):
        with pytest.raises(SystemExit) as told:
            main(["costs", *map(str, folders)])
        assert (told.value.code or 0) == status
    said = capsys.readouterr()
    assert said.out.count("moral_hazard_musd") == 2 and said.out.count("across 2 pairs") == 2
    assert said.err.startswith("offtherun: costs: 1 run folders, expected pairs")


def test_windows_across_pairs_have_the_t_interval_of_their_differences(pair):
    own = windows(*pair)
    found = windows_across_seeds([pair, (pair[0], pair[0])])
    assert found.index.equals(own.index)
    for row in own[own[NUMBER] > 0].index:
        values = np.array([own.loc[row, "difference"], 0.0])
        half = t_half_width(values)
        assert found.loc[row, ["mean", "t_low", "t_high"]].tolist() == pytest.approx(
            [values.mean(), values.mean() - half, values.mean() + half]
        )
        assert found.loc[row, "standard_deviation"] == pytest.approx(values.std(ddof=1)) and found.loc[row, NUMBER] == 2
    unknown = own[own[NUMBER] == 0].index
    assert (found.loc[unknown, NUMBER] == 0).all()


def test_pairs_of_operations_and_of_a_standing_facility_have_no_common_windows(pair, facility):
    with pytest.raises(UserError, match="one has a standing facility and one operations"):
        windows_across_seeds([pair, facility])
