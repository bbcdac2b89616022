"""Three intervals of an effect: over seeds, over plausible parameters, over structures; and the share of each.

    seeds        mean +- t(n - 1) s / sqrt(n) of the experiment as shipped: where the mean lies
    parameters   effects of k draws from the plausible set (``offtherun calibrate``), one or more seeds each
    structure    effects of k structural variants, one or more seeds each

The last two are spreads of worlds: mean +- t(k - 1) S sqrt(1 + 1 / k), S the standard deviation of the worlds' mean
effects, is where the effect of one more world of the kind lies, 19 times in 20, for a reader who does not know which
world is the true one. S holds what seeds leave open within a world as well: the spread is too wide, never too narrow,
by the share of ``noise``, and more seeds of each world (``--seeds``) take that off. Where worlds hardly differ it
covers more than it says. Noise is the variance of one seed within a world, or of the experiment where no world has two,
over the seeds of a world (one-way random effects).

Shares are of the sum of three variances: of the mean over seeds, and between worlds (S squared less noise, at least 0).
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.belief.robustness.variants import Asked, Variant, effects_by_seed, folder_of
from experiments.results.inference import LEVEL, Floats, standard_error, t_half_width

SOURCES = SEEDS, PARAMETERS, STRUCTURE = "seeds", "parameters", "structure"


class Interval(NamedTuple):
    """One of the three: centre, ends, worlds (or seeds) that it rests on, sampling noise in it, variance it stands for.

    ``noise`` is the part of S squared that seeds explain, 1 for the interval over seeds.
    """

    source: str
    worlds: int
    mean: float
    low: float
    high: float
    noise: float
    variance: float


def over_seeds(differences: Floats) -> Interval:
    """Return the interval of the mean over seeds (n,)."""
    half, mean = t_half_width(differences), float(np.mean(differences)) if len(differences) else float("nan")
    return Interval(SEEDS, len(differences), mean, mean - half, mean + half, 1.0, standard_error(differences) ** 2)


def spread_of_worlds(source: str, groups: Sequence[Floats], differences: Floats) -> Interval:
    """Return where the effect of one more world lies, from seeds by world and those of the experiment (n,)."""
    own = [group for group in groups if len(group)]
    if len(own) < 2:
        return Interval(source, len(own), *(float("nan"),) * 5)
    means, k = np.array([group.mean() for group in own]), len(own)
    squared, noise = float(np.var(means, ddof=1)), _noise(own, differences)
    mean, half = float(means.mean()), float(stats.t.ppf((1 + LEVEL) / 2, k - 1)) * sqrt(squared * (1 + 1 / k))
    part = min(noise / squared, 1.0) if squared > 0 else float("nan")
    return Interval(source, k, mean, mean - half, mean + half, part, max(squared - noise, 0.0))


def _noise(groups: Sequence[Floats], differences: Floats) -> float:
    """Return the mean squared standard error of the worlds' effects; NaN where there is no second seed anywhere."""
    repeated = [float(np.var(group, ddof=1)) for group in groups if len(group) > 1]
    alone = float(np.var(differences, ddof=1)) if len(differences) > 1 else float("nan")
    one_seed = float(np.mean(repeated)) if repeated else alone
    return float(np.mean([one_seed / len(group) for group in groups]))


def _numbers(by_seed: "pd.Series[float]") -> Floats:
    return np.asarray(by_seed, np.float64)


def table(asked: Asked, variants: Sequence[Variant]) -> pd.DataFrame:
    """Return a row for each outcome and source: worlds, mean, low, high, noise, share of variance."""
    rows = []
    for outcome in asked.question.outcomes:
        differences = _numbers(effects_by_seed(asked, outcome.name))
        found = [over_seeds(differences)]
        for kind in (PARAMETERS, STRUCTURE):
            folders = [folder_of(asked, variant) for variant in variants if variant.kind == kind]
            groups = [_numbers(effects_by_seed(asked, outcome.name, folder)) for folder in folders]
            found.append(spread_of_worlds(kind, groups, differences))
        total = sum(one.variance for one in found if one.variance == one.variance)
        rows += [
            {"effect": asked.contrast, "outcome": outcome.name, "unit": outcome.unit}
            | one._asdict()
            | {"share": one.variance / total if total > 0 else float("nan")}
            for one in found
        ]
    return pd.DataFrame(rows).drop(columns="variance")
