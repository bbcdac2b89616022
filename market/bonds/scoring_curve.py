"""The curve that offers are judged against: splines through seasoned issues, which no dealer quotes from.

Knots lie where securities lie: with one knot between 7 and 20 years the fit of 28 May 2024 bent below the notes of 9
years by 3 to 4 bp, for the sake of dear old bonds of 11 to 13 years, and all notes of 7 to 10 years looked 2 bp cheap
(``experiments/data/fedinvest_prices_2024-05-28.csv``); with these they lie within 0.4 bp. What the New York Fed fits is
not published.
"""

from typing import Any

import numpy as np

from market.bonds.curve import coupon_basis, fit_spline
from market.bonds.securities import Kind
from market.units import Bool, Float, Int

KNOTS_YEARS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 8.5, 10.0, 12.5, 16.0, 20.0, 25.0, 30.0)
LONGEST_TERM = 360  # months
OLD_BOND_YEARS = 14.0  # left of a 30-year bond: issued before 2008 at coupons above all younger ones


def scoring_curve_bp(market: Any) -> Float:
    """Return the fitted yield of every security (S,): splines through seasoned issues, which no dealer quotes from.

    That of notes and bonds is a curve of zeros, so that coupons do not count as cheapness, and leaves out the bonds of
    before ``OLD_BOND_YEARS``: dear, and alone in their maturities, they would bend the curve for the notes beside them.
    """
    s, traded = market.securities, market.tradable & np.isfinite(market.composite_bp) & (market.years > 1 / 12)
    seasoned = traded & ((market.rank < 0) | (market.rank > 2))
    fitted = np.full(len(s), np.nan)
    indexed = traded & s.of(Kind.TIPS)
    curve = fit_spline(market.years[seasoned & indexed], market.composite_bp[seasoned & indexed])
    fitted[indexed] = curve.yield_bp(market.years[indexed])
    nominal = np.flatnonzero(traded & s.of(Kind.NOTE, Kind.BOND))
    young = seasoned & ~((s.term_months == LONGEST_TERM) & (market.years < OLD_BOND_YEARS))
    fitted[nominal] = market.composite_bp[nominal] - _error_of_zeros_bp(market, nominal, young[nominal])
    return fitted


def _error_of_zeros_bp(market: Any, nominal: Int, weighs: Bool) -> Float:
    """Return yields less a spline of zero-coupon yields, of securities by place; only some weigh in the fit."""
    years, observed, coupon = market.years[nominal], market.composite_bp[nominal], market.coupon_e3[nominal]
    maturity = market.securities.maturity_day[nominal]
    basis = coupon_basis(coupon, maturity, market.settle_date, observed, KNOTS_YEARS)
    weight = np.asarray(weighs, np.float64)
    return fit_spline(years, observed, weight, basis, KNOTS_YEARS).residual_bp
