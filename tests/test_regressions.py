"""Published regressions: they find what is planted, and nothing in noise."""

import numpy as np
import pandas as pd
import pytest

from experiments.belief.regressions import PAPERS, fit
from experiments.belief.regressions.damico_king import panel
from experiments.belief.regressions.paper import least_squares
from experiments.errors import UserError
from market.tables.record_columns import COLUMNS

DAYS = pd.bdate_range("2024-06-03", periods=60)


def market_of_flows(impact_bp, noise_bp=1.0):
    """Return tables in which a standard deviation of flow in the books moves every yield by so much."""
    rng = np.random.default_rng(3)
    flow = rng.normal(size=len(DAYS))
    level = 400 + np.cumsum(impact_bp * flow + noise_bp * rng.normal(size=len(DAYS)))
    daily = pd.DataFrame({"date": DAYS, **{f"yield_{t}_bp": level for t in ("2y", "5y", "10y", "30y")}})
    trades = pd.DataFrame(
        {
            "date": DAYS,
            "cusip": "A",
            "venue": "book",
            "aggressor": np.sign(flow).astype(int),
            "face": np.rint(np.abs(flow) * 1e6).astype(int),
        }
    )
    asked = trades.assign(venue="request", aggressor=1, face=rng.integers(1, 10**6, len(DAYS)))
    securities = pd.DataFrame({"cusip": ["A"], "kind": ["note"]})
    return {"daily": daily, "trades": pd.concat([trades, asked]), "securities": securities}


def test_order_flow_that_moves_yields_is_found_with_its_share_of_variance():
    table = fit("brandt-kavajecz", market_of_flows(-2.0)).set_index("estimate")
    found = table.loc["10y, flow in books"]
    assert found["coefficient"] == pytest.approx(-2.0, abs=0.3) and found["t"] < -5
    assert found["r_squared"] == pytest.approx(0.8, abs=0.1)
    assert abs(table.loc["10y, flow in requests", "t"]) < 3


def test_order_flow_that_moves_nothing_is_not_found():
    table = fit("brandt-kavajecz", market_of_flows(0.0)).set_index("estimate")
    assert abs(table.loc["2y, flow in books", "t"]) < 2.5


def purchases(own_bp, near_bp):
    """Return tables of forty securities of which some are bought on every third day, with planted effects."""
    rng = np.random.default_rng(5)
    cusips = [f"C{i:02}" for i in range(40)]
    until = pd.to_datetime("2025-06-01") + pd.to_timedelta(90 * np.arange(40), unit="D")
    bought, rows, level = [], [], np.full(40, 400.0)
    for number, day in enumerate(DAYS):
        share = np.where((rng.random(40) < 0.2) & (number % 3 == 0), rng.random(40) * 5, 0.0)
        gap = np.abs((until.to_numpy()[:, None] - until.to_numpy()).astype("timedelta64[D]").astype(int))
        close = (gap <= 730) & ~np.eye(40, dtype=bool)
        near = close @ share / np.maximum(close.sum(axis=1), 1)
        level = level + rng.normal(0, 3) + own_bp * share + near_bp * near + rng.normal(0, 0.2, 40)
        rows.append(pd.DataFrame({"date": day, "cusip": cusips, "yield_bp": level, "maturity": until}))
        if number % 3 == 0:
            bought.append(pd.DataFrame({"date": day, "cusip": cusips, "accepted_face": np.rint(share * 1e6)}))
    held = pd.concat(rows).assign(kind="note", on_the_run=False, outstanding_musd=20_000.0, soma_musd=10_000.0)
    return {"securities": held, "offers": pd.concat(bought)}


def test_own_and_near_effects_of_purchases_are_told_apart():
    table = fit("damico-king", purchases(-0.5, -1.5)).set_index("estimate")
    assert table.loc["own purchases", "coefficient"] == pytest.approx(-0.5, abs=0.03)
    assert table.loc["near purchases", "coefficient"] == pytest.approx(-1.5, abs=0.2)
    assert fit("damico-king", purchases(0.0, 0.0))["t"].abs().max() < 3.5


def test_shares_are_percent_of_what_others_than_the_fed_own():
    run = purchases(0.0, 0.0)
    first = panel(run).query("own > 0").iloc[0]
    offers = run["offers"].set_index(["date", "cusip"])["accepted_face"]
    day = pd.Timestamp("1970-01-01") + pd.Timedelta(days=int(first["day"]))
    assert first["own"] == pytest.approx(offers[day, first["cusip"]] / 1e4 / 10_000 * 100)


def test_with_ten_days_the_interval_by_day_covers_about_as_often_as_it_says():
    rng, covered, day = np.random.default_rng(1), 0, np.repeat(np.arange(10), 8)
    for _ in range(600):
        x, y = (rng.normal(size=10)[day] + 0.5 * rng.normal(size=80) for _ in range(2))
        _, _, _, low, high = least_squares(y, {"x": x}, day).terms["x"]
        covered += low <= 0.0 <= high
    assert 0.85 < covered / 600 < 0.97


def test_intervals_by_day_are_those_of_student_and_too_few_days_are_refused():
    rng, day = np.random.default_rng(2), np.repeat(np.arange(12), 5)
    y, x = rng.normal(size=60), rng.normal(size=60)
    found = least_squares(y, {"x": x}, day)
    coefficient, se, _, low, high = found.terms["x"]
    assert found.clusters == 12 and found.estimate("x", "x", "", "").clusters == 12
    assert (low, high) == pytest.approx((coefficient - 2.200985 * se, coefficient + 2.200985 * se))  # t of 11
    assert least_squares(y, {"x": x}).clusters == 0
    assert least_squares(y, {"x": x}, day // 2) is None


def test_what_cannot_be_estimated_is_left_out_or_refused():
    assert least_squares(np.arange(5.0), {"x": np.arange(5.0)}) is None
    assert least_squares(np.arange(50.0), {"x": np.ones(50)}) is None
    with pytest.raises(UserError, match="did you mean 'damico-king'"):
        fit("damico-kin", {})
    without = market_of_flows(0.0) | {"trades": pd.DataFrame(columns=["date"])}
    with pytest.raises(UserError, match=r"needs the table 'trades'.*keep = ..trades.."):
        fit("brandt-kavajecz", without)


def test_papers_read_tables_that_runs_have():
    assert all(set(paper.needs) <= set(COLUMNS) and paper.citation and paper.question for paper in PAPERS.values())
