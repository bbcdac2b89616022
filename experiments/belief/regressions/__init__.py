"""Published regressions on the tables of a run: a paper's estimator meets the model's panel as it met the data.

    from experiments.belief.regressions import PAPERS, fit
    fit("brandt-kavajecz", RunTables(folder))

A paper is a ``Paper``: what it asks, which tables it reads, and ``rows(run)``, which yields one ``Estimate`` per
coefficient. Add one by writing its file and naming it in ``PAPERS``. Regressions are those of ``statsmodels`` (extra
``research``). What a paper found stands beside as text, with its place and time: a coefficient of 2009 is no target for
2024, its sign and its order are what can be compared.
"""

from typing import Any

import pandas as pd

from experiments.belief.regressions.brandt_kavajecz import BRANDT_KAVAJECZ
from experiments.belief.regressions.damico_king import DAMICO_KING
from experiments.belief.regressions.paper import Paper
from experiments.errors import UserError, nearest

PAPERS: dict[str, Paper] = {paper.name: paper for paper in (BRANDT_KAVAJECZ, DAMICO_KING)}


def fit(name: str, run: Any) -> pd.DataFrame:
    """Return the table of a paper's estimates on a run (tables by name); UserError for an unknown paper or no table.

    Columns: estimate, coefficient, se, t, low and high (95 %), observations, clusters, r_squared, unit, published.
    """
    if name not in PAPERS:
        raise UserError(f"no paper {name!r}: expected one of {', '.join(PAPERS)}{nearest(name, PAPERS)}")
    paper = PAPERS[name]
    for table in paper.needs:
        if run[table].empty:
            raise UserError(f"{name} needs the table {table!r}, which the run does not have: {paper.hint}")
    return pd.DataFrame([estimate._asdict() for estimate in paper.rows(run)])
