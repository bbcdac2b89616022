"""Facts of trading: slopes and autocorrelations are found in tables that were made with them."""

import numpy as np
import pandas as pd
import pytest

from experiments.results.trading_facts import before_and_after, book_facts, by_round, daily_facts, explained, impact
from experiments.results.venue_summary import AGES, by_maturity
from market.units import FACE_PER_MUSD, POINT_E8

ROUNDS, DAYS, CUSIP = 20, 30, "912810AA1"
DATES = pd.bdate_range("2024-06-03", periods=DAYS).to_numpy()


def securities(**columns):
    rows = {
        "date": DATES,
        "cusip": CUSIP,
        "kind": "note",
        "maturity": DATES + np.timedelta64(10 * 365 + 2, "D"),
        "age_rank": 0,
        "turnover_musd": 100.0,
        "trades": 10,
        "spread_bp": 0.2,
        "spread_face": 5,
        "unquoted_share": 0.1,
        "request_musd": 30.0,
        "session_musd": 20.0,
    }
    return pd.DataFrame(rows | columns)


def trades_of(sides, slope=0.5):
    """Return one trade of $200 m a round, whose price moved ``slope`` 1/32 for each $100 m bought."""
    moves = slope * 2.0 * sides
    price = 100.0 + np.cumsum(moves, axis=1) / 32.0
    day, number = np.divmod(np.arange(sides.size), ROUNDS)
    rows = {"date": DATES[day], "round": number, "cusip": CUSIP, "venue": "book", "aggressor": sides.ravel()}
    return pd.DataFrame(rows | {"price_e8": np.rint(price.ravel() * POINT_E8), "face": 200 * FACE_PER_MUSD})


def test_impact_is_the_slope_that_prices_were_made_with():
    sides = np.random.default_rng(1).choice([-1, 1], (DAYS, ROUNDS))
    change, flow, pairs, after = by_round(trades_of(sides), ROUNDS)
    slope, fit = impact(change, flow)
    assert slope == pytest.approx(0.5, rel=1e-6) and fit == pytest.approx(1.0, rel=1e-6)
    assert len(change) == DAYS * (ROUNDS - 1) and len(pairs) == DAYS * (ROUNDS - 2)
    assert impact(*after.T)[1] < 0.02  # what was bought a round before tells nothing


def test_prices_that_answer_a_round_late_show_their_impact_in_the_quotes_after():
    sides = np.random.default_rng(1).choice([-1, 1], (DAYS, ROUNDS))
    late = trades_of(np.roll(sides, 1, axis=1)).assign(aggressor=sides.ravel())
    change, flow, _, after = by_round(late, ROUNDS)
    assert impact(*after.T) == pytest.approx((0.5, 1.0), rel=1e-6) and impact(change, flow)[1] < 0.02
    rows = {row.fact: row for row in book_facts(late, securities(), ROUNDS) if row.of.startswith("10")}
    assert rows["R2 of order flow, quotes after"].model == pytest.approx(1.0)
    assert rows["R2 of order flow"].model < 0.02
    assert rows["s.d. of order flow"].model == pytest.approx(2.0, rel=0.01)  # $200 m either way


def test_flow_in_other_issues_counts_where_all_are_looked_at():
    rng = np.random.default_rng(3)
    mine, other = (rng.choice([-1, 1], (DAYS, ROUNDS)) for _ in range(2))
    late = trades_of(np.roll(mine + 2 * other, 1, axis=1)).assign(aggressor=mine.ravel())
    both = pd.concat([late.assign(tenor="10"), trades_of(other).assign(tenor="2", cusip="912810CC3")])
    fit, n = explained(*before_and_after(both, "10", ROUNDS))
    assert fit == pytest.approx(1.0) and n == DAYS * (ROUNDS - 1)
    alone, _ = explained(*before_and_after(late.assign(tenor="10"), "10", ROUNDS))
    assert alone == pytest.approx(0.2, abs=0.07)
    assert np.isnan(explained(np.zeros(3), np.zeros((3, 1)))[0])


def test_sides_that_alternate_and_sides_that_last_are_told_apart_and_the_interval_is_named():
    for sides, expected in ((np.tile([1, -1], ROUNDS // 2), -1.0), (np.repeat([1, -1], ROUNDS // 2), 0.89)):
        rows = list(book_facts(trades_of(np.tile(sides, (DAYS, 1))), securities(), ROUNDS))
        side = next(row for row in rows if row.fact == "autocorrelation of side" and row.of.startswith("10"))
        assert side.model == pytest.approx(expected, abs=0.02) and side.interval == "trade"
        assert {row.interval for row in rows} == {"trade", "round, 27 minutes"}
        assert np.isnan(next(row.model for row in rows if row.of.startswith("2-year")))


def test_days_of_much_volume_and_large_moves_go_together():
    size = np.random.default_rng(2).uniform(0.5, 2.0, DAYS)
    level = np.cumsum(size * np.tile([1, -1], DAYS // 2))
    daily = pd.DataFrame({"date": DATES, "yield_10y_bp": level})
    rows = {row.fact: row for row in daily_facts(daily, securities(turnover_musd=1000.0 * size))}
    assert rows["volume and volatility"].model == pytest.approx(1.0)
    assert rows["autocorrelation of change"].model < -0.5 and rows["volume and volatility"].interval == "day"


def test_too_few_days_say_nothing():
    daily = pd.DataFrame({"date": DATES[:5], "yield_10y_bp": np.arange(5.0)})
    assert all(np.isnan(row.model) for row in daily_facts(daily, securities().iloc[:5]))


def test_the_map_of_ageing_has_a_row_for_each_age_and_maturity_and_adds_up():
    old = securities(age_rank=5, cusip="912810BB2", maturity=DATES + np.timedelta64(4 * 365, "D"), turnover_musd=300.0)
    table = by_maturity(pd.concat([securities(), old]))
    assert set(table.index) == {(AGES[0], "7-10"), (AGES[3], "3-5")}
    assert table["volume_share"].sum() == pytest.approx(1.0) and table.loc[(AGES[3], "3-5"), "volume_bn"] == 0.3
