"""What a published regression is here, and least squares with errors that may go together within a day."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from market.units import Float, Int

FEWEST = 20  # observations below which nothing is estimated
FEWEST_CLUSTERS = 10  # below which errors by cluster are far too small, whatever the quantile (Cameron and Miller 2015)


class Estimate(NamedTuple):
    """A coefficient with its standard error, and what the paper found."""

    estimate: str
    coefficient: float
    se: float
    t: float
    low: float
    high: float
    observations: int
    clusters: int  # days by which errors go together; 0 where each observation stands alone
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
    """Coefficients, standard errors and intervals by name, R squared, observations, clusters."""

    terms: dict[str, tuple[float, ...]]  # coefficient, se, t, low, high
    r_squared: float
    observations: int
    clusters: int

    def estimate(self, term: str, label: str, unit: str, published: str) -> Estimate:
        """Return one coefficient as a row."""
        coefficient, se, t, low, high = self.terms[term]
        numbers = (self.observations, self.clusters, self.r_squared)
        return Estimate(label, coefficient, se, t, low, high, *numbers, unit, published)


def least_squares(y: Float, columns: dict[str, Float], cluster: Int | None = None) -> Fitted | None:
    """Fit y (N,) on a constant and named columns (N,); errors robust to heteroscedasticity, or clustered.

    Intervals are Student's: of N less the columns, or of the number of clusters less one. None where fewer than
    ``FEWEST`` observations, or ``FEWEST_CLUSTERS`` clusters, are finite or a column does not vary.
    """
    import statsmodels.api as sm

    x = np.column_stack([np.ones(len(y)), *columns.values()])
    known = np.isfinite(y) & np.isfinite(x).all(axis=1)
    y, x = y[known], x[known]
    groups = None if cluster is None else cluster[known]
    number = 0 if groups is None else len(np.unique(groups))
    if len(y) < FEWEST or np.linalg.matrix_rank(x) < x.shape[1] or (groups is not None and number < FEWEST_CLUSTERS):
        return None
    how: dict[str, Any] = {"cov_type": "HC1"}
    if groups is not None:
        how = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    found = sm.OLS(y, x).fit(**how, use_t=True)
    ranges = found.conf_int()
    terms = {
        name: (float(found.params[at]), float(found.bse[at]), float(found.tvalues[at]), *map(float, ranges[at]))
        for at, name in enumerate(columns, start=1)
    }
    return Fitted(terms, float(found.rsquared), len(y), number)
