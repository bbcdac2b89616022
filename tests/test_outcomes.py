"""Outcomes: closed-form answers from small tables."""

import numpy as np
import pandas as pd
import pytest
from tiny_experiment import tiny

from experiments.experiment import GROUP_COLUMNS
from experiments.inputs.buyback_calendar import buybacks
from experiments.results.auction_days import by_auction
from experiments.results.outcomes import by_group, over_buckets, series, value
from market.calendar import business_days
from market.units import day_number, to_date


def outcome(statistic="mean", **more):
    return tiny(
        days=4, outcomes=[{"name": "o", "column": "noise_bp", "smallest": 1.0, "statistic": statistic} | more]
    ).outcomes[0]


def path(*values):
    return pd.Series(values, pd.RangeIndex(1, len(values) + 1), dtype=float)


@pytest.mark.parametrize(
    ("statistic", "expected"), [("mean", 3.0), ("last", 0.0), ("peak", 9.0), ("area", 12.0), ("half-life", 2.0)]
)
def test_each_statistic_is_the_number_of_its_definition(statistic, expected):
    assert value(path(1, 9, 6, 1, 1, 0, np.nan), outcome(statistic)) == (pytest.approx(expected))


def test_a_window_is_by_business_days_and_a_day_without_value_counts_nothing():
    assert value(path(100, 2, np.nan, 4, 100), outcome(from_day=2, to_day=4)) == 3.0
    assert np.isnan(value(path(1.0), outcome(from_day=2)))
    assert np.isnan(value(path(1.0, 9.0, 8.0), outcome("half-life")))


def test_differences_in_differences_are_a_group_less_another():
    row = {"date": pd.Timestamp("2024-05-29"), "kind": "note", "outstanding_musd": 1.0, "bid": 99.0, "ask": 101.0}
    rows = [
        row | {"maturity": pd.Timestamp(maturity), "residual_bp": r, "on_the_run": new, "turnover_musd": 5.0}
        for maturity, r, new in (
            ("2033-05-15", 3.0, False),
            ("2033-08-15", -4.0, False),
            ("2034-05-15", 2.0, True),
            ("2027-05-15", 1.0, False),
            ("2024-06-10", 99.0, False),  # in no bucket
        )
    ]
    table = pd.DataFrame(rows).assign(yield_bp=400.0, unquoted_share=0.5, cusip=list("abcde"))
    groups = by_group(table.assign(spread_bp=[1.0, np.nan, 4.0, 9.0, 9.0], spread_face=[20, 5, 40, 0, 10]))
    old = {"bucket": "7Y to 10Y", "issues": "off-the-run"}
    of = lambda column, **more: series(  # noqa: E731
        {"daily": pd.DataFrame({"date": [row["date"]]}), "groups": groups}, outcome(column=column, **more)
    ).loc[1]
    assert of("roughness_bp", group=old) == pytest.approx(np.sqrt(12.5))
    assert of("roughness_bp", group=old, less={"bucket": "2Y to 3Y"}) == pytest.approx(np.sqrt(12.5) - 1)
    assert of("turnover_musd", group={}) == 20.0
    assert of("paid_bp", group={"bucket": "7Y to 10Y"}) == 3.0 and of("paid_bp", group=old) == 1.0
    assert np.isnan(of("paid_bp", group={"bucket": "2Y to 3Y"}))
    assert of("spread_bp", group={"bucket": "7Y to 10Y"}) == pytest.approx(200.0)


def test_listed_are_those_of_published_lists_and_others_of_their_bucket_and_maturities_for_six_days():
    (held,) = (one for one in buybacks(day_number("2024-06-20"), day_number("2024-06-20")) if not one.tips)
    first, last = held.eligible[:2]
    rows = [
        (first, "2029-08-31", 400.0, False),
        (last, "2031-01-31", 402.0, False),
        ("beside", "2030-05-31", 406.0, False),
        ("shorter than any listed", "2029-07-31", 900.0, False),
        ("on the run", "2030-06-30", 900.0, True),
        ("in another bucket", "2027-05-31", 900.0, False),
    ]
    one_day = pd.DataFrame(rows, columns=["cusip", "maturity", "yield_bp", "on_the_run"])
    one_day = one_day.assign(kind="note", outstanding_musd=1.0, bid=99.0, ask=101.0, residual_bp=1.0, turnover_musd=5.0)
    one_day = one_day.assign(spread_bp=1.0, spread_face=10)
    days = [pd.Timestamp(to_date(day)) for day in business_days(day_number("2024-06-18"), day_number("2024-06-28"))]
    table = pd.concat([one_day.assign(date=day, unquoted_share=0.5) for day in days])
    tables = {"daily": pd.DataFrame({"date": days}), "groups": by_group(table.astype({"maturity": "datetime64[ns]"}))}
    for bucket in (None, "5Y to 7Y"):
        listed, beside = ({"bucket": bucket, "issues": name} for name in ("listed", "not-listed"))
        apart = series(tables, outcome(column="yield_bp", group=listed, less=beside))
        assert list(apart) == pytest.approx([np.nan, *[-5.0] * 6, np.nan], nan_ok=True)
    assert series(tables, outcome(column="yield_bp", group={"bucket": "2Y to 3Y", "issues": "listed"})).isna().all()


def test_without_a_bucket_listed_less_beside_is_a_mean_of_differences_within_buckets():
    keys = {"date": 1} | dict.fromkeys(set(GROUP_COLUMNS) - {"yield_bp"}, 0.0)
    rows = [
        ("a", "listed", 1.0),
        ("a", "not-listed", 3.0),
        ("b", "listed", 50.0),
        ("b", "not-listed", 54.0),
        ("c", "listed", 900.0),  # nothing beside it
    ]
    groups = pd.DataFrame(rows, columns=["bucket", "issues", "yield_bp"]).assign(**keys)
    tables = {"daily": pd.DataFrame({"date": [1]}), "groups": over_buckets(groups)}
    apart = series(tables, outcome(column="yield_bp", group={"issues": "listed"}, less={"issues": "not-listed"}))
    assert list(apart) == [-3.0]


def test_auctions_are_means_over_those_chosen_on_the_days_that_have_any():
    row = {"tail_bp": 1.0, "bid_to_cover": 2.5, "offering_face": 100, "awarded_face": 100, "dealer_face": 20}
    row |= {"direct_face": 10, "indirect_face": 60}
    failed = {"tail_bp": np.nan, "awarded_face": 0, "dealer_face": 0, "direct_face": 0, "indirect_face": 0}
    rows = [
        row | {"date": 1, "kind": "note", "term_months": 120},
        row | {"date": 1, "kind": "note", "term_months": 24, "tail_bp": 4.0, "awarded_face": 50},
        row | {"date": 1, "kind": "bill", "term_months": 3, "tail_bp": 9.0},
        row | failed | {"date": 3, "kind": "note", "term_months": 120},
    ]
    tables = {"daily": pd.DataFrame({"date": [1, 2, 3]}), "auctions": by_auction(pd.DataFrame(rows))}
    of = lambda column, **chosen: list(series(tables, outcome(column=column, auctions=chosen)))  # noqa: E731
    assert of("tail_bp", kinds=["note"]) == pytest.approx([2.5, np.nan, np.nan], nan_ok=True)
    assert of("dealer_share", kinds=["note"]) == pytest.approx([0.3, np.nan, np.nan], nan_ok=True)
    assert of("sold_share", kinds=["note"]) == pytest.approx([0.75, np.nan, 0.0], nan_ok=True)
    assert of("tail_bp", kinds=["note"], term_months=120)[0] == 1.0 and of("tail_bp")[0] == pytest.approx(14 / 3)
