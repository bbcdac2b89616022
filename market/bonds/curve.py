"""Two fitted curves of yield against maturity, from which nobody quotes: Svensson's and a spline with fixed knots.

Both fit yields in bp (price errors over DV01) by weighted least squares. Years are those of ``years_to``. A residual
is observed less fitted: positive is cheap. A security of weight 0, or without a yield, is left out of the fit and
still gets its residual. A fit knows only its own day, never the day before.

    Svensson  b0 + b1 f(t/tau1) + b2 (f(t/tau1) - exp(-t/tau1)) + b3 (f(t/tau2) - exp(-t/tau2)),
              f(x) = (1 - exp(-x))/x
    Spline    natural cubic, its coefficients the yields at the knots, straight beyond the first and the last knot;
              a trace of roughness penalty decides where a stretch holds no security

Coupons: fitted against maturity, bonds of one maturity differ by their coupons, a few tenths of a bp below ten years
in 2024 and several bp between ten and twenty. The spline removes that with ``coupon_basis``: a bond's yield is the
average of zero-coupon yields weighted by present value times time, and the curve is then one of zero-coupon yields.
Svensson's fit, for the noise of notes of one to ten years, leaves it in. Second-order terms of that average are left
out.

Cost: Svensson of 200 notes 1.5 ms; spline of 340 securities 0.3 ms, 0.1 given its basis; their coupon basis 7 ms,
once a day. Sources: Svensson (1994), NBER WP 4871; Gurkaynak, Sack and Wright (2007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from market.bonds import curve_kernels
from market.bonds.bond_arithmetic import coupon_schedule
from market.units import Bool, Float, Int

DAYS_PER_YEAR = 365.25
KNOTS_YEARS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 25.0, 30.0)
SHORTEST_YEARS = 1e-6
ROUGHNESS = 1e-3  # weight of one knot's kink in bp against one security's error in bp


def years_to(maturity_day: ArrayLike, settle_day: int) -> Float:
    """Return years to maturity: days over 365.25."""
    return np.asarray((np.asarray(maturity_day, np.int64) - settle_day) / DAYS_PER_YEAR, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Svensson:
    """A fitted Svensson curve: betas in bp, taus in years, residuals in bp by security given to the fit."""

    beta_bp: Float
    tau_years: Float
    residual_bp: Float
    rmse_bp: float

    def yield_bp(self, years: ArrayLike) -> Float:
        """Return fitted yields at maturities."""
        return svensson_yield_bp(self.beta_bp, self.tau_years, years)


@dataclass(frozen=True, slots=True, eq=False)
class Spline:
    """A fitted natural cubic spline: yields in bp at the knots, residuals in bp by security given to the fit."""

    knot_years: Float
    knot_bp: Float
    residual_bp: Float
    rmse_bp: float

    def yield_bp(self, years: ArrayLike) -> Float:
        """Return fitted yields at maturities."""
        return _combine(spline_basis(years, self.knot_years), self.knot_bp)


def svensson_yield_bp(beta_bp: Float, tau_years: Float, years: ArrayLike) -> Float:
    """Return Svensson's curve at maturities."""
    t = np.maximum(np.asarray(years, np.float64), SHORTEST_YEARS)
    x, z = t / tau_years[0], t / tau_years[1]
    level = -np.expm1(-x) / x
    hump, late = level - np.exp(-x), -np.expm1(-z) / z - np.exp(-z)
    return np.asarray(beta_bp[0] + beta_bp[1] * level + beta_bp[2] * hump + beta_bp[3] * late)


def _combine(basis: Float, knot_bp: Float) -> Float:
    """Add the columns of a basis, in the order of the knots."""
    total = np.zeros(basis.shape[:-1])
    for k in range(knot_bp.size):
        total += basis[..., k] * knot_bp[k]
    return total


def _curvatures(knots: Float) -> Float:
    """Return second derivatives at the knots (K, K) of the natural splines that are 1 at one knot, else 0."""
    gap, n = np.diff(knots), knots.size
    bend, pivot = np.zeros((n, n)), np.ones(n)
    for j in range(1, n - 1):  # the tridiagonal system is swept downwards, then upwards (Thomas)
        lower = gap[j - 1] / 6 / pivot[j - 1] if j > 1 else 0.0
        pivot[j] = (gap[j - 1] + gap[j]) / 3 - lower * gap[j - 1] / 6
        bend[j, j - 1 : j + 2] = 1 / gap[j - 1], -1 / gap[j - 1] - 1 / gap[j], 1 / gap[j]
        bend[j] -= lower * bend[j - 1]
    for j in range(n - 2, 0, -1):
        bend[j] = (bend[j] - gap[j] / 6 * bend[j + 1]) / pivot[j]
    return bend


def spline_basis(years: ArrayLike, knot_years: ArrayLike = KNOTS_YEARS) -> Float:
    """Return the basis (n, K): yields at maturities are the basis times the yields at the knots."""
    knots = np.asarray(knot_years, np.float64)
    t = np.asarray(years, np.float64)
    inside = np.clip(t, knots[0], knots[-1])
    left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, knots.size - 2)
    gap = knots[left + 1] - knots[left]
    b = ((inside - knots[left]) / gap)[..., None]
    a, step = 1.0 - b, gap[..., None]
    unit, bend = np.eye(knots.size), _curvatures(knots)
    low, high = bend[left], bend[left + 1]
    basis = a * unit[left] + b * unit[left + 1] + ((a**3 - a) * low + (b**3 - b) * high) * step**2 / 6
    rise = (unit[left + 1] - unit[left]) / step
    slope = rise + ((1 - 3 * a**2) * low + (3 * b**2 - 1) * high) * step / 6
    return np.asarray(basis + slope * (t - inside)[..., None])


def coupon_basis(
    coupon_e3: Int, maturity_day: Int, settle_day: int, yield_bp: Float, knot_years: ArrayLike = KNOTS_YEARS
) -> Float:
    """Return the basis (n, K) of coupon securities: that of their payments, averaged by present value times time.

    Payments are half a year apart and discounted at a yield of the security's, which need only be near.
    """
    years, left = years_to(maturity_day, settle_day), coupon_schedule(maturity_day, settle_day).left
    if (left < 1).any():
        raise ValueError(f"coupon_basis: place {int(np.flatnonzero(left < 1)[0])} has matured, expected coupons left")
    first = np.concatenate([[0], np.cumsum(left)[:-1]])
    owner = np.repeat(np.arange(left.size), left)
    until_last = left[owner] - 1 - (np.arange(owner.size) - first[owner])
    time = years[owner] - until_last / 2
    paid = coupon_e3[owner] / 2000 + np.where(until_last == 0, 100.0, 0.0)
    weight = paid * time * np.exp(-2 * np.log1p(yield_bp[owner] / 2e4) * time)
    total = np.add.reduceat(weight[:, None] * spline_basis(time, knot_years), first, axis=0)
    return np.asarray(total / np.add.reduceat(weight, first)[:, None])


def _usable(years: Float, yield_bp: Float, weights: Float | None, least: int, name: str) -> tuple[Bool, Float]:
    """Return which securities enter a fit and the roots of their weights; refuse too few."""
    weight = np.ones(years.shape) if weights is None else np.asarray(weights, np.float64)
    if not years.shape == yield_bp.shape == weight.shape:
        raise ValueError(f"{name}: shapes {years.shape}, {yield_bp.shape}, {weight.shape}, expected one and the same")
    used = (weight > 0) & np.isfinite(yield_bp) & (years > 0)
    if used.sum() < least:
        raise ValueError(f"{name}: {int(used.sum())} securities with a yield and a weight, expected {least} at least")
    return used, np.sqrt(weight[used])


def _rmse(residual: Float, root: Float) -> float:
    """Return the weighted root mean square, added in the order of the securities."""
    weight = root * root
    return float(np.sqrt(np.cumsum(weight * residual**2)[-1] / np.cumsum(weight)[-1]))


def fit_svensson(years: Float, yield_bp: Float, weights: Float | None = None) -> Svensson:
    """Fit Svensson's curve to yields (n,) at maturities (n,), six securities at least."""
    used, root = _usable(years, yield_bp, weights, 6, "fit_svensson")
    rows, upper, beta, tau = np.zeros((root.size, 5)), np.zeros((4, 5)), np.zeros(4), np.zeros(2)
    curve_kernels.fit_svensson(years[used], yield_bp[used], root, rows, upper, beta, tau)
    residual = yield_bp - svensson_yield_bp(beta, tau, years)
    return Svensson(beta, tau, residual, _rmse(residual[used], root))


def _roughness_rows(knots: Float) -> Float:
    """Return rows (K-2, K+1) that ask for no kink at the inner knots."""
    gap = np.diff(knots)
    rows = np.zeros((knots.size - 2, knots.size + 1))
    at: Int = np.arange(knots.size - 2)
    rows[at, at] = gap[1:] / (gap[:-1] + gap[1:])
    rows[at, at + 1] = -1.0
    rows[at, at + 2] = gap[:-1] / (gap[:-1] + gap[1:])
    return ROUGHNESS * rows


def fit_spline(
    years: Float,
    yield_bp: Float,
    weights: Float | None = None,
    basis: Float | None = None,
    knot_years: ArrayLike = KNOTS_YEARS,
) -> Spline:
    """Fit the spline to yields (n,) at maturities (n,), two securities at least; the weights are near 1 in size.

    ``basis`` (n, K) is ``spline_basis`` of the maturities by default; ``coupon_basis`` gives a curve of zeros.
    """
    used, root = _usable(years, yield_bp, weights, 2, "fit_spline")
    knots = np.asarray(knot_years, np.float64)
    basis = spline_basis(years, knots) if basis is None else basis
    rows = np.column_stack([basis[used], yield_bp[used]]) * root[:, None]
    rows = np.vstack([rows, _roughness_rows(knots)])
    knot_bp = np.zeros(knots.size)
    curve_kernels.least_squares(rows, np.zeros((knots.size, knots.size + 1)), knot_bp)
    residual = yield_bp - _combine(basis, knot_bp)
    return Spline(knots, knot_bp, residual, _rmse(residual[used], root))
