"""What a published regression is here, and least squares with errors that may go together within a day."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from market.units import Float, Int

FEWEST = 20  # observations below which nothing is estimated


class Estimate(NamedTuple):
    """A coefficient with its standard error, and what the paper found."""

    estimate: str
    coefficient: float
    se: float
    t: float
    low: float
    high: float
    observations: int
    r_squared: float
    unit: str
    published: str


class Paper(NamedTuple):
    """A published regression."""

    name: str
    citation: str
    question: str
    needs: tuple[str, ...]
    hint: str  # how a run gets the tables it needs
    rows: Callable[[Any], Iterator[Estimate]]


class Fitted(NamedTuple):
    """Coefficients, standard errors and intervals by name, R squared, observations."""

    terms: dict[str, tuple[float, ...]]  # coefficient, se, t, low, high
    r_squared: float
    observations: int

    def estimate(self, term: str, label: str, unit: str, published: str) -> Estimate:
        """Return one coefficient as a row."""
        coefficient, se, t, low, high = self.terms[term]
        return Estimate(label, coefficient, se, t, low, high, self.observations, self.r_squared, unit, published)


def least_squares(y: Float, columns: dict[str, Float], cluster: Int | None = None) -> Fitted | None:
    """Fit y (N,) on a constant and named columns (N,); errors robust to heteroscedasticity, or clustered.

    None where fewer than ``FEWEST`` observations are finite or a column does not vary.
    """
    import statsmodels.api as sm

    x = np.column_stack([np.ones(len(y)), *columns.values()])
    known = np.isfinite(y) & np.isfinite(x).all(axis=1)
    y, x = y[known], x[known]
    if len(y) < FEWEST or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    how: dict[str, Any] = {"cov_type": "HC1"}
    if cluster is not None:
        how = {"cov_type": "cluster", "cov_kwds": {"groups": cluster[known]}}
    found = sm.OLS(y, x).fit(**how)
    ranges = found.conf_int()
    terms = {
        name: (float(found.params[at]), float(found.bse[at]), float(found.tvalues[at]), *map(float, ranges[at]))
        for at, name in enumerate(columns, start=1)
    }
    return Fitted(terms, float(found.rsquared), len(y))
