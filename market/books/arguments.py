"""What somebody may type where a number is expected: the number, or nothing. No value raises."""

from numbers import Real
from operator import index
from typing import Any

import numpy as np

LARGEST_PRICE = 1e15  # far beyond any ladder; below it a float tells tick from tick


def whole(value: Any, least: int, most: int) -> int | None:
    """Return a whole number from ``least`` to ``most``, None for anything else; True and False are no numbers."""
    if isinstance(value, bool):
        return None
    try:
        number = index(value)
    except TypeError:
        return None
    return number if least <= number <= most else None


def real(value: Any) -> float | None:
    """Return a finite number as a float, None for anything else, and for what is too large to be a price."""
    number = isinstance(value, Real) and not isinstance(value, (bool, np.timedelta64))  # numpy counts spans of time in
    return float(value) if number and abs(value) < LARGEST_PRICE else None


def one_of(value: Any, words: dict[str, Any]) -> bool:
    """Tell whether a value is one of the words."""
    return isinstance(value, str) and value in words
