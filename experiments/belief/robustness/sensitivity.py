"""Sensitivity of an effect to the calibrated parameters: one at a time, Morris, or Sobol.

    oat      each parameter at its bounds, the others as shipped: the bars of a tornado, half and double of the
             published slope of supply among them
    morris   elementary effects on trajectories (Morris 1991; Campolongo et al. 2007): mu* orders, sigma says whether
             a parameter acts alone
    sobol    shares of variance, first order and total (Saltelli et al. 2010), with bootstrap intervals

Every place of the design is run with the same seed, so that what differs is the parameter. Designs and indices are
those of ``SALib`` (extra ``research``).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.calibration.parameters import Parameter
from experiments.belief.robustness.variants import Asked, Variant, effects_by_seed, folder_of
from market.units import Float

METHODS = ("oat", "morris", "sobol")
LEVELS = 4  # of a Morris grid


def problem(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the parameters as SALib knows them: places in the prior, 0 to 1."""
    return {
        "num_vars": len(parameters),
        "names": [p.name for p in parameters],
        "bounds": [[0.0, 1.0]] * len(parameters),
    }


def design(method: str, parameters: Sequence[Parameter], size: int) -> Float:
    """Return places (N, p) of a Morris design of ``size`` trajectories, or of a Sobol design of base ``size``."""
    if method == "morris":
        from SALib.sample import morris

        return np.asarray(morris.sample(problem(parameters), size, num_levels=LEVELS, seed=1))
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem(parameters), size, calc_second_order=False, seed=1))


def variants(method: str, parameters: Sequence[Parameter], size: int) -> list[Variant]:
    """Return the worlds of a method: two for each parameter one at a time, else one for each place of its design."""
    if method == "oat":
        sides = [(p, side, value) for p in parameters for side, value in (("low", p.low), ("high", p.high))]
        return [Variant("sensitivity", f"{_slug(p.name)}-{side}", theta={p.name: value}) for p, side, value in sides]
    places = design(method, parameters, size)
    return [
        Variant("sensitivity", f"{method}{size}-{number:04}", theta=_theta(parameters, place))
        for number, place in enumerate(places)
    ]


def _theta(parameters: Sequence[Parameter], place: Float) -> dict[str, float]:
    return {p.name: float(p.at(unit)) for p, unit in zip(parameters, place, strict=True)}


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")


def table(asked: Asked, method: str, parameters: Sequence[Parameter], size: int) -> pd.DataFrame:
    """Return by outcome and parameter what the method says; the runs must be there."""
    worlds = variants(method, parameters, size)
    tables = []
    for outcome in asked.question.outcomes:
        effects = np.array(
            [_only(effects_by_seed(asked, outcome.name, folder_of(asked, world)), world) for world in worlds]
        )
        found = INDICES[method](parameters, effects, size)
        head = {"effect": asked.contrast, "outcome": outcome.name, "unit": outcome.unit}
        tables.append(pd.DataFrame([head | row for row in found]))
    return pd.concat(tables, ignore_index=True)


def _only(values: Float, world: Variant) -> float:
    """Return the mean effect of a world's seeds, NaN if it has none."""
    return float(values.mean()) if len(values) else float("nan")


def _one_at_a_time(parameters: Sequence[Parameter], effects: Float, size: int) -> list[dict[str, Any]]:
    pairs = effects.reshape(len(parameters), 2)
    return [
        {"parameter": p.name, "at_low": low, "at_high": high, "low": p.low, "high": p.high, "parameter_unit": p.unit}
        for p, (low, high) in zip(parameters, pairs.tolist(), strict=True)
    ]


def _morris(parameters: Sequence[Parameter], effects: Float, size: int) -> list[dict[str, Any]]:
    from SALib.analyze import morris

    places = design("morris", parameters, size)
    found = morris.analyze(problem(parameters), places, effects, num_levels=LEVELS, seed=1)
    columns = ("mu", "mu_star", "mu_star_conf", "sigma")
    return [
        {"parameter": p.name} | {name: float(found[name][at]) for name in columns} for at, p in enumerate(parameters)
    ]


def _sobol(parameters: Sequence[Parameter], effects: Float, size: int) -> list[dict[str, Any]]:
    from SALib.analyze import sobol

    found = sobol.analyze(problem(parameters), effects, calc_second_order=False, seed=1)
    columns = ("S1", "S1_conf", "ST", "ST_conf")
    return [
        {"parameter": p.name} | {name: float(found[name][at]) for name in columns} for at, p in enumerate(parameters)
    ]


INDICES = {"oat": _one_at_a_time, "morris": _morris, "sobol": _sobol}
