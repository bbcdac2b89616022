"""Effects as they are shown: in units that read well, and to the digits that their interval lets stand.

Billions where millions have four digits, percentage points for shares. Tables in files keep all digits and the units of
the record; pages, LaTeX and figures show these.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

MEASURED = ("mean", "t_low", "t_high", "bootstrap_low", "bootstrap_high")
SCALED = (*MEASURED, "smallest", "detectable")
PLAIN = {"musd": "million dollars", "musd days": "million dollar days", "count": "a day", "share": "percentage points"}
BILLIONS, THOUSAND = {"musd": "billion dollars", "musd days": "billion dollar days"}, 1000.0


def readable(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row of the table of effects with its numbers, and its unit, as they are shown.

    >>> shown = readable({"unit": "musd", "mean": -6114.0, "t_low": -16744.0, "t_high": 4517.0, "smallest": 5000.0})
    >>> shown["mean"], shown["t_low"], shown["unit"]
    (-6.0, -17.0, 'billion dollars')
    """
    factor, unit = scale(str(row["unit"]), [row[name] for name in SCALED if name in row])
    changed = {name: row[name] * factor for name in SCALED if name in row}
    digits = places(changed.get("t_low", math.nan), changed.get("t_high", math.nan))
    if digits is not None:
        changed.update({name: shortened(changed[name], digits) for name in MEASURED if name in changed})
    return {**{str(name): value for name, value in row.items()}, **changed, "unit": unit}


def readable_table(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one outcome in one unit."""
    factor, unit = scale(str(effects["unit"].iloc[0]), effects[list(SCALED)].to_numpy().ravel().tolist())
    return effects.assign(**{name: effects[name] * factor for name in SCALED}, unit=unit)


def places(low: float, high: float) -> int | None:
    """Return the decimal places at which half of an interval has two digits; None of an interval without width.

    >>> places(-0.00387, 0.00354), places(-4002.0, 3503.0), places(0.0, 0.0)
    (4, -2, None)
    """
    half = (high - low) / 2.0
    return 1 - math.floor(math.log10(half)) if 0.0 < half < math.inf else None


def shortened(value: float, digits: int | None) -> float:
    """Return a number to so many decimal places, nothing without a sign; as it is where there are none.

    >>> shortened(-0.0002, 2), shortened(1234.5, -2), shortened(0.5, None)
    (0.0, 1200.0, 0.5)
    """
    return value if digits is None else round(value, digits) + 0.0


def scale(unit: str, numbers: Any) -> tuple[float, str]:
    """Return what numbers of a unit are multiplied by, and the unit that they have then.

    >>> scale("share", [0.05, -1.65])
    (100.0, 'percentage points')
    """
    sizes = np.abs(np.array(numbers, np.float64))
    sizes = sizes[np.isfinite(sizes)]
    if unit in BILLIONS and len(sizes) and sizes.max() >= THOUSAND:
        return 1 / THOUSAND, BILLIONS[unit]
    return (100.0 if unit == "share" else 1.0), PLAIN.get(unit, unit)
