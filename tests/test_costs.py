"""What buybacks cost: sums that can be worked out by hand, from the tables of two runs."""

import numpy as np
import pandas as pd
import pytest
from fake_run import write_run
from small_market import small

from experiments.check import RunTables
from experiments.cli import main
from experiments.errors import UserError
from experiments.results.costs import ALL, UNITS, _bought, _premium_musd, costs, interest_by_day
from experiments.run import run
from experiments.store import read
from market.bonds.bond_arithmetic import value
from market.bonds.securities import Kind, Securities
from market.calendar import next_business_day
from market.units import day_number


def test_a_run_beside_itself_costs_nothing_more_and_brings_nothing(pair):
    table = costs(pair[1], pair[1])
    assert list(table.columns) == list(UNITS) and list(table.index) == ["2024-05", "2024-06", ALL]
    assert (table["interest_musd"] == table["interest_without_musd"]).all()
    assert (table["wam_years"] == table["wam_without_years"]).all()
    assert (table["liquidity_bp_years"] == 0).all() and (table["private_10y_change_musd"] == 0).all()


def test_sums_by_month_add_up_to_the_run_and_to_its_operations(pair):
    table, operations, offers = costs(*pair), read(pair[0], "buybacks"), read(pair[0], "offers")
    premiums = ("premium_fitted_musd", "premium_market_musd")
    for name in ("interest_musd", "paid_musd", "bought_face_musd", *premiums, "removed_10y_musd"):
        assert table.loc[ALL, name] == pytest.approx(table[name].drop(ALL).sum())
    assert table.loc[ALL, "paid_musd"] == pytest.approx(operations["cost_cents"].sum() / 1e8)
    assert table.loc[ALL, "bought_face_musd"] == pytest.approx(operations["accepted_face"].sum() / 1e4)
    assert table.loc[ALL, "bought_face_musd"] > 0
    taken = offers[offers["accepted_face"] > 0]
    for name, column in zip(premiums, ("fitted_price_e8", "market_price_e8"), strict=True):
        over = (taken["price_e8"] - taken[column]) * taken["index_ratio"] * taken["accepted_face"] / 1e14
        assert table.loc[ALL, name] == pytest.approx(over.sum()) != 0
    assert table.loc[ALL, premiums[0]] != pytest.approx(table.loc[ALL, premiums[1]])


OFFER = {"price_e8": 101 * 10**8, "fitted_price_e8": 100 * 10**8, "index_ratio": 1.0, "accepted_face": 10 * 10**4}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({}, 0.1), ({"index_ratio": 1.5}, 0.15), ({"price_e8": 98 * 10**8}, -0.2), ({"fitted_price_e8": 0}, np.nan)],
)
def test_a_point_over_its_value_on_ten_millions_of_face_is_a_premium_of_a_tenth_and_of_tips_more(changed, expected):
    taken = pd.DataFrame([OFFER, OFFER | {"accepted_face": 0}, OFFER | changed])
    assert _premium_musd(taken, "fitted_price_e8") == pytest.approx(0.1 + expected, nan_ok=True)


def test_the_premium_in_bp_is_what_prices_are_above_their_value_by_what_a_basis_point_takes_off_them(pair):
    offers = read(pair[0], "offers").query("accepted_face > 0").astype({"cusip": str})
    own = (offers["market_price_e8"] + offers["fitted_price_e8"] - 2 * offers["price_e8"]) / 2e8 / offers["score_bp"]
    worth = (own * offers["index_ratio"] * offers["accepted_face"]).sum() / 1e6
    row = costs(*pair).loc[ALL]
    for name in ("fitted", "market"):
        assert row[f"premium_{name}_bp"] == pytest.approx(row[f"premium_{name}_musd"] / worth, rel=0.01)
    assert np.isnan(costs(pair[1], pair[1]).loc[ALL, "premium_fitted_bp"])


def test_a_run_without_the_values_that_premiums_are_over_is_refused(pair):
    older = RunTables(pair[0])
    older._read["offers"] = older["offers"].drop(columns="fitted_price_e8")
    with pytest.raises(UserError, match=r"with have no column fitted_price_e8, expected one: run it anew"):
        _bought(older)


def last_close(folder):
    """Return the securities of the last close by CUSIP."""
    table = read(folder, "securities").astype({"cusip": str, "kind": str})
    return table[table["date"] == table["date"].max()].set_index("cusip")


def test_the_average_maturity_is_that_of_face_by_days_to_maturity_at_the_last_close(pair):
    table = costs(*pair)
    for folder, name in zip(pair, ("wam_years", "wam_without_years"), strict=True):
        debt = last_close(folder)
        days = (debt["maturity"] - debt["date"]).dt.days.clip(lower=0)
        by_hand = (debt["outstanding_musd"] * days).sum() / debt["outstanding_musd"].sum() / 365.25
        assert table.loc[ALL, name] == table[name].iloc[-2] == pytest.approx(by_hand, rel=1e-9)


def ten_year_face(folder):
    """Return the face outside the Fed times what a basis point takes off each price, over what it takes off the new
    10-year note's, by repricing."""
    debt = last_close(folder)
    kinds = np.array([Kind[name.upper()] for name in debt["kind"]], np.int8)
    maturity = debt["maturity"].to_numpy("datetime64[D]").astype(np.int64)
    coupon, none = np.rint(debt["coupon_percent"].to_numpy() * 1000).astype(np.int64), np.zeros(len(debt), np.int64)
    listed = Securities(tuple(debt.index), kinds, none, coupon, none, maturity, none)
    settle = int(next_business_day(day_number(debt["date"].iloc[0].date())))
    low, high = (value(listed, debt["yield_bp"].to_numpy() + step, settle).price for step in (-0.5, 0.5))
    a_bp = pd.Series(np.nan_to_num(low - high), debt.index)
    ten = debt[debt["on_the_run"].astype(bool) & (debt["kind"] == "note")]["maturity"].idxmax()
    return float((debt["outstanding_musd"] - debt["soma_musd"]) @ a_bp) / a_bp[ten]


def test_duration_in_private_hands_changes_by_what_is_repriced_and_coupons_by_what_was_bought_and_sold(pair):
    change = ten_year_face(pair[0]) - ten_year_face(pair[1])
    assert costs(*pair).loc[ALL, "private_10y_change_musd"] == pytest.approx(change, rel=1e-3)
    debt, without = (last_close(folder) for folder in pair)
    outside = [(one["outstanding_musd"] - one["soma_musd"])[one["kind"] != "bill"] for one in (debt, without)]
    expected = pd.Series(0.0, outside[0].index)
    for folder, sign in zip(pair, (1, -1), strict=True):
        sold = read(folder, "auctions").astype({"cusip": str})
        sold = sold[sold["issue_date"] <= debt["date"].max()].groupby("cusip")["awarded_face"].sum() / 1e4
        expected = expected.add(sign * sold.reindex(expected.index, fill_value=0.0))
    bought = read(pair[0], "offers").astype({"cusip": str})
    bought = bought[bought["date"] < debt["date"].max()].groupby("cusip")["accepted_face"].sum() / 1e4
    expected = expected - bought.reindex(expected.index, fill_value=0.0)
    assert bought.sum() > 0 and (outside[0] - outside[1]).to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


def test_liquidity_by_the_dollar_is_what_spreads_are_lower_by_over_what_was_paid(pair):
    table = costs(*pair)
    spread = [read(folder, "daily").set_index("date")["spread_off_bp"] for folder in pair]
    gain = (spread[1] - spread[0]).sum() / 252
    assert table.loc[ALL, "liquidity_bp_years"] == pytest.approx(gain)
    assert table.loc[ALL, "liquidity_bp_years_per_bn"] == pytest.approx(gain / (table.loc[ALL, "paid_musd"] / 1000))
    assert np.isnan(costs(pair[1], pair[1]).loc[ALL, "liquidity_bp_years_per_bn"])


def _row(kind, face, coupon=0.0, price=100.0, yield_bp=0.0, days=(0, 1, 4), maturity=91):
    first = pd.Timestamp("2024-06-06")
    dates = [first + pd.Timedelta(days=d) for d in days]
    fixed = {"kind": kind, "cusip": kind, "maturity": first + pd.Timedelta(days=maturity), "coupon_percent": coupon}
    return pd.DataFrame({"date": dates, **fixed, "price": price, "yield_bp": yield_bp, "outstanding_musd": face})


def test_interest_accrues_by_calendar_days_to_the_next_close():
    note = interest_by_day(_row("note", 1000.0, coupon=3.6525, maturity=3000))
    assert note.tolist() == pytest.approx([0.1, 0.3, 0.1])  # a tenth of a million a day, a weekend, an open end
    bill = interest_by_day(_row("bill", 1000.0, price=[99.09, 99.5, 99.9]))
    assert bill.tolist() == pytest.approx([0.1, 0.3, 0.1])  # from its first price, whatever it trades at later


def test_floating_notes_pay_the_bill_yield_and_their_margin():
    bill, note = _row("bill", 0.001, yield_bp=350.0), _row("frn", 1000.0, yield_bp=10.0, maturity=500)
    assert interest_by_day(pd.concat([bill, note])).tolist() == pytest.approx([0.1, 0.3, 0.1], rel=1e-5)


def test_a_pair_in_the_wrong_order_is_refused(pair):
    with pytest.raises(UserError, match=r"with buys back [\d,]+ musd, expected a run without buybacks as the second"):
        costs(pair[1], pair[0])


def test_runs_that_are_no_pair_are_refused_in_one_line(pair, tmp_path, capsys):
    other = write_run(tmp_path / "other")
    run(small(), 2, 9, tmp_path / "seed2")
    with pytest.raises(UserError, match=r"seed of .* is 1 and of .* is 2"):
        costs(pair[0], tmp_path / "seed2")
    run(small(), 1, 2, tmp_path / "short")
    with pytest.raises(UserError, match=r"days of .* is 9 and of .* is 2"):
        costs(pair[0], tmp_path / "short")
    with pytest.raises(SystemExit) as told:
        main(["costs", str(other), str(tmp_path / "short")])
    assert told.value.code == 2 and capsys.readouterr().err.startswith("offtherun: costs: days of")


def test_the_command_shows_every_measure(pair, capsys):
    with pytest.raises(SystemExit) as told:
        main(["costs", *map(str, pair)])
    shown = capsys.readouterr().out
    assert not told.value.code and all(name in shown for name in UNITS)
