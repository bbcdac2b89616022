"""Draws from the plausible set that ``offtherun calibrate`` left: the worlds of the second interval."""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.belief.calibration.parameters import chosen
from experiments.belief.robustness.variants import Variant
from experiments.errors import UserError


def draws_of(path: Path, number: int) -> list[Variant]:
    """Return ``number`` worlds spread over the plausible set in a file; UserError if it holds none.

    A parameter that the file leaves out stays as shipped.
    """
    if not path.is_file():
        raise UserError(f"--plausible {path}: no such file, expected plausible.csv of: offtherun calibrate")
    table = pd.read_csv(path)
    chosen(tuple(table.columns))  # refuses a column that is no parameter
    if len(table) < 2:
        raise UserError(f"--plausible {path}: {len(table)} plausible places, expected 2 or more to draw from")
    rows = np.unique(np.linspace(0, len(table) - 1, number).astype(int))
    values = [{str(name): float(value) for name, value in table.iloc[row].items()} for row in rows]
    return [Variant("parameters", f"draw{row:04}", theta=theta) for row, theta in zip(rows, values, strict=True)]
