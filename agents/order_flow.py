"""What order flow says of news that is not public yet: Kyle (1985, Econometrica 53), in several issues at once.

Private news reaches some, who buy and sell in the books of issues on the run; all others see the net face z that
aggressors bought there in a round, and project the news g (K factors, bp) on it. Both sides know three things:

    C = 2 x covariance of a round's private news     what is not known yet before a round: half is left each time
    s(i) = n(i)^2 / sum of n^2                       where it is traded: in proportion to the variance of the noise n(i)
    b = N / sqrt(P),  N^2 = sum of n^2               how hard: all who hear send b s(i) for each bp of value in issue i,
                                                     so much that their flow is as large as the noise (one insider)

with n(i) the standard deviation of what others buy, less sell, in a round, in $m/bp; M = sum of s(i) L(i) L(i)' with L
the loadings of issue i; P = trace(C M). Then E[g | z] = A sum of L(i) z(i), the linear projection, with

    A = (I + C M / P)^-1 C / (N sqrt(P))             with one factor sqrt(P) / 2 N: Kyle's lambda

Trading an issue in proportion to the variance of its noise makes the sum of L(i) z(i) all that flow tells: the
allocation at which prices of all issues agree (Caballe and Krishnan 1994, Econometrica 62, of one factor). Where no
news is private nothing is read. Left out: that those who hear compete (they act as one: twenty who compete would send
sqrt(20) times the noise, Holden and Subrahmanyam 1992, more than their capital bears); what dealers see of their own
clients' requests; flow that can be foreseen (its autocorrelation from round to round is -0.2 to 0.1); and books in
which clients may rest orders: their noise is not the one measured, and read as if it were it made yields swing by 21 bp
a day, so that nobody trades on news in them, or reads them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from market.bonds.securities import Kind
from market.exposure import exposure
from market.news import FACTORS
from market.units import Bool, Float
from market.view import View

LEFT_OVER = 2.0  # 1 + 1/2 + 1/4 + ...: a round's news and what is left of that of the rounds before
# Variance of what others than the informed buy, less sell, of an issue in a round, over its turnover in a round times
# its ticket: measured over seven issues in a baseline in which nobody is informed or learns (docs/mechanisms.md).
NOISE = 0.4


@dataclass(frozen=True, slots=True)
class Reading:
    """What a day's flow is read by, and how hard those who know trade."""

    issues: Bool  # (S,) on the run
    slope: Float  # (K, K): bp of each factor for what was bought, $m/bp
    face_per_bp: Float  # (S,) face that all who hear send for each bp between value and price


def noise_face(turnover: Any, ticket: Any, rounds: int) -> Float:
    """Return the standard deviation of the net face that uninformed aggressors buy of an issue in a round."""
    return np.asarray(np.sqrt(NOISE * turnover / rounds * ticket))


def hiding_shares(noise_musd_bp: Float) -> Float:
    """Return which part of their trading the informed do in each issue (S,): that of its noise in all variance."""
    variance = noise_musd_bp**2
    return np.asarray(variance / max(float(np.cumsum(variance)[-1]), 1e-300))


def projection(unknown: Float, traded: Float, noise_musd_bp: float) -> tuple[Float, float]:
    """Return A (K, K), bp per $m/bp, and b, $m/bp for each bp; both zero where nothing is unknown, or no noise.

    ``unknown`` is C (K, K), ``traded`` M (K, K) and ``noise_musd_bp`` N.
    """
    both = exposure(unknown, traded)
    spread = float(sum(both[k, k] for k in range(len(both))))  # P, bp squared
    if not (spread > 0.0 and noise_musd_bp > 0.0):
        return np.zeros_like(unknown), 0.0
    left = _inverse(np.eye(FACTORS) + both / spread)
    return exposure(left, unknown) / (noise_musd_bp * np.sqrt(spread)), noise_musd_bp / float(np.sqrt(spread))


def _inverse(matrix: Float) -> Float:
    """Return the inverse of a matrix (3, 3), in a stated order of operations."""
    one, two, three = matrix
    columns = np.stack([np.cross(two, three), np.cross(three, one), np.cross(one, two)], axis=1)
    return np.asarray(columns / float(sum(one[k] * columns[k, 0] for k in range(FACTORS))))


def reading_of(model: Any, view: View) -> Reading:
    """Return how flow is read today: from the size of news that all know, turnover and tickets."""
    today, given = model.outlook.on(view), model.premises
    private = given.private_share * given.news_scale**2 / view.rounds
    issues = view.on_the_run & view.tradable & ~view.when_issued & view.securities.of(Kind.NOTE, Kind.BOND)
    if view.client_books is not None:
        issues = issues & ~view.client_books.open
    noise = np.where(issues, noise_face(today.turnover, today.ticket, view.rounds) * today.face_dv01, 0.0)
    share = hiding_shares(noise)
    traded = exposure((today.loadings * share[:, None]).T, today.loadings)
    total = float(np.sqrt(np.cumsum(noise**2)[-1]))
    slope, hard = projection(LEFT_OVER * private * given.covariance_bp, traded, total)
    return Reading(issues, slope, hard * share / np.maximum(today.face_dv01, 1e-30))


def read_flow(reading: Reading, model: Any, view: View) -> Float:
    """Return the news (K,), bp, that the net face bought by aggressors in the last round speaks of: lower yields."""
    today = model.outlook.on(view)
    bought = exposure(np.where(reading.issues, view.book_flow * today.face_dv01, 0.0), today.loadings)
    return -np.asarray(exposure(bought, np.ascontiguousarray(reading.slope.T)))
