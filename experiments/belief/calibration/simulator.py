"""The model as a function, for this calibration and for any other: ``simulate(theta, seed) -> moments``.

    from experiments.belief.calibration.simulator import simulate
    simulate({"dealers' hedge": 0.7}, seed=3)["persistence of dealers' net"]

Moments are those of ``experiments.belief.validation_rows.SCORED``, by name, measured from 29 May 2024 over so many
business days; NaN where the run is too short for one. The default ends with September: what comes later judges. A point
of the design is a pure function of (theta, seed, days, scenario), so that it is made once, anywhere.
"""

import numpy as np

from experiments.belief.calibration.parameters import Theta, with_values
from experiments.belief.panel import NEEDED, simulated
from experiments.belief.validate import moments
from experiments.belief.validation_rows import SCORED
from experiments.run import simulate as run
from experiments.scenario import load
from experiments.sweeps.branching import forget
from market.tables.record import Record

DAYS = 87  # business days from 29 May to 30 September 2024


def simulate(theta: Theta, seed: int, days: int = DAYS, scenario: str = "baseline") -> dict[str, float]:
    """Return the moments of a run by name; UserError for a parameter that is unknown or out of its bounds."""
    record = Record()
    market = run(with_values(load(scenario), theta), seed, days, record)
    try:
        found = moments(simulated({name: record.to_pandas(name) for name in NEEDED}), SCORED)
    finally:
        forget(market)
    return {row.name: float(value) for row, value in zip(SCORED, np.asarray(found), strict=True)}
