"""The design of a calibration: places that fill the prior, each simulated once, one file a point.

    DIR/calibration.json     what is asked: parameters, points, days, scenario, versions
    DIR/points/0007.json     theta, seed and moments of a point: moved into place when whole

Places are a scrambled Sobol sequence, so that more points go on with the same design. Point k has seed k + 1: what a
moment differs by between seeds is then in the emulator's error. Killed and started again, what is there is not made
twice.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from experiments.belief.calibration.parameters import MOST, Parameter, Theta, theta_at
from experiments.belief.calibration.simulator import simulate
from experiments.belief.validation_rows import SCORED
from experiments.errors import StoreError, UserError
from experiments.store import versions, write_whole
from experiments.sweeps.pools import each_in_processes
from market.units import Float

FEWEST_POINTS = 9  # an emulator needs eight, and recovery leaves one out


@dataclass(frozen=True)
class Point:
    """One simulation of the design."""

    number: int
    theta: dict[str, float]
    seed: int
    days: int
    scenario: str
    folder: Path

    @property
    def file(self) -> Path:
        """Return where its moments go."""
        return self.folder / "points" / f"{self.number:04d}.json"


def unit_places(parameters: Sequence[Parameter], points: int) -> Float:
    """Return the first places (points, p) of the design, 0 to 1; UserError for too few points or too many parameters.

    The sequence is the same for any number of points: each is a prefix of the longer one.
    """
    if points < FEWEST_POINTS:
        raise UserError(f"--points {points}: expected {FEWEST_POINTS} or more to fit anything")
    if len(parameters) > MOST:
        raise UserError(f"{len(parameters)} parameters, expected at most {MOST}: more cannot be told apart by {points}")
    log2 = int(np.ceil(np.log2(points)))
    return np.asarray(qmc.Sobol(len(parameters), rng=np.random.default_rng(0)).random_base2(log2)[:points])


def open_design(parameters: Sequence[Parameter], points: int, days: int, scenario: str, folder: Path) -> list[Point]:
    """Make the folder of a design, or go on with one of the same question; StoreError if it is another."""
    units = unit_places(parameters, points)
    question = {
        "parameters": {p.name: [p.low, p.high, p.log] for p in parameters},
        "days": days,
        "scenario": scenario,
        "versions": versions(),
    }
    path = folder / "calibration.json"
    if path.is_file():
        there = read_design(folder)
        for what, value in question.items():
            if there[what] != value:
                raise StoreError(f"{folder} holds a design of other {what}, expected the same; choose another --out")
    elif folder.exists() and any(folder.iterdir()):
        raise StoreError(f"{folder} is no design and not empty, expected a new name or an empty folder")
    else:
        (folder / "points").mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(question, indent=2) + "\n")
    return [
        Point(number, theta_at(parameters, unit), number + 1, days, scenario, folder)
        for number, unit in enumerate(units)
    ]


def read_design(folder: Path) -> dict[str, Any]:
    """Return what ``calibration.json`` says; StoreError without one."""
    try:
        found: dict[str, Any] = json.loads((folder / "calibration.json").read_text("utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder} has no calibration.json, expected the folder of: offtherun calibrate") from None
    except ValueError as error:
        raise StoreError(f"{folder / 'calibration.json'} is damaged: {error}, expected JSON") from None
    return found


def make(point: Point) -> int:
    """Simulate a point and write its file; return its number."""
    moments = simulate(point.theta, point.seed, point.days, point.scenario)
    content = {"theta": point.theta, "seed": point.seed, "moments": moments}
    write_whole(point.file, json.dumps(content, indent=2) + "\n")
    return point.number


def run(points: Iterable[Point], workers: int, on_done: Callable[[int], None] = lambda number: None) -> None:
    """Make the points that are missing, in this process or in so many others."""
    missing = [point for point in points if not point.file.is_file()]
    for number in each_in_processes(make, missing, workers):
        on_done(number)


def results(points: Sequence[Point]) -> tuple[Float, Float]:
    """Return the moments (N, M) in the order of ``SCORED`` and the thetas (N, p) of a finished design."""
    read = [json.loads(point.file.read_text("utf-8")) for point in points]
    moments = np.array([[one["moments"][row.name] for row in SCORED] for one in read], np.float64)
    return moments, np.array([list(one["theta"].values()) for one in read], np.float64)


def theta_of(parameters: Sequence[Parameter], place: Float) -> Theta:
    """Return the values at a place in [-1, 1]^p."""
    return theta_at(parameters, (place + 1.0) / 2.0)
