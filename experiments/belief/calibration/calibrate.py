"""``offtherun calibrate``: a design, an emulator of each moment, what the data leave plausible, and whether it would
have found the truth.

Only rows to which something was fitted before are matched, over the days of the design: inputs are given, and free rows
stay free. Those that the runs are too short for are left out and named. What comes out are tables: ``parameters``
(shipped value, plausible range, whether the one lies in the other, verdict), ``moments`` (reach, fit), ``plausible``
(places of the set, for draws), ``profiles`` and ``recovery``. Nothing is changed in the model.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.belief.calibration.design import Point, results, theta_of
from experiments.belief.calibration.emulator import Emulator, fit
from experiments.belief.calibration.parameters import Parameter, shipped
from experiments.belief.calibration.plausible import (
    CUT,
    Plausible,
    implausibility,
    match,
    places,
    profile,
    recovery,
    width,
)
from experiments.belief.calibration.plausible import verdict as verdict_of
from experiments.belief.validate import targets
from experiments.belief.validation_rows import FITTED, SCORED
from experiments.scenario import load
from market.calendar import business_days
from market.units import Bool, Float, day_number

NINETY_FIVE = 2 * 1.959964
RECOVERY_LOG2 = 11
DRAWS = 200


class Calibration(NamedTuple):
    """The tables of a calibration, by name as in the module's docstring."""

    parameters: pd.DataFrame
    moments: pd.DataFrame
    plausible: pd.DataFrame
    profiles: pd.DataFrame
    recovery: pd.DataFrame
    share: float  # of the prior that is plausible


def calibrate(parameters: Sequence[Parameter], points: Sequence[Point]) -> Calibration:
    """Return what a finished design says."""
    moments, thetas = results(points)
    units = [[p.place_of(v) for p, v in zip(parameters, theta, strict=True)] for theta in thetas]
    x = 2.0 * np.array(units) - 1.0
    published = _published(points[0])
    used = np.isfinite(moments).all(axis=0) & (published["role"] == FITTED).to_numpy()
    used &= np.isfinite(published[["low", "high"]].to_numpy(np.float64)).all(axis=1)
    z = published["published"].to_numpy(np.float64)[used]
    data = ((published["high"] - published["low"]) / NINETY_FIVE).to_numpy(np.float64)[used]
    emulator = fit(x, moments[:, used])
    found = match(emulator, z, data, places(len(parameters)))
    here = _shipped(parameters, points[0].scenario)
    own, centres = recovery(x, moments[:, used], data, places(len(parameters), RECOVERY_LOG2))
    return Calibration(
        _parameters(parameters, found, points[0].scenario, (x, centres)),
        _moments(published, used, emulator, found, implausibility(emulator, here[None, :], z, data)[0]),
        _plausible(parameters, found),
        _profiles(parameters, found),
        pd.DataFrame({"point": [p.number for p in points], "implausibility": own, "recovered": own < CUT}),
        len(found.inside) / len(found.places),
    )


def save(found: Calibration, folder: Path) -> list[Path]:
    """Write the tables as CSV files; return them."""
    written = []
    for name in ("parameters", "moments", "plausible", "profiles", "recovery"):
        path = folder / f"{name}.csv"
        getattr(found, name).to_csv(path, index=False)
        written.append(path)
    return written


def _published(point: Point) -> pd.DataFrame:
    """Return the published moments over the days of the design."""
    start = day_number(load(point.scenario).run.start)
    return targets(int(business_days(start + 1, start + 2 * point.days + 30)[point.days - 1]), SCORED)


def _shipped(parameters: Sequence[Parameter], scenario: str) -> Float:
    """Return where the shipped values lie, (p,) in [-1, 1]."""
    world = load(scenario)
    return np.array([2.0 * p.place_of(shipped(world, p)) - 1.0 for p in parameters])


def _parameters(
    parameters: Sequence[Parameter], found: Plausible, scenario: str, recovered: tuple[Float, Float]
) -> pd.DataFrame:
    world, widths, inside = load(scenario), width(found.inside), found.inside
    truths, centres = recovered
    rows = []
    for at, p in enumerate(parameters):
        low, middle, high = np.quantile(inside[:, at], [0.05, 0.5, 0.95]) if len(inside) else (np.nan,) * 3
        here = 2.0 * p.place_of(shipped(world, p)) - 1.0
        rows.append(
            {
                "parameter": p.name,
                "unit": p.unit,
                "shipped": shipped(world, p),
                "shipped_inside": bool(low <= here <= high),
                "from_middle": (here - middle) / ((high - low) / 2) if high > low else np.nan,
                "prior_low": p.low,
                "prior_high": p.high,
                **{
                    name: float(p.at(np.asarray((v + 1) / 2)))
                    for name, v in (("low", low), ("middle", middle), ("high", high))
                },
                "width": widths[at],
                "verdict": verdict_of(widths[at]),
                "recovery_correlation": float(np.corrcoef(truths[:, at], centres[:, at])[0, 1]),
                "reason": p.reason,
            }
        )
    return pd.DataFrame(rows)


def _moments(published: pd.DataFrame, used: Bool, emulator: Emulator, found: Plausible, here: Float) -> pd.DataFrame:
    """Return by row of the validation: target, whether it is matched, and how near the prior comes to it."""
    table = published[["row", "role", "unit", "published", "low", "high"]].copy()
    columns = {
        "r_squared": emulator.r_squared,
        "emulator_error": emulator.error,
        "implausibility_shipped": here,
        "least_implausibility": found.implausibility.min(axis=0),
        "reached": found.reached,
    }
    for name, values in columns.items():
        table[name] = pd.Series(values, index=table.index[used])
    return table.assign(matched=used)


def _plausible(parameters: Sequence[Parameter], found: Plausible) -> pd.DataFrame:
    """Return up to ``DRAWS`` places of the set as values, spread evenly over it in the order of the sequence."""
    inside = found.inside[
        np.unique(np.linspace(0, max(len(found.inside) - 1, 0), DRAWS).astype(int))[: len(found.inside)]
    ]
    return pd.DataFrame([dict(theta_of(parameters, place)) for place in inside], columns=[p.name for p in parameters])


def _profiles(parameters: Sequence[Parameter], found: Plausible) -> pd.DataFrame:
    tables = []
    for at, p in enumerate(parameters):
        middle, least = profile(found, at)
        tables.append(pd.DataFrame({"parameter": p.name, "value": p.at((middle + 1) / 2), "implausibility": least}))
    return pd.concat(tables, ignore_index=True)
