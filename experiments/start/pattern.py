"""What institutions know by trade, read off published figures: the first day's pattern of yields, the size of news.

Curves through the first day's seasoned notes and bonds, bills, and TIPS; each security's own residual; the premium
of age ranks 0, 1 and 2 (mean residual of issues of 2 to 10 years); and the covariance of daily changes of the three
factors of news, from constant-maturity yields before the start (Board, H.15), weighted by age as a risk desk of the
start's day would: exponentially, without a mean, by default 0.97 a business day (J.P. Morgan and Reuters 1996,
RiskMetrics Technical Document, 4th ed., the factor for a month's horizon). All are inputs.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from agents.outlook import StartPattern
from experiments.inputs.published import table
from experiments.start.par_curve import H15_YEARS
from market.bonds import bond_arithmetic
from market.bonds.curve import KNOTS_YEARS, Spline, fit_spline
from market.bonds.securities import Kind, Securities
from market.exposure import exposure
from market.news import loadings
from market.units import POINT_E8, Bool, Float, Int

NEWS_YEARS = 3.0  # before the start: what is older weighs nothing
BILL_KNOTS = np.array([0.02, 0.1, 0.25, 0.5, 1.0])
ROUGH_KNOTS = np.array([0.25, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0])  # what neighbours share of residuals
RENEWED_YEARS = 10.0  # rank correlation of residuals, 28 February and May 2024: 0.42 up to them, 0.93 beyond
REAL_KNOTS = np.array([0.2, 2.0, 5.0, 10.0, 20.0, 30.0])


class FirstDay(NamedTuple):
    """What the pattern is read from, by security (S,)."""

    securities: Securities
    price_e8: Int  # 0 for issues to come
    rank: Int
    years: Float
    settle_date: int


def pattern_of(first: FirstDay, policy_bp: float) -> StartPattern:
    """Return the pattern of the first day's yields."""
    s = first.securities
    priced = first.price_e8 > 0
    prices = np.where(priced, first.price_e8 / POINT_E8, np.nan)
    yields = np.where(priced, bond_arithmetic.yields(s, prices, first.settle_date), np.nan)
    coupon = s.of(Kind.NOTE, Kind.BOND) & priced
    seasoned = coupon & ((first.rank < 0) | (first.rank > 2)) & (first.years > 0.1)
    nominal = _smooth(first.years, yields, seasoned, None)
    bill = _smooth(first.years, yields, s.of(Kind.BILL) & priced, BILL_KNOTS)
    real = _smooth(first.years, yields, s.of(Kind.TIPS) & priced & (first.years > 0.3), REAL_KNOTS)
    curve = np.where(
        s.of(Kind.BILL), bill(first.years), np.where(s.of(Kind.TIPS), real(first.years), nominal(first.years))
    )
    residual = np.where(s.of(Kind.FRN), yields, yields - curve)
    premium = tuple(_mean(residual, coupon & (first.rank == rank) & (s.term_months <= 120)) for rank in range(3))
    own, rank = np.where(priced, np.nan_to_num(residual), 0.0), first.rank.copy()
    for place in np.flatnonzero(coupon & (first.rank == 0)):  # an issue to come starts as the one on the run did
        coming = s.of(Kind.NOTE, Kind.BOND) & ~priced & (s.term_months == s.term_months[place])
        own[coming], rank[coming] = own[place], 0
    renewed = s.of(Kind.NOTE) | (s.of(Kind.BOND) & (first.years <= RENEWED_YEARS))
    shared = _smooth(first.years, own, seasoned & renewed, ROUGH_KNOTS)
    rough = np.where(seasoned & renewed, own - shared(first.years), 0.0)
    return StartPattern(nominal, bill, real, own, renewed, rough, rank, premium, policy_bp)


@dataclass(frozen=True, slots=True)
class HeldCurve:
    """A curve held level outside the maturities that it was fitted to: years -> bp."""

    curve: Spline
    low: float
    high: float

    def __call__(self, years: Float) -> Float:
        """Return the yields at some maturities."""
        return np.asarray(self.curve.yield_bp(np.clip(years, self.low, self.high)))


def _smooth(years: Float, yields: Float, chosen: Bool, knots: Float | None) -> HeldCurve:
    """Return a spline through the chosen yields, held level outside their maturities."""
    low, high = float(years[chosen].min()), float(years[chosen].max())
    at = KNOTS_YEARS if knots is None else knots
    return HeldCurve(fit_spline(years[chosen], yields[chosen], knot_years=at), low, high)


def _mean(values: Float, chosen: Bool) -> float:
    return float(values[chosen].mean()) if chosen.any() else 0.0


def news_covariance(day: int, decay: float) -> Float:
    """Return the covariance (3, 3) of daily factor changes before a day, bp squared; each weighs ``decay`` as much as
    the next.
    """
    moves = factor_changes(day)
    weight = decay ** np.arange(len(moves))[::-1]
    return np.asarray(exposure(moves.T, weight[:, None] * moves) / weight.sum())


def factor_changes(day: int) -> Float:
    """Return daily changes of the three factors (T, 3) in the years before a day, oldest first, bp."""
    frame = table("cmt_yields_term_premium_daily_2019-2024").dropna(subset=list(H15_YEARS))
    inside = (frame["date"] <= day) & (frame["date"] > day - round(365.25 * NEWS_YEARS))
    yields = frame.loc[inside, list(H15_YEARS)].to_numpy(np.float64) * 100.0
    load = loadings(np.array(list(H15_YEARS.values())))
    explained = exposure(np.diff(yields, axis=0), load)  # least squares, by sums that no number of threads changes
    return exposure(explained, np.asarray(np.linalg.inv(exposure(load.T, load)), np.float64))
