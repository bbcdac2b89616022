"""Compiled least squares for curves: sums in the order of the securities, so that no library changes the bits.

Legend: a row is one security, its regressors and its yield in the last column, all times the root of its weight; x
and z are maturity over the two taus; ``upper`` holds the triangle that the columns leave, and is scratch.
"""

from math import exp, expm1, log, sqrt

import numpy as np

from market.kernels import inlined, kernel
from market.units import Float

GRID_EARLY, GRID_LATE = 9, 9
TAU_EARLY = (0.3, 8.0)  # years
TAU_LATE = (1.0, 30.0)
APART = log(1.5)  # the second tau is at least half as long again as the first
FIRST_STEP, LAST_STEP = 0.2, 0.002  # of the logarithms of the taus
WORTH = 1 - 1e-5  # a step that gains less is not taken: it would only creep along a valley
COLLINEAR = 1e-9


@kernel
def least_squares(rows: Float, upper: Float, beta: Float) -> float:
    """Solve least squares by modified Gram-Schmidt on the rows; return the sum of squares left.

    Overwrites the rows (n, k + 1) and ``upper`` (k, k + 1). A column that those before it explain gets coefficient 0.
    """
    n, k = rows.shape[0], beta.size
    for j in range(k):
        before = 0.0
        for i in range(n):
            before += rows[i, j] * rows[i, j]
        upper[j, j] = sqrt(before)
    for j in range(k):
        norm = 0.0
        for i in range(n):
            norm += rows[i, j] * rows[i, j]
        norm = sqrt(norm)
        if norm <= COLLINEAR * upper[j, j] or norm == 0.0:
            upper[j, j] = 0.0
            for i in range(n):
                rows[i, j] = 0.0
            continue
        upper[j, j] = norm
        for i in range(n):
            rows[i, j] /= norm
        for m in range(j + 1, k + 1):
            along = 0.0
            for i in range(n):
                along += rows[i, j] * rows[i, m]
            upper[j, m] = along
            for i in range(n):
                rows[i, m] -= along * rows[i, j]
    for j in range(k - 1, -1, -1):
        rest = upper[j, k]
        for m in range(j + 1, k):
            rest -= upper[j, m] * beta[m]
        beta[j] = rest / upper[j, j] if upper[j, j] > 0.0 else 0.0
    left = 0.0
    for i in range(n):
        left += rows[i, k] * rows[i, k]
    return left


@inlined
def svensson_rows(years: Float, yield_bp: Float, root: Float, early: float, late: float, rows: Float) -> None:
    """Write the rows of Svensson's loadings at logarithms of the taus."""
    tau1, tau2 = exp(early), exp(late)
    for i in range(years.size):
        x, z = years[i] / tau1, years[i] / tau2
        b = -expm1(-x) / x
        rows[i, 0] = root[i]
        rows[i, 1] = root[i] * b
        rows[i, 2] = root[i] * (b - exp(-x))
        rows[i, 3] = root[i] * (-expm1(-z) / z - exp(-z))
        rows[i, 4] = root[i] * yield_bp[i]


@kernel
def svensson_error(
    years: Float,
    yield_bp: Float,
    root: Float,
    early: float,
    late: float,
    rows: Float,
    upper: Float,
    beta: Float,
) -> float:
    """Return the sum of squares at logarithms of the taus; infinite outside their bounds."""
    inside = log(TAU_EARLY[0]) <= early <= log(TAU_EARLY[1]) and log(TAU_LATE[0]) <= late <= log(TAU_LATE[1])
    if not inside or late - early < APART:
        return np.inf
    svensson_rows(years, yield_bp, root, early, late, rows)
    return float(least_squares(rows, upper, beta))


@kernel
def fit_svensson(
    years: Float, yield_bp: Float, root: Float, rows: Float, upper: Float, beta: Float, tau: Float
) -> float:
    """Fit four betas at the best taus: a grid, then compass search by halving steps; return the sum of squares."""
    best, at1, at2 = np.inf, 0.0, 0.0
    for g in range(GRID_EARLY):
        for h in range(GRID_LATE):
            early = log(TAU_EARLY[0]) + (g + 0.5) / GRID_EARLY * log(TAU_EARLY[1] / TAU_EARLY[0])
            late = log(TAU_LATE[0]) + (h + 0.5) / GRID_LATE * log(TAU_LATE[1] / TAU_LATE[0])
            error = svensson_error(years, yield_bp, root, early, late, rows, upper, beta)
            if error < best:
                best, at1, at2 = error, early, late
    step = FIRST_STEP
    while step > LAST_STEP:
        moved = False
        for way in range(4):
            early = at1 + (step if way == 0 else -step if way == 1 else 0.0)
            late = at2 + (step if way == 2 else -step if way == 3 else 0.0)
            error = svensson_error(years, yield_bp, root, early, late, rows, upper, beta)
            if error < best * WORTH:
                best, at1, at2, moved = error, early, late, True
        if not moved:
            step *= 0.5
    tau[0], tau[1] = exp(at1), exp(at2)
    return float(svensson_error(years, yield_bp, root, at1, at2, rows, upper, beta))
