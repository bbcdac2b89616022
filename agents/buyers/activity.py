"""How much customers trade in a day, by security: the ageing of liquidity as an input.

On-the-run issues turn over by tenor, first and second off-the-run issues and older ones in proportion to face within a
class; older coupons more where they are short. Levels: dealer-to-customer part of the volumes of August 2017 to July
2018, scaled to 2024 (FEDS Notes, 29 November 2018, and Brainard, 3 December 2018; factor 1.55; half of on-the-run and
two thirds of other volume is with customers).

Days differ. Information moves prices and brings trades (Clark 1973, Econometrica 41; Tauchen and Pitts 1983,
Econometrica 51); volume goes with the size of a public surprise (Kim and Verrecchia 1991, J. Accounting Research 29).
All customers trade by a common pace: a lognormal first-order autoregression by day, and from the round in which news
is public to the close times

    1 + r (|news| / mean |news| - 1),   of the 10-year yield, all public news of the day; mean one

Sizes are those of dealers' weekly volume in coupons of 7 to 11 years in the 22 weeks to May 2024, before any run begins
(New York Fed, ``dealer_volume_7-11y_weekly_2024``): the mean absolute change of the 10-year yield of a week explains
0.36 of the variance of the volume's logarithm (s.d. 0.18), and what it leaves has s.d. 0.146 and autocorrelation 0.44
(``tests/test_activity.py`` computes them from the shipped data). A daily memory of 0.76 and s.d. of 0.18 have weekly
means like the rest, and r = 0.45 adds what is explained.
"""

import math

import numpy as np

from market.bonds.securities import Kind
from market.draws.streams import Streams, fingerprint
from market.exposure import exposure
from market.kernels import rule
from market.news import loadings
from market.premises import Premises
from market.units import FACE_PER_MUSD, Float
from market.view import View

ON_THE_RUN_BN = {24: 40.0, 36: 34.0, 60: 89.0, 84: 26.0, 120: 72.0, 240: 6.0, 360: 19.0}  # by term in months
FIRST_OFF_BN, SECOND_OFF_BN = 31.0, 8.0
OLDER_BN = ((2.0, 22.0), (3.0, 9.0), (5.0, 16.0), (7.0, 6.5), (10.0, 7.5), (40.0, 9.0))  # up to years, bn
BILLS_BN, TIPS_BN, FRN_BN = 90.0, 10.0, 3.0
BENCHMARK_YEARS = 10.0  # of the yield by whose move the size of news is told
WHEN_ISSUED_SHARE = 0.25  # of the turnover of the liveliest security of its term: a guess

PACE_MEMORY, PACE_DEVIATION = 0.76, 0.18  # of the logarithm
PACE_DAYS = 25  # back beyond which nothing is remembered
NEWS_RESPONSE = 0.45  # r


@rule
def pace_after_news(news_bp: float, usual_bp: float) -> float:
    """Return what trading is a multiple of once news is public: more where it is larger than on an average day."""
    return 1.0 + NEWS_RESPONSE * (abs(news_bp) / usual_bp - 1.0) if usual_bp > 0.0 else 1.0


def mean_size(deviation: float, freedom: int) -> float:
    """Return the mean absolute value of a Student t of so many degrees of freedom, scaled to a standard deviation."""
    half = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    return deviation * 2.0 * math.sqrt((freedom - 2) / math.pi) * math.exp(half) / (freedom - 1)


def usual_news_bp(given: Premises) -> float:
    """Return the mean absolute move of the 10-year yield by a day's public news, bp."""
    load = loadings(np.array([BENCHMARK_YEARS]))
    variance = float(exposure(exposure(load, given.covariance_bp), np.ascontiguousarray(load.T))[0, 0])
    public = given.news_scale * math.sqrt((1.0 - given.private_share) * variance)
    return mean_size(public, given.degrees_of_freedom)


def pace_on(news_bp: Float, given: Premises) -> float:
    """Return what trading is a multiple of once news of the factors (3,) is public."""
    move = float(exposure(news_bp, np.ascontiguousarray(loadings(np.array([BENCHMARK_YEARS])).T))[0])
    return float(pace_after_news(move, usual_news_bp(given)))


def pace_of_day(streams: Streams, day: int) -> float:
    """Return what customers' trading of a day is a multiple of, mean one; one throughout the burn-in.

    With normal draws e(t) of the days since the start:

        log pace(t) = sd sqrt(1 - m^2) sum over k of m^k e(t - k) - half of the variance of that
    """
    if day < 0:
        return 1.0
    back = np.arange(min(day + 1, PACE_DAYS))
    owner = np.array([fingerprint("public")], np.uint64)
    drawn = np.array([streams.normal("pace", owner, day - k, 1)[0, 0] for k in back.tolist()])
    weights = PACE_DEVIATION * np.sqrt(1 - PACE_MEMORY**2) * PACE_MEMORY**back
    variance = float(np.sum(weights**2))
    return float(np.exp(np.sum(weights * drawn) - variance / 2))


def _when_issued(view: View, turnover_bn: Float) -> Float:
    """Return billions a day of issues to be auctioned (S,): a share of what the latest like them turn over."""
    s, out = view.securities, np.zeros(len(view.securities))
    for at in np.flatnonzero(view.when_issued).tolist():
        alike = (s.kind == s.kind[at]) & (s.term_months == s.term_months[at])
        out[at] = WHEN_ISSUED_SHARE * np.max(turnover_bn[alike], initial=0.0)
    return out


def customer_turnover(view: View) -> Float:
    """Return the face that customers trade in a day in each security, buys plus sells (S,)."""
    s = view.securities
    alive = view.tradable & ~view.when_issued & (view.anticipated > 0)
    coupon = s.of(Kind.NOTE, Kind.BOND) & alive
    out = np.zeros(len(s))
    for term, billions in ON_THE_RUN_BN.items():
        out[coupon & view.on_the_run & (s.term_months == term)] = billions
    groups = [(coupon & (view.rank == 1), FIRST_OFF_BN), (coupon & (view.rank == 2), SECOND_OFF_BN)]
    older = coupon & ~view.on_the_run & (view.rank != 1) & (view.rank != 2)
    low = 0.0
    for high, billions in OLDER_BN:
        groups.append((older & (view.years > low) & (view.years <= high), billions))
        low = high
    groups += [
        (s.of(Kind.BILL) & alive, BILLS_BN),
        (s.of(Kind.TIPS) & alive, TIPS_BN),
        (s.of(Kind.FRN) & alive, FRN_BN),
    ]
    for group, billions in groups:
        face = view.anticipated * group
        if face.any():
            out += billions * face / face.sum()
    out[view.when_issued] = _when_issued(view, out)[view.when_issued]
    return out * 1000.0 * FACE_PER_MUSD
