"""Fitting a table to its margins, and rounding it without losing a unit.

``fit_margins`` is iterative proportional fitting (Deming and Stephan 1940): the table nearest to a seed, in relative
entropy, whose rows and columns have given sums; zeros stay zeros. ``round_columns`` makes integers with exact column
sums by largest remainders; ``split_columns`` shares each column among weights in the same way. Sums are taken in a
fixed order.
"""

import numpy as np
from numpy.typing import NDArray

from market.units import Float, Int


class FitError(ValueError):
    """The margins cannot be met from the seed."""


def fit_margins(seed: Float, rows: Float, columns: Float, tolerance: float = 1e-10, most: int = 5000) -> Float:
    """Return the table (R, C) with row sums (R,) and column sums (C,) that is proportional to ``seed`` up to factors.

    Columns are met to the last bit but rounding, rows to ``tolerance`` of their sum. Raises FitError naming the worst
    row.
    """
    if seed.shape != (len(rows), len(columns)) or np.any(seed < 0) or np.any(rows < 0) or np.any(columns < 0):
        raise FitError(
            f"fit_margins: seed {seed.shape} for {len(rows)} rows and {len(columns)} columns, expected it not below 0"
        )
    if abs(rows.sum() - columns.sum()) > 1e-9 * columns.sum():
        raise FitError(f"fit_margins: rows sum to {rows.sum():.6g}, columns to {columns.sum():.6g}, expected the same")
    left, right = np.ones(len(rows)), np.ones(len(columns))
    for _ in range(most):
        right = _ratio(columns, (seed * left[:, None]).sum(axis=0))
        reached = left * (seed * right[None, :]).sum(axis=1)
        if np.all(np.abs(reached - rows) <= tolerance * np.maximum(rows, 1e-300)):
            return np.asarray(seed * left[:, None] * right[None, :])
        left *= _ratio(rows, reached)
    worst = int(np.argmax(np.abs(reached - rows) / np.maximum(rows, 1e-300)))
    raise FitError(f"fit_margins: row {worst} reaches {reached[worst]:.6g} of {rows[worst]:.6g} after {most} rounds")


def _ratio(wanted: Float, reached: Float) -> Float:
    """Return wanted over reached, 0 where nothing is wanted."""
    return np.divide(wanted, reached, out=np.zeros_like(wanted), where=(reached > 0) & (wanted > 0))


def round_columns(table: Float, columns: Int) -> Int:
    """Return integers (R, C) near a table whose columns sum exactly to ``columns`` (C,); ties go to the upper row."""
    total = table.sum(axis=0)
    quota = table * np.divide(columns, total, out=np.zeros(len(columns)), where=total > 0)[None, :]
    whole = np.floor(quota).astype(np.int64)
    left = columns - whole.sum(axis=0)
    if np.any(left < 0) or np.any(left > len(table)):
        raise FitError(f"round_columns: column {int(np.argmax(np.abs(left)))} cannot be rounded to its sum")
    order = np.argsort(whole - quota, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(table))[:, None], axis=0)
    return np.asarray(whole + (rank < left[None, :]), np.int64)


def split_columns(columns: Int, weights: NDArray[np.float64]) -> Int:
    """Return integers (n, C) that share each column among weights (n,), by largest remainders, exactly."""
    return round_columns(weights[:, None] * columns[None, :].astype(np.float64), columns)
