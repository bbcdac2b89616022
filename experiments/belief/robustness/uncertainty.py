"""Three intervals of an effect: over seeds, over plausible parameters, over structures; and the share of each.

    seeds        mean +- t s / sqrt(n) of the experiment as shipped
    parameters   effects of draws from the plausible set (``offtherun calibrate``), one or more seeds each
    structure    effects of structural variants, one or more seeds each

The spread of worlds holds sampling noise as well: the variance between them is that of their means less the mean of
their squared standard errors (one-way random effects), with the experiment's own variance of a seed where no world has
two. Intervals over worlds are their mean +- 1.96 standard deviations between them: what is left open to a reader who
does not know which world is the true one. Shares are of the sum of the three variances, sampling being that of the mean
as the experiment has it.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.belief.robustness.variants import Asked, Variant, effects_by_seed, folder_of
from experiments.results.inference import Floats, standard_error, t_half_width

NORMAL = 1.959964
SOURCES = SEEDS, PARAMETERS, STRUCTURE = "seeds", "parameters", "structure"


class Interval(NamedTuple):
    """One of the three: its centre, its ends, how many worlds it rests on, and the variance that it stands for."""

    source: str
    worlds: int
    mean: float
    low: float
    high: float
    variance: float


def over_seeds(differences: Floats) -> Interval:
    """Return the interval of the mean over seeds (n,)."""
    half, mean = t_half_width(differences), float(np.mean(differences))
    return Interval(SEEDS, len(differences), mean, mean - half, mean + half, standard_error(differences) ** 2)


def between(groups: Sequence[Floats], pooled: float) -> float:
    """Return the variance between worlds of their true effects; ``pooled`` is the variance of one seed's effect."""
    means = np.array([group.mean() for group in groups])
    noise = np.mean([pooled / len(group) for group in groups])
    return float(max(np.var(means, ddof=1) - noise, 0.0)) if len(groups) > 1 else float("nan")


def over_worlds(source: str, groups: Sequence[Floats], differences: Floats) -> Interval:
    """Return the interval that worlds span, about the mean of their effects."""
    own = [group for group in groups if len(group)]
    if len(own) < 2:
        return Interval(source, len(own), *(float("nan"),) * 4)
    repeated = [float(np.var(group, ddof=1)) for group in own if len(group) > 1]
    pooled = float(np.mean(repeated)) if repeated else float(np.var(differences, ddof=1))
    variance = between(own, pooled)
    mean = float(np.mean([group.mean() for group in own]))
    return Interval(source, len(own), mean, mean - NORMAL * sqrt(variance), mean + NORMAL * sqrt(variance), variance)


def table(asked: Asked, variants: Sequence[Variant]) -> pd.DataFrame:
    """Return a row for each outcome and source: mean, low, high, worlds, share of variance."""
    rows = []
    for outcome in asked.question.outcomes:
        differences = effects_by_seed(asked, outcome.name)
        found = [over_seeds(differences)]
        for kind in (PARAMETERS, STRUCTURE):
            folders = [folder_of(asked, variant) for variant in variants if variant.kind == kind]
            groups = [effects_by_seed(asked, outcome.name, folder) for folder in folders if folder.is_dir()]
            found.append(over_worlds(kind, groups, differences))
        total = sum(one.variance for one in found if one.variance == one.variance)
        rows += [
            {"effect": asked.contrast, "outcome": outcome.name, "unit": outcome.unit}
            | one._asdict()
            | {"share": one.variance / total if total > 0 else float("nan")}
            for one in found
        ]
    return pd.DataFrame(rows).drop(columns="variance")
