"""Inference on paired seeds: intervals, equivalence, what could have been found, and what pairing is worth.

An effect is a weighted sum over arms of an outcome, taken seed by seed: n numbers that are independent of each other.

    t interval        mean +- t(0.975, n - 1) x s / sqrt(n)                     (Student 1908)
    bootstrap         percentiles of the mean of n resampled seeds               (Efron 1979), seed fixed
    equivalence       two one-sided t tests against +- the smallest effect of interest (Schuirmann 1987)
    detectable        d x s / sqrt(n), at which the noncentral t of centre d lies outside +- t(0.975) four times in five
                      (power of Student's test: Cohen 1988); with two seeds d is 16, with four 4.3, with many 2.8
    gain              standard error with arms of independent seeds over that with paired ones; infinite: exact

One test stands alone: nothing corrects for the number of outcomes and arms that are looked at. With fewer than two
seeds, or no variance, intervals are NaN or a point. Adding seeds until an interval is narrow (``--until-ci``) makes
the interval a little too narrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

Floats = NDArray[np.float64]
LEVEL, POWER = 0.95, 0.8
FARTHEST = 100.0  # centre of a noncentral t that any number of seeds finds with that power
NONE, SMALL_EFFECT = "equivalent to none", "effect, equivalent to none"  # within +- the smallest effect that matters
RESAMPLES, BOOTSTRAP_SEED = 10_000, 20240528


@dataclass(frozen=True)
class Effect:
    """An effect and what the seeds say about it."""

    seeds: int
    mean: float
    standard_error: float
    t_low: float
    t_high: float
    p_value: float
    bootstrap_low: float
    bootstrap_high: float
    equivalence_p: float
    detectable: float
    gain: float
    verdict: str


def effect(by_arm: Mapping[str, Floats], weights: Mapping[str, float], smallest: float) -> Effect:
    """Return the effect with these weights over arms; each arm's values in one order of seeds, without NaN."""
    differences = np.sum([weight * by_arm[arm] for arm, weight in weights.items()], axis=0)
    n = len(differences)
    mean, error = (float(np.mean(differences)) if n else float("nan")), standard_error(differences)
    half = t_half_width(differences)
    low, high = bootstrap(differences)
    same = equivalence(differences, smallest)
    return Effect(
        seeds=n,
        mean=mean,
        standard_error=error,
        t_low=mean - half,
        t_high=mean + half,
        p_value=_p_value(mean, error, n),
        bootstrap_low=low,
        bootstrap_high=high,
        equivalence_p=same,
        detectable=detectable(differences),
        gain=gain(by_arm, weights),
        verdict=verdict(mean, half, same, n),
    )


def standard_error(differences: Floats) -> float:
    """Return the standard error of a mean."""
    n = len(differences)
    return float(np.std(differences, ddof=1) / sqrt(n)) if n > 1 else float("nan")


def t_half_width(differences: Floats) -> float:
    """Return half the width of the t interval."""
    n = len(differences)
    return float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) * standard_error(differences) if n > 1 else float("nan")


def bootstrap(differences: Floats) -> tuple[float, float]:
    """Return the percentile interval of the mean; the same numbers give the same interval."""
    n = len(differences)
    if n < 2:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(BOOTSTRAP_SEED).integers(0, n, (RESAMPLES, n))
    low, high = np.quantile(differences[drawn].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def equivalence(differences: Floats, smallest: float) -> float:
    """Return the larger p-value of the two one-sided tests: small means that the effect lies within +- smallest."""
    n, error = len(differences), standard_error(differences)
    if n < 2:
        return float("nan")
    mean = float(np.mean(differences))
    if error == 0:
        return 0.0 if abs(mean) < smallest else 1.0
    return float(max(stats.t.sf((mean + smallest) / error, n - 1), stats.t.cdf((mean - smallest) / error, n - 1)))


def detectable(differences: Floats) -> float:
    """Return the effect that so many seeds find with the power of 0.8, their standard deviation being the true one."""
    n = len(differences)
    return detectable_in_errors(n) * standard_error(differences) if n > 1 else float("nan")


@cache
def detectable_in_errors(n: int) -> float:
    """Return it in standard errors of the mean of n seeds, two or more; the other side, below 1e-6, is left out."""
    critical = stats.t.ppf((1 + LEVEL) / 2, n - 1)

    def lacking(centre: float) -> float:
        return float(stats.nct.sf(critical, n - 1, centre)) - POWER

    return float(brentq(lacking, 0.1, FARTHEST))


def gain(by_arm: Mapping[str, Floats], weights: Mapping[str, float]) -> float:
    """Return by what factor pairing cuts the standard error; infinite when pairs differ by the same number."""
    paired = standard_error(np.sum([weight * by_arm[arm] for arm, weight in weights.items()], axis=0))
    alone = sqrt(sum((weight * standard_error(by_arm[arm])) ** 2 for arm, weight in weights.items()))
    if paired == 0:
        return float("inf") if alone > 0 else float("nan")
    return float(alone / paired)


def gain_by_day(paths: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return the gain of each day from the arms' paths (seeds, days): how it decays with the horizon."""
    days = next(iter(paths.values())).shape[1]
    return np.array([gain({arm: path[:, day] for arm, path in paths.items()}, weights) for day in range(days)])


def verdict(mean: float, half: float, equivalence_p: float, n: int) -> str:
    """Say in a word what the seeds show: an effect, equivalence to none, both (real, and too small), or nothing yet."""
    if n < 2 or not np.isfinite(half):
        return "too few seeds"
    found, none = abs(mean) > half, equivalence_p < 1 - LEVEL
    return {
        (True, False): "effect",
        (True, True): SMALL_EFFECT,
        (False, True): NONE,
        (False, False): "undecided",
    }[found, none]


def _p_value(mean: float, error: float, n: int) -> float:
    if n < 2:
        return float("nan")
    if error == 0:
        return 1.0 if mean == 0 else 0.0
    return float(2 * stats.t.sf(abs(mean) / error, n - 1))


def as_row(found: Effect) -> dict[str, Any]:
    """Return an effect as a row of a table."""
    return dict(vars(found))
