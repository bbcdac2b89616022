"""Margin of a clearing house: what a day's move pays, to the cent, and what is held against the next.

Variation margin passes the day's gains from those who lost to those who gained: what losers owe is rounded down to the
cent, and gainers share just that (largest remainders), so that the payments sum to zero. Initial margin covers a move
of some standard deviations of daily returns:

    rate = max(floor, deviations x sqrt(variance)),   variance += (1 - decay) (return^2 - variance)

It rises with realised volatility (procyclical: Murphy, Vasios and Vause 2014, Bank of England Financial Stability Paper
29) and falls no lower than a floor; floors against procyclicality are in Article 28 of the European Union's Regulation
153/2013, and CME Clearing keeps minimum margins of its own. The decay of 0.97 is that of RiskMetrics (J.P. Morgan 1996)
for a month; 4.3 deviations are two days at 99 % with tails fatter than normal; floors are three quarters of the margins
of May 2024 (both from memory, low to medium confidence). A default fund is left out, since nobody defaults here: who
lacks cash borrows it overnight. So are intraday calls, offsets between contracts, and interest on margin.
"""

import numpy as np

from market.auctions.apportion import apportion
from market.units import Float, Int

DECAY = 0.97
FLOOR: Float = np.array([0.0040, 0.0100, 0.0145, 0.0180, 0.0250, 0.0330])  # of value, by contract


def variation_cents(thousandths: Int) -> Int:
    """Return the payments of accounts (A,) in cents, summing to zero, from exact gains in 1/1000 cent that do too."""
    total = int(thousandths.sum())
    if total:
        raise ValueError(f"variation margin: gains sum to {total}/1000 cents, expected 0")
    out = np.zeros(len(thousandths), np.int64)
    loses, gains = thousandths < 0, thousandths > 0
    out[loses] = -(-thousandths[loses] // 1000)
    out[gains] = apportion(-int(out.sum()), thousandths[gains])
    return out


def next_variance(variance: Float, price: Float, before: Float) -> Float:
    """Return the variance of daily returns (C,) after one more; a price of zero before leaves it as it is."""
    moved = np.where(before > 0, price / np.where(before > 0, before, 1.0) - 1.0, np.sqrt(variance))
    return np.asarray(variance + (1.0 - DECAY) * (moved**2 - variance))


def margin_rate(variance: Float, deviations: float, scale: float = 1.0) -> Float:
    """Return initial margin as a share of value (C,); ``scale`` is what the house asks for on top."""
    return np.asarray(scale * np.maximum(FLOOR, deviations * np.sqrt(variance)))
