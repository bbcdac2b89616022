"""Sensitivity of an effect to the calibrated parameters: one at a time, Morris, or Sobol.

    oat      each parameter at its bounds, the others as shipped: the bars of a tornado, half and double of the
             published slope of supply among them
    morris   elementary effects on trajectories (Morris 1991; Campolongo et al. 2007): mu* orders, sigma says whether
             a parameter acts alone
    sobol    shares of variance, first order and total (Saltelli et al. 2010), with bootstrap intervals

Every place of the design is run with the same seeds. That does not leave the parameter alone: any change, however
small, sends a market another way, and its effect differs by chaos too. Every design has one more parameter, the
``DUMMY``, that has no effect of its own: from which of the first twenty days on to the twentieth one quote a day is
moved by one tick (as in the placebo ``trivial``). Its row is the chaos floor: what does not stand above it is not told
from nothing. Its total share of Sobol is the share of chaos in the variance, which inflates the total share of every
parameter as much; above ``MOST_CHAOS`` the indices are refused, and more seeds of each world are asked for. A world
without a value is refused by name. Designs and indices are those of ``SALib`` (extra ``research``).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.calibration.parameters import Parameter, theta_at
from experiments.belief.robustness.variants import Asked, Variant, effects_by_seed, folder_of
from experiments.errors import UserError
from market.calendar import next_business_day
from market.units import Float, day_number, to_date

METHODS = ("oat", "morris", "sobol")
LEVELS = 4  # of a Morris grid
DUMMY = "dummy: quotes moved by a tick"
NUDGE_DAYS = 20  # business days from the start, on the last of which a quote is always nudged
MOST_CHAOS = 0.1  # of the variance over a Sobol design


def names(parameters: Sequence[Parameter]) -> list[str]:
    """Return the names of the parameters and of the dummy, in the order of the columns of a design."""
    return [*(p.name for p in parameters), DUMMY]


def problem(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the parameters and the dummy as SALib knows them: places in the prior, 0 to 1."""
    known = names(parameters)
    return {"num_vars": len(known), "names": known, "bounds": [[0.0, 1.0]] * len(known)}


def design(method: str, parameters: Sequence[Parameter], size: int) -> Float:
    """Return places (N, p + 1) of a Morris design of ``size`` trajectories, or of a Sobol design of base ``size``.

    UserError for a Sobol base that is no power of two: its sequence is balanced only then.
    """
    if method == "sobol" and size & (size - 1):
        raise UserError(f"--size {size}: expected a power of two, such as {1 << size.bit_length() - 1}")
    if method == "morris":
        from SALib.sample import morris

        return np.asarray(morris.sample(problem(parameters), size, num_levels=LEVELS, seed=1))
    from SALib.sample import sobol

    return np.asarray(sobol.sample(problem(parameters), size, calc_second_order=False, seed=1))


def variants(asked: Asked, method: str, parameters: Sequence[Parameter], size: int) -> list[Variant]:
    """Return the worlds of a method: two for each parameter one at a time, else one for each place of its design."""
    if method == "oat":
        sides = [(p, side, value) for p in parameters for side, value in (("low", p.low), ("high", p.high))]
        worlds = [Variant("sensitivity", f"{_slug(p.name)}-{side}", theta={p.name: value}) for p, side, value in sides]
        ends = (("low", 0.0), ("high", 1.0))
        return worlds + [Variant("sensitivity", f"dummy-{side}", nudges=nudge_days(asked, at)) for side, at in ends]
    return [
        Variant("sensitivity", f"{method}{size}-{number:04}", theta=theta_at(parameters, place[:-1]), nudges=days)
        for number, place in enumerate(design(method, parameters, size))
        for days in [nudge_days(asked, place[-1])]
    ]


def nudge_days(asked: Asked, place: float) -> tuple[date, ...]:
    """Return the days that a place of the dummy, 0 to 1, stands for: the first of the run, but so many."""
    days = min(NUDGE_DAYS, asked.base.days)
    start = day_number(next(iter(asked.worlds.values())).run.start)
    first = min(int(place * days), days - 1)
    return tuple(to_date(int(next_business_day(start, 1 + day))) for day in range(first, days))


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-")


def table(asked: Asked, method: str, parameters: Sequence[Parameter], size: int) -> pd.DataFrame:
    """Return by outcome and parameter what the method says; the runs must be there."""
    worlds = variants(asked, method, parameters, size)
    tables = []
    for outcome in asked.question.outcomes:
        by_world = [effects_by_seed(asked, outcome.name, folder_of(asked, world)) for world in worlds]
        effects = np.array([_mean(values, outcome.name, world) for values, world in zip(by_world, worlds, strict=True)])
        found = INDICES[method](parameters, effects, size)
        head = {"effect": asked.contrast, "outcome": outcome.name, "unit": outcome.unit}
        tables.append(pd.DataFrame([head | row for row in found]))
    return pd.concat(tables, ignore_index=True)


def _mean(values: "pd.Series[float]", outcome: str, world: Variant) -> float:
    """Return the mean effect of a world's seeds; UserError, with the world's values, if it has none."""
    if not len(values):
        theta = ", ".join(f"{name} = {value:.4g}" for name, value in world.theta.items()) or "a nudge alone"
        raise UserError(
            f"sensitivity: {outcome!r} has no value in {world.name} ({theta}), expected one in every world: look into "
            f"its failures, or choose an outcome that always has one"
        )
    return float(values.mean())


def _one_at_a_time(parameters: Sequence[Parameter], effects: Float, size: int) -> list[dict[str, Any]]:
    pairs = effects.reshape(len(parameters) + 1, 2).tolist()
    bounds = [*((p.low, p.high, p.unit) for p in parameters), (0.0, 1.0, "place")]
    floor = abs(pairs[-1][1] - pairs[-1][0])
    return [
        {"parameter": name, "at_low": at_low, "at_high": at_high, "floor": floor}
        | {"low": low, "high": high, "parameter_unit": unit}
        for name, (at_low, at_high), (low, high, unit) in zip(names(parameters), pairs, bounds, strict=True)
    ]


def _morris(parameters: Sequence[Parameter], effects: Float, size: int) -> list[dict[str, Any]]:
    from SALib.analyze import morris

    places = design("morris", parameters, size)
    found = morris.analyze(problem(parameters), places, effects, num_levels=LEVELS, seed=1)
    columns, floor = ("mu", "mu_star", "mu_star_conf", "sigma"), float(found["mu_star"][-1])
    return [
        {"parameter": name} | {column: float(found[column][at]) for column in columns} | {"floor": floor}
        for at, name in enumerate(names(parameters))
    ]


def _sobol(parameters: Sequence[Parameter], effects: Float, size: int) -> list[dict[str, Any]]:
    from SALib.analyze import sobol

    found = sobol.analyze(problem(parameters), effects, calc_second_order=False, seed=1)
    columns, chaos = ("S1", "S1_conf", "ST", "ST_conf"), float(found["ST"][-1])
    if not chaos <= MOST_CHAOS:
        raise UserError(
            f"sensitivity: chaos makes {chaos:.0%} of the variance of the effect over the design, expected at most "
            f"{MOST_CHAOS:.0%}: total shares would be noise; raise --seeds by {max(chaos / MOST_CHAOS, 2):.0f} times"
        )
    return [
        {"parameter": name} | {column: float(found[column][at]) for column in columns} | {"floor": chaos}
        for at, name in enumerate(names(parameters))
    ]


INDICES = {"oat": _one_at_a_time, "morris": _morris, "sobol": _sobol}
