"""Estimators of a series' moments, and a block bootstrap of each: the same code for published and simulated series.

A series is a float array (T,), evenly sampled in its own business days or weeks, without NaN. Autocorrelations are
those of Pearson at lag 1, kurtosis is the fourth standardised moment (3 for a normal), standard deviations divide by T
- 1. The bootstrap is the stationary one of Politis and Romano (1994, J. Am. Stat. Assoc. 89): blocks of geometric
length on a circle; statistics of changes resample the changes, not the levels.
"""

from collections.abc import Callable

import numpy as np

from market.units import Float

Estimator = Callable[[Float], float]
FEWEST = 8  # observations below which a moment is not estimated


def mean(series: Float) -> float:
    """Return the mean."""
    return float(np.mean(series))


def deviation(series: Float) -> float:
    """Return the standard deviation."""
    return float(np.std(series, ddof=1))


def kurtosis(series: Float) -> float:
    """Return the kurtosis, 3 for a normal distribution; NaN for a constant."""
    centred = series - np.mean(series)
    variance = np.mean(centred**2)
    return float(np.mean(centred**4) / variance**2) if variance > 0 else float("nan")


def persistence(series: Float) -> float:
    """Return the autocorrelation at lag 1; NaN for a constant."""
    return correlation(np.column_stack([series[1:], series[:-1]]))


def persistence_of_size(series: Float) -> float:
    """Return the autocorrelation at lag 1 of the absolute value."""
    return persistence(np.abs(series))


def correlation(pairs: Float) -> float:
    """Return Pearson's correlation of two columns (T, 2); NaN if one is constant."""
    first, second = (pairs - np.mean(pairs, axis=0)).T
    scale = np.sqrt(np.mean(first**2) * np.mean(second**2))
    return float(np.mean(first * second) / scale) if scale > 0 else float("nan")


def variation(series: Float) -> float:
    """Return the standard deviation over the mean; NaN where the mean is zero."""
    middle = mean(series)
    return deviation(series) / middle if middle != 0 else float("nan")


def slope(pairs: Float) -> float:
    """Return the least-squares slope of the second column on the first (T, 2); NaN if the first is constant."""
    first, second = (pairs - np.mean(pairs, axis=0)).T
    square = np.mean(first**2)
    return float(np.mean(first * second) / square) if square > 0 else float("nan")


def difference(pairs: Float) -> float:
    """Return the mean of the second column (T, 2) where the first is above 0, less that of the rest; NaN if all are."""
    chosen = pairs[:, 0] > 0
    if chosen.all() or not chosen.any():
        return float("nan")
    return float(np.mean(pairs[chosen, 1]) - np.mean(pairs[~chosen, 1]))


def between(pairs: Float) -> float:
    """Return the standard deviation over groups, coded in the first column (T, 2), of the second's group means."""
    _, group = np.unique(pairs[:, 0], return_inverse=True)
    means = np.bincount(group, pairs[:, 1]) / np.bincount(group)
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


def resampled(length: int, block: float, draws: int, seed: int) -> np.ndarray:
    """Return positions (draws, length) of a stationary bootstrap with blocks of a mean length, ValueError below 1."""
    if block < 1:
        raise ValueError(f"block is {block}, expected a mean length of 1 or more observations")
    rng = np.random.default_rng(seed)
    fresh = rng.random((draws, length)) < 1 / block
    fresh[:, 0] = True
    anywhere = rng.integers(0, length, (draws, length))
    places = np.where(fresh, np.arange(length), 0)
    began = np.maximum.accumulate(places, axis=1)
    return (np.take_along_axis(anywhere, began, axis=1) + np.arange(length) - began) % length


def interval(
    series: Float, estimator: Estimator, block: float, draws: int = 2000, level: float = 0.95, seed: int = 1
) -> tuple[float, float]:
    """Return the block-bootstrap percentile interval of an estimator, recentred on the estimate.

    ``series`` is (T,) or (T, 2). The percentiles of the draws are shifted by the bias that the draws show (their
    median less the estimate), since cutting blocks shrinks autocorrelations. NaN draws are left out.
    """
    drawn = np.array([estimator(series[rows]) for rows in resampled(len(series), block, draws, seed)])
    estimate = estimator(series)
    known = drawn[np.isfinite(drawn)]
    if len(known) < draws / 2 or not np.isfinite(estimate):
        return float("nan"), float("nan")
    low, middle, high = np.quantile(known, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return float(low - middle + estimate), float(high - middle + estimate)
