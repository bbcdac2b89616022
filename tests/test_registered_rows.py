"""Registered rows are whole and pass their own data; their series are those of a pencil."""

import numpy as np
import pandas as pd
import pytest

from experiments.belief import validate
from experiments.belief.calibration import simulator
from experiments.belief.estimators import between, difference, slope, variation
from experiments.belief.registered import auctions, buybacks, dealers, prices, repo
from experiments.belief.registered.rows import CLOCK, FILE, REGISTERED, published
from experiments.belief.registered.weeks import at_closes, sums, week_ends
from experiments.belief.replay_judgement import FIRST_REGULAR, LAST_PUBLISHED
from experiments.belief.validation_rows import BLOCK, FREE, SCORED
from experiments.inputs.published import table
from market.units import FACE_PER_MUSD, day_number

BILLION = 1_000 * FACE_PER_MUSD


def test_every_registered_row_is_free_until_something_is_set_by_it_says_why_and_names_shipped_data():
    assert len(REGISTERED) == 39 and "26 November" in FILE.read_text("utf-8")
    names = [row.name for row in (*SCORED, *REGISTERED)]
    assert len(set(names)) == len(names)
    fitted = {row.name for row in REGISTERED if row.role != FREE}
    assert fitted == {
        "share of listed securities bought back",
        "correlation of fill and offers",
        "spread of cover over tenors",
        "turnover and size of yield changes",
        "pattern of yields after four months",
        "change of the pattern in four months",
    }
    assert all(row.why and row.measure for row in REGISTERED)
    assert all(len(table(name.strip())) for row in REGISTERED for name in row.data.split(","))
    assert set(CLOCK.values()) <= set(BLOCK)


def test_every_registered_row_has_a_published_series_that_is_long_and_known():
    series = published()
    assert set(series) == {row.name for row in REGISTERED}
    assert all(np.isfinite(values).all() and len(values) >= 20 for values in series.values())
    assert len(series["reserves on Treasury cash"]) == 30  # weeks from 29 May to 25 December 2024


def test_a_shorter_window_has_less_of_each_and_nothing_that_comes_later():
    whole, half = published(), published(FIRST_REGULAR + 90)
    assert set(half) == set(whole) - {"pattern of yields after four months", "change of the pattern in four months"}
    assert all(len(half[name]) < len(whole[name]) for name in half)
    target = validate.targets(FIRST_REGULAR + 90).set_index("row")
    assert np.isnan(target.loc["change of the pattern in four months", "published"])


def test_calibration_does_not_see_registered_rows(monkeypatch):
    monkeypatch.setattr(simulator, "run", lambda *_: None)
    monkeypatch.setattr(simulator, "forget", lambda _: None)
    monkeypatch.setattr(simulator, "simulated", lambda _: validate.published())
    monkeypatch.setattr(simulator.Record, "to_pandas", lambda *_: None)
    assert set(simulator.simulate({}, 1)) == {row.name for row in SCORED}


def test_estimators_of_pairs_give_the_answers_of_a_pencil():
    x = np.array([1.0, 2.0, 4.0, 5.0])
    assert slope(np.column_stack([x, 3 * x - 1])) == pytest.approx(3.0)
    assert variation(np.array([1.0, 2.0, 3.0])) == pytest.approx(0.5)
    assert difference(np.array([[1, 5.0], [0, 1.0], [1, 7.0], [0, 3.0]])) == pytest.approx(4.0)
    assert between(np.array([[0, 1.0], [0, 3.0], [7, 5.0], [7, 7.0]])) == pytest.approx(np.sqrt(8.0))
    constant = np.array([[1.0, 2.0], [1.0, 3.0]])
    assert all(np.isnan(estimator(constant)) for estimator in (slope, difference, between))
    assert np.isnan(variation(np.zeros(4)))


def test_weeks_end_on_wednesdays_and_holidays_have_the_close_before():
    ends = week_ends(FIRST_REGULAR + 20)
    assert list(ends - FIRST_REGULAR) == [0, 7, 14]
    amounts = pd.Series([8.0, 1.0, 2.0, 4.0, 16.0], FIRST_REGULAR + np.array([0, 1, 7, 8, 15]))
    assert list(sums(amounts, ends)) == [3.0, 4.0]
    levels = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, FIRST_REGULAR + np.array([0, 6, 14]))
    assert list(at_closes(levels, ends)["a"]) == [1.0, 2.0, 3.0]
    assert np.isnan(at_closes(levels, ends - 7)["a"].iloc[0])


def test_listed_securities_are_ranked_counted_and_held_against_the_last_operation():
    day, cusips = (
        FIRST_REGULAR + 1,
        ("91282CFF3", "91282CFV8", "91282CGM7"),
    )  # maturing 2032 to 2033
    faces = {day: (0.0, 10.0, 30.0), day + 7: (5.0, 15.0, 20.0)}
    rows = [(d, "7Y to 10Y", c, f) for d, bought in faces.items() for c, f in zip(cusips, bought, strict=True)]
    listed = pd.DataFrame(rows, columns=["day", "bucket", "cusip", "face_model"])
    held = pd.DataFrame({"offered_model": [90.0, 80.0], "accepted_model": [40.0, 40.0], "maximum": 100.0})
    found = buybacks._series(listed, held, "model")
    assert list(found["share of listed securities bought back"]) == pytest.approx([200 / 3, 100.0])
    assert list(found["largest security in a buyback"]) == pytest.approx([75.0, 50.0])
    assert list(found["bought back against maturity"]) == pytest.approx([1.0, 1.0])
    assert list(found["bought back against last time"]) == pytest.approx([1.0])
    assert found["correlation of fill and offers"].tolist() == [[0.9, 0.4], [0.8, 0.4]]


def test_auctions_are_held_against_the_last_of_their_tenor_without_their_means():
    tenors = ["Note 2Y", "Bond 30Y", "Note 2Y", "Bond 30Y"]
    held = pd.DataFrame({"day": range(4), "cusip": "none", "tenor": tenors})
    figures = {"bid_to_cover": [2.0, 9.0, 4.0, 5.0], "dealer_share": [10.0, 30.0, 20.0, 50.0]}
    held = held.assign(**{f"{name}_model": values for name, values in figures.items()})
    held = held.assign(direct_share_model=1.0, high_less_median_model=[1.0, np.nan, 2.0, np.nan])
    found = auctions._series(held, "model")
    assert found["memory of cover, coupons"].tolist() == [[1.0, -1.0], [-2.0, 2.0]]
    assert found["cover and dealers' share, coupons"].tolist() == [[-1, -5], [2, -10], [1, 5], [-2, 10]]
    assert found["cover and high less median"].tolist() == [[-1.0, -0.5], [1.0, 0.5]]
    assert found["dealers' share from auction to auction"].tolist() == [[-10, -5], [5, -10], [10, 5]]
    assert found["cover of reopened less new issues"].tolist() == [[0.0, 2.0], [0.0, -2.0]]
    assert len(found["memory of cover, bills"]) == 0


def test_reopened_issues_are_those_of_the_calendar():
    known = table("auctions_2019-2024")
    held = known[known["auction_date"] >= FIRST_REGULAR].rename(columns={"auction_date": "day"})
    told = auctions._reopened(held)
    assert 0 < told.sum() < len(told) and (told.to_numpy() == (held["reopening"] == "True").to_numpy()).all()


def run_of_fails():
    """Tables of two days in which a dealer and a client fail to deliver the issue on the run and an old one."""
    days = (FIRST_REGULAR + np.array([1, 7])).astype("datetime64[D]")
    traded = [(day, cusip, cusip == "new", "note") for day in days for cusip in ("new", "old")]
    fails = [
        (day, *rest) for day in days for rest in (("new", "Dealer", 2), ("old", "Dealer", 4), ("new", "Client", 8))
    ]
    return {
        "securities": pd.DataFrame(traded, columns=["date", "cusip", "on_the_run", "kind"]),
        "institutions": pd.DataFrame({"name": ["Dealer", "Client"], "kind": ["dealers", "banks"]}),
        "fails": pd.DataFrame(fails, columns=["date", "cusip", "seller", "face"]).assign(
            face=lambda frame: BILLION * frame["face"]
        ),
    }


def test_fails_are_those_of_dealers_in_what_is_on_the_run():
    found = dealers._failed(run_of_fails())
    assert list(found) == [2.0, 2.0] and list(found.index - FIRST_REGULAR) == [1, 7]
    none = run_of_fails() | {"fails": pd.DataFrame(columns=["date", "cusip", "seller", "face"])}
    assert len(dealers._failed(none)) == 0


def test_positions_are_told_by_part_and_beside_the_week_s_awards():
    ends = week_ends(FIRST_REGULAR + 14)
    buckets = pd.DataFrame({name: [1.0, 2.0, 5.0] for name in dealers.BUCKETS}, ends)
    awards = pd.DataFrame({"kind": ["bill", "note", "tips"], "face": [7.0, 9.0, 99.0]}, ends[[1, 2, 2]])
    found = dealers._positions(buckets, awards, ends)
    assert list(found["s.d. of weekly change, dealers' bills"]) == [1.0, 3.0]
    assert found["dealers' coupons and their awards"].tolist() == [[7.0, 0.0], [21.0, 9.0]]
    assert found["dealers' bills and their awards"].tolist() == [[1.0, 7.0], [3.0, 0.0]]
    assert found["dealers' coupons to and over 7y"].tolist() == [[4.0, 3.0], [12.0, 9.0]]


def test_reporting_dates_and_the_days_after_are_left_out():
    days = [day_number(f"2024-{text}") for text in ("06-26", "06-27", "06-28", "07-01", "07-02")]
    assert list(repo._usual(pd.Series(1.0, days), LAST_PUBLISHED).index) == [days[0], days[1], days[4]]


def test_what_is_issued_less_what_matures_over_a_weekend_is_the_day_s():
    known, monday = table(repo.ISSUES), day_number("2024-06-17")
    issued = known.loc[known["issue_date"] == monday, "total_accepted_usd"].sum() / 1e9
    matured = known.loc[known["maturity_date"].isin([monday - 2, monday - 1, monday]), "total_accepted_usd"].sum() / 1e9
    assert matured > 50
    assert repo.net_issues().loc[monday] == pytest.approx(issued - matured)


def test_a_spline_leaves_nothing_of_itself_and_the_pattern_of_unchanged_yields_is_kept():
    years = np.linspace(1, 10, 60)
    curve = 400 - 20 * years + years**2 - 0.1 * years**3 + 0.2 * np.maximum(years - 5, 0) ** 3
    assert prices._residuals(curve, years * prices.DAYS_PER_YEAR) == pytest.approx(np.zeros(60), abs=1e-6)
    kept = prices._pattern(prices.published_yields(prices.BEFORE))
    assert np.corrcoef(kept["pattern of yields after four months"].T)[0, 1] > 0.9
    assert np.std(kept["change of the pattern in four months"]) < np.std(
        prices._pattern(prices.published_yields(prices.AFTER))["change of the pattern in four months"]
    )
