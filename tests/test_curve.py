import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from market.bonds import curve_kernels
from market.bonds.bond_arithmetic import yield_from_price
from market.bonds.curve import (
    KNOTS_YEARS,
    _curvatures,
    coupon_basis,
    fit_spline,
    fit_svensson,
    spline_basis,
    svensson_yield_bp,
    years_to,
)
from market.units import Float, Int, day_number

DATA = Path(__file__).parents[1] / "experiments" / "data"
DAYS = {"2024-02-28": "2024-02-29", "2024-05-28": "2024-05-29", "2024-09-30": "2024-10-01"}
RNG = np.random.default_rng(7)


class Day(NamedTuple):
    settle: int
    maturity: Int
    coupon_e3: Int
    years: Float
    yield_bp: Float
    rank: Int
    note: np.ndarray


def _ranks(day: str) -> dict[str, int]:
    """Rank issues within their original terms, 0 the newest."""
    with (DATA / "issuance_2008-2024.csv").open() as file:
        issues = sorted(csv.DictReader(file), key=lambda row: row["auction_date"])
    first = {row["cusip"]: row for row in reversed(issues) if row["security_class"] in ("Note", "Bond")}
    ranks = {}
    for term in {row["term"] for row in first.values()}:
        alive = [row for row in first.values() if row["term"] == term and row["issue_date"] <= day]
        alive.sort(key=lambda row: row["issue_date"], reverse=True)
        ranks |= {row["cusip"]: rank for rank, row in enumerate(alive)}
    return ranks


def _published(day: str) -> Day:
    settle, ranks = day_number(DAYS[day]), _ranks(day)
    with (DATA / f"fedinvest_prices_{day}.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["security_type"] != "Bill"]
    rows = [r for r in rows if float(r["end_of_day_price"]) > 0 and day_number(r["maturity_date"]) > settle]
    maturity = np.array([day_number(row["maturity_date"]) for row in rows])
    coupon = np.array([float(row["coupon_pct"]) for row in rows])
    yield_bp = 1e4 * yield_from_price([float(row["end_of_day_price"]) for row in rows], coupon, maturity, settle)
    rank = np.array([ranks.get(row["cusip"], 99) for row in rows])
    note = np.array([row["security_type"] == "Note" for row in rows])
    coupon_e3 = np.rint(coupon * 1000).astype(np.int64)
    return Day(settle, maturity, coupon_e3, years_to(maturity, settle), yield_bp, rank, note)


@pytest.mark.parametrize(("day", "rmse_bp"), [("2024-02-28", 1.27), ("2024-05-28", 1.16), ("2024-09-30", 1.17)])
def test_the_noise_of_published_notes_is_what_the_sources_say(day: str, rmse_bp: float):
    """The sources fit zero-coupon yields to prices; a fit of yields comes within a tenth of a basis point."""
    prices = _published(day)
    within = prices.note & (prices.years >= 1) & (prices.years <= 10)
    fit = fit_svensson(prices.years, prices.yield_bp, (within & (prices.rank >= 2)).astype(float))
    assert fit.rmse_bp == pytest.approx(rmse_bp, abs=0.1)
    mean = [fit.residual_bp[within & (prices.rank == rank)].mean() for rank in (0, 1)]
    assert -2.3 < mean[0] < -0.9  # the on-the-run premium
    assert -1.8 < mean[1] < -0.7


@pytest.mark.parametrize("day", DAYS)
def test_the_spline_follows_the_whole_curve_once_coupons_are_seen(day: str):
    prices = _published(day)
    enter = ((prices.years > 0.75) & (prices.rank >= 2) & (prices.note | (prices.years > 10))).astype(float)
    basis = coupon_basis(prices.coupon_e3, prices.maturity, prices.settle, prices.yield_bp)
    seen = fit_spline(prices.years, prices.yield_bp, enter, basis)
    blind = fit_spline(prices.years, prices.yield_bp, enter)
    long = (enter > 0) & (prices.years > 10) & (prices.years < 20)
    assert seen.rmse_bp < 2.0
    assert np.std(seen.residual_bp[long]) < 0.8 * np.std(blind.residual_bp[long])


def test_svensson_returns_the_curve_that_made_the_yields():
    beta, tau = np.array([420.0, 110.0, -160.0, 240.0]), np.array([1.4, 9.0])
    years = np.sort(RNG.uniform(0.2, 30, 250))
    truth = svensson_yield_bp(beta, tau, years)
    fit = fit_svensson(years, truth)
    assert fit.rmse_bp < 0.02
    grid = np.linspace(0.5, 29, 100)
    assert fit.yield_bp(grid) == pytest.approx(svensson_yield_bp(beta, tau, grid), abs=0.1)


def test_svensson_starts_at_the_short_rate_and_ends_at_the_level():
    beta, tau = np.array([420.0, 110.0, -160.0, 240.0]), np.array([1.4, 9.0])
    assert svensson_yield_bp(beta, tau, [0.0, 1e7]) == pytest.approx([530.0, 420.0], abs=1e-3)


def test_the_level_of_yields_moves_the_curve_and_no_residual():
    years = np.sort(RNG.uniform(1, 10, 150))
    yields = 450 - 5 * years + RNG.normal(0, 1.2, 150)
    for fit in (fit_svensson, fit_spline):
        low, high = fit(years, yields), fit(years, yields + 100)
        assert high.residual_bp == pytest.approx(low.residual_bp, abs=1e-3)
        assert high.rmse_bp == pytest.approx(low.rmse_bp, abs=1e-4)


def test_a_security_left_out_moves_no_curve_and_still_has_its_residual():
    years = np.linspace(0.5, 29.5, 120)
    yields = 430 + 20 * np.log(years)
    weights = np.ones(120)
    weights[60] = 0.0
    moved = yields.copy()
    moved[60] += 25.0
    for fit in (fit_svensson, fit_spline):
        plain, other = fit(years, yields, weights), fit(years, moved, weights)
        assert np.array_equal(plain.yield_bp(years), other.yield_bp(years))
        assert other.residual_bp[60] - plain.residual_bp[60] == pytest.approx(25.0)
    moved[60] = np.nan
    assert np.isnan(fit_spline(years, moved).residual_bp[60])
    assert np.array_equal(fit_spline(years, moved).knot_bp, fit_spline(years, yields, weights).knot_bp)


def test_the_spline_is_the_natural_spline_through_its_knots_and_straight_beyond():
    knots, heights = np.array(KNOTS_YEARS), RNG.normal(450, 30, len(KNOTS_YEARS))
    years = np.linspace(0.5, 30, 200)
    expected = CubicSpline(knots, heights, bc_type="natural")
    assert spline_basis(years) @ heights == pytest.approx(expected(years), abs=1e-9)
    before, after = spline_basis([0.1, 0.5]) @ heights, spline_basis([30.0, 31.0]) @ heights
    assert (before[1] - before[0]) / 0.4 == pytest.approx(expected(0.5, 1), rel=1e-9)
    assert after[1] - after[0] == pytest.approx(expected(30.0, 1), rel=1e-9)


def test_the_least_squares_of_the_kernel_are_those_of_numpy():
    design, target = RNG.normal(size=(80, 6)), RNG.normal(size=80)
    beta = np.zeros(6)
    left = curve_kernels.least_squares(np.column_stack([design, target]), np.zeros((6, 7)), beta)
    theirs, rest, *_ = np.linalg.lstsq(design, target, rcond=None)
    assert beta == pytest.approx(theirs, abs=1e-12)
    assert left == pytest.approx(rest[0])


def test_a_zero_coupon_basis_is_the_plain_one_and_a_flat_curve_knows_no_coupons():
    settle = day_number("2024-05-29")
    maturity = settle + np.array([400, 2_000, 5_000, 10_000])
    years, yields = years_to(maturity, settle), np.full(4, 450.0)
    zero = coupon_basis(np.zeros(4, np.int64), maturity, settle, yields)
    assert zero == pytest.approx(spline_basis(years), abs=1e-12)
    coupons = coupon_basis(np.array([125, 4_000, 4_500, 1_250]), maturity, settle, yields)
    assert coupons.sum(axis=1) == pytest.approx(np.ones(4))
    assert (coupons @ np.array(KNOTS_YEARS) < years).all()  # payments come before maturity


def test_a_stretch_without_securities_is_bridged_smoothly():
    years = np.concatenate([np.linspace(1, 9, 60), np.linspace(26, 29.5, 12)])
    fit = fit_spline(years, 420 + 2 * years)
    assert fit.yield_bp([12.0, 18.0, 22.0]) == pytest.approx([444.0, 456.0, 464.0], abs=0.5)


def test_too_few_securities_are_refused():
    with pytest.raises(ValueError, match="fit_svensson: 5 securities"):
        fit_svensson(np.arange(1.0, 6.0), np.full(5, 450.0))
    with pytest.raises(ValueError, match="shapes"):
        fit_spline(np.arange(1.0, 6.0), np.full(4, 450.0))


def test_the_sweep_solves_for_the_second_derivatives():
    knots = np.asarray(KNOTS_YEARS)
    ours = CubicSpline(knots, np.eye(knots.size), bc_type="natural")(knots, 2)
    assert np.allclose(_curvatures(knots), ours, atol=1e-12)
