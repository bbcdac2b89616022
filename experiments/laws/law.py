"""A law of the tables of a run, and what it found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from market.units import FACE_PER_MUSD

TOLERANCE_MUSD = 1e-5  # ten dollars: what a sum of millions in float64 may lose


@dataclass(frozen=True, slots=True)
class Finding:
    """What a law found: how many things it compared, whether all agree, and the first that do not."""

    law: str
    passed: bool
    compared: int
    detail: str


Law = Callable[[Any], Finding]


def broken(law: str, wrong: Sequence[str], compared: int) -> Finding:
    """Return the finding of a law from the sentences on what breaks it."""
    more = f" (and {len(wrong) - 2} more)" if len(wrong) > 2 else ""
    return Finding(law, not wrong, compared, "; ".join(wrong[:2]) + more)


def differing(name: str, got: pd.Series, expected: pd.Series, tolerance: float = 0) -> list[str]:
    """Return a sentence for each label at which two series differ; a label that one lacks counts as 0."""
    left, right = (series.rename_axis(index=[None] * series.index.nlevels) for series in (got, expected))
    left, right = left.align(right, fill_value=0)
    apart = ~(np.abs(left - right) <= tolerance)
    return [f"{name} {_label(at)}: {left[at]} against {right[at]}" for at in left.index[apart]]


def musd(face: pd.Series) -> pd.Series:
    """Return hundreds of dollars of face as millions of dollars."""
    return face / FACE_PER_MUSD


def day(when: Any) -> str:
    """Return the date of a timestamp as text."""
    return f"{pd.Timestamp(when):%Y-%m-%d}"


def _label(at: Any) -> str:
    """Return an index label as text."""
    parts = at if isinstance(at, tuple) else (at,)
    return " ".join(day(part) if isinstance(part, pd.Timestamp) else str(part) for part in parts)
