"""Units that everything exact is counted in, and the few ways from one to another.

Face is counted in hundreds of dollars (the Treasury's own minimum), money in cents, prices in 1e-8 of a point per 100
of face, dates in days since 1970-01-01; all are int64. Yields are decimal inside formulas and basis points (``_bp``) at
interfaces. Bounds: one trade is at most 30 billion dollars (3e8 hundreds) at a full price, accrued interest and
indexation included, below 307 points, so that face times price stays below 2**63; ``cash_cents`` relies on it.
"""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

CENTS_PER_FACE = 10_000  # cents in one unit of face at par
POINT_E8 = 10**8  # one point of price, per 100 of face
FACE_PER_MUSD = 10_000  # units of face in one million dollars
FACE_PER_BILLION = 1000 * FACE_PER_MUSD
CENTS_PER_MUSD = 10**8
LARGEST_TRADE = 3 * 10**8  # units of face: 30 billion dollars


def half_even(numerator: ArrayLike, denominator: ArrayLike) -> Int:
    """Divide integers, rounding half to even; denominators are positive."""
    whole, rest = np.divmod(np.asarray(numerator, np.int64), np.asarray(denominator, np.int64))
    up = (2 * rest > denominator) | ((2 * rest == denominator) & (whole % 2 == 1))
    return np.asarray(whole + up, np.int64)


def cash_cents(face: ArrayLike, full_price_e8: ArrayLike) -> Int:
    """Return the cents that ``face`` costs at a full price (accrued interest included), rounded half to even."""
    return half_even(np.asarray(face, np.int64) * np.asarray(full_price_e8, np.int64), 10**6)


def day_number(when: str | date | np.datetime64) -> int:
    """Return the day number of a date or of its ISO text."""
    return int(np.datetime64(str(when), "D").astype(np.int64))


def to_date(day: Any) -> date:
    """Return the date of a day number."""
    return np.datetime64(int(day), "D").astype(date)  # type: ignore[no-any-return]


def sealed(array: NDArray[Any]) -> NDArray[Any]:
    """Lock an array that nobody writes any more, and what it is a view of; return it, refusing to be unlocked."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base.setflags(write=False)
        base = base.base
    return array.view()


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return the same numbers, refusing to be changed."""
    view = array.view()
    view.setflags(write=False)
    return view
