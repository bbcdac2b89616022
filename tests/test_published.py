"""The published data are what they are said to be, and damage is named."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import experiments
from experiments.errors import UserError
from experiments.inputs import published_checks
from experiments.inputs.published import DATA, DataError, check_digit, interpolated, nearest_row, table
from experiments.inputs.published_columns import TABLES
from experiments.inputs.tips_index import dated_day, index_ratios
from experiments.start.fitting import FitError, fit_margins, round_columns, split_columns
from experiments.start.issuance import LIST_DAY
from experiments.start.security_list import listing
from market.bonds.securities import Kind
from market.units import day_number

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("check", published_checks.CHECKS, ids=lambda check: check.__name__.strip("_"))
def test_published_figures_agree(check):
    passed, detail = check()
    assert passed, detail


def test_every_shipped_file_is_declared_and_every_declared_file_is_shipped():
    assert {path.stem for path in DATA.glob("*.csv")} == set(TABLES)


def test_every_shipped_file_has_its_source():
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    assert [name for name in TABLES if f"`{name}.csv`" not in sources] == []


def test_the_checkout_owns_its_package_names():
    import agents
    import market

    home = experiments.__path__[0].rsplit("/", 1)[0]
    assert agents.__path__[0] == f"{home}/agents"
    assert market.__path__[0] == f"{home}/market"


def _damaged(tmp_path, name, change):
    text = (DATA / f"{name}.csv").read_text(encoding="utf-8")
    (tmp_path / f"{name}.csv").write_text(change(text), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        table(name, tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{name}.csv") and "\n" not in message
    return message


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"tga_daily_2019-2024\.csv: the file is missing, expected .* 1507 rows"):
        table("tga_daily_2019-2024", tmp_path)


def test_damage_is_named_with_line_and_column(tmp_path):
    name = "tga_daily_2019-2024"
    assert "line 3, column tga_musd" in _damaged(tmp_path, name, lambda text: text.replace("352175.0", "35x175"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("2019-01-03", "2019-13-03"), "line 3, column date"),
        (lambda text: text.replace("352175.0", ""), "line 3, column tga_musd is ''"),
        (lambda text: text[: len(text) // 2].rsplit("\n", 1)[0], "rows, expected 1507"),
        (lambda text: text.replace("tga_musd", "tga"), "columns missing ['tga_musd'], unknown ['tga']"),
        (lambda text: "", "no table"),
    ],
    ids=["date", "blank", "cut short", "column", "empty"],
)
def test_each_kind_of_damage_is_named(tmp_path, change, words):
    assert words in _damaged(tmp_path, "tga_daily_2019-2024", change)


def test_a_whole_copy_is_accepted(tmp_path):
    shutil.copy(DATA / "tga_daily_2019-2024.csv", tmp_path)
    assert len(table("tga_daily_2019-2024", tmp_path)) == 1507


@pytest.mark.parametrize(
    ("name", "column", "check"),
    [
        ("dealer_net_positions_weekly_2024", "bills", "_dealer_buckets"),
        ("soma_nominal_notes_bonds_2024-05-22", "par_musd", "_soma_by_cusip"),
        ("fed_balance_sheet_2024-05-29", "musd", "_fed_sheet"),
        ("onrrp_by_counterparty_daily_2022-2024", "mmf_musd", "_reverse_repo"),
        ("tga_daily_2019-2024", "tga_musd", "_treasury_cash"),
        ("buyback_operations_2024", "par_accepted_musd", "_buybacks"),
    ],
)
def test_a_changed_figure_fails_its_check(monkeypatch, name, column, check):
    def changed(wanted):
        frame = table(wanted)
        return frame.assign(**{column: frame[column] + 7.0}) if wanted == name else frame

    monkeypatch.setattr(published_checks, "table", changed)
    passed, _ = getattr(published_checks, check)()
    assert not passed


def test_an_unreadable_file_fails_a_check_with_its_own_line(monkeypatch):
    def missing(name):
        raise DataError(f"{name}.csv: the file is missing")

    monkeypatch.setattr(published_checks, "table", missing)
    monkeypatch.setattr(published_checks, "CHECKS", (published_checks._z1,))
    (result,) = published_checks.check_data()
    assert not result.passed and "the file is missing" in result.detail


@pytest.mark.parametrize("cusip", ["037833100", "91282CKQ3", "912810UA4", "17275R102", "38259P508"])
def test_check_digits_of_known_cusips(cusip):
    assert check_digit(cusip) == cusip[8]


@given(st.text(ALPHABET, min_size=8, max_size=8), st.integers(0, 7), st.integers(0, 9))
def test_a_check_digit_finds_a_changed_digit(body, place, digit):
    changed = body[:place] + str(digit) + body[place + 1 :]
    was_digit = body[place].isdigit()
    assert not was_digit or body == changed or check_digit(body) != check_digit(changed)


def test_nearest_row_takes_the_earlier_of_two_and_interpolation_is_linear():
    frame = table("mmf_holdings_monthly_2019-2024")
    first, second = frame.month_end.iloc[:2]
    assert nearest_row(frame, int(first) + 3, "month_end").month_end == first
    middle = interpolated(frame, int(first + second) // 2, "month_end", "treasuries")
    low, high = sorted(frame.treasuries.iloc[:2])
    assert low < middle < high


def test_the_list_has_the_published_classes_and_ranks():
    current = listing(LIST_DAY)
    counts = [int(current.securities.of(kind).sum()) for kind in (Kind.BILL, Kind.NOTE, Kind.BOND, Kind.TIPS, Kind.FRN)]
    assert counts == [50, 242, 98, 53, 8]
    known = table("securities_outstanding_2024-05-28").set_index("cusip").otr_rank.fillna(-1)
    assert np.array_equal(known.reindex(list(current.securities.cusip)).to_numpy(), current.otr_rank)
    assert sorted(current.securities.term_months[current.otr_rank == 0]) == [24, 36, 60, 84, 120, 240, 360]


def test_a_day_without_issuance_data_is_refused():
    with pytest.raises(UserError, match="2031-01-01 is not covered by the issuance data, nearest 2024-12-31"):
        listing(day_number("2031-01-01"))


def test_tips_are_dated_before_their_first_issue_and_indexed_above_one():
    current = listing(LIST_DAY)
    tips = current.securities.of(Kind.TIPS)
    issue, maturity = current.securities.first_issue_day[tips], current.securities.maturity_day[tips]
    assert np.all((dated_day(issue, maturity) <= issue) & (issue - dated_day(issue, maturity) < 32))
    ratio = index_ratios(current.securities, LIST_DAY)
    assert np.all(ratio[~tips] == 1.0) and np.all((ratio[tips] > 1.0) & (ratio[tips] < 2.0))


def test_fitting_meets_both_margins_and_keeps_odds_ratios():
    seed = np.array([[1.0, 2.0, 1.0], [3.0, 1.0, 0.0]])
    fitted = fit_margins(seed, np.array([5.0, 7.0]), np.array([6.0, 4.0, 2.0]))
    assert np.allclose(fitted.sum(axis=1), [5, 7]) and np.allclose(fitted.sum(axis=0), [6, 4, 2])
    assert fitted[1, 2] == 0.0
    assert np.isclose(fitted[0, 0] * fitted[1, 1] / (fitted[0, 1] * fitted[1, 0]), 1 / 6)


def test_margins_that_cannot_be_met_are_refused():
    with pytest.raises(FitError, match="row 0 reaches 2 of 1"):
        fit_margins(np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([1.0, 3.0]), np.array([2.0, 2.0]), most=50)
    with pytest.raises(FitError, match="rows sum to 2, columns to 3"):
        fit_margins(np.ones((1, 1)), np.array([2.0]), np.array([3.0]))


@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 9))
def test_rounding_keeps_column_sums_and_moves_no_cell_by_one(seed, rows, columns):
    rng = np.random.default_rng(seed)
    totals = rng.integers(0, 3 * 10**9, columns)
    share = rng.uniform(0.01, 1.0, (rows, columns))
    cells = share / share.sum(axis=0) * totals
    whole = round_columns(cells, totals)
    assert np.array_equal(whole.sum(axis=0), totals)
    assert np.all(np.abs(whole - cells) < 1 + 1e-6)


def test_splitting_shares_each_column_by_weight():
    assert split_columns(np.array([10, 1, 0]), np.array([0.5, 0.3, 0.2])).tolist() == [[5, 1, 0], [3, 0, 0], [2, 0, 0]]
