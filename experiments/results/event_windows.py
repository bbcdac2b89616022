"""Windows of the operations that were announced in truth, whatever an arm does: yields of the listed securities.

One row for each operation with a published list inside a run, and each half of its list as the lot of the run's seed
divides it (``market.auctions.drawn_lists``): ``drawn`` is what an arm with ``lists = "half-drawn"`` buys from,
``others`` what it leaves out. Yields in bp are means at the close of the day before, of the day, and five business days
after; NaN where the run has no such day. Dates and lists are the published ones even in an arm that shifts or redraws
them, so that every arm is judged on the truth.
"""

import numpy as np
import pandas as pd

from experiments.inputs.buyback_calendar import buybacks
from market.auctions.drawn_lists import drawn_half
from market.draws.streams import Streams
from market.units import Float

DRAWN, OTHERS = "drawn", "others"
CLOSES = {"before_bp": -1, "on_bp": 0, "after_bp": 5}  # business days from the operation
COLUMNS = ["date", "bucket", "part", "securities", *CLOSES]


def by_operation(securities: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the windows of a run from its table of securities."""
    wide = securities.pivot(index="date", columns="cusip", values="yield_bp")
    days = wide.index.to_numpy("datetime64[D]").astype(np.int64)
    streams, rows = Streams(seed), []
    for operation in buybacks(int(days[0]), int(days[-1])) if len(days) else ():
        listed = sorted(set(operation.eligible or ()) & set(wide.columns))
        if not listed or operation.operation_day not in days:
            continue
        place = int(np.searchsorted(days, operation.operation_day))
        lot = drawn_half(streams, listed, operation.operation_day)
        for part, chosen in ((DRAWN, lot), (OTHERS, ~lot)):
            cusips = [cusip for cusip, mine in zip(listed, chosen, strict=True) if mine]
            closes = _closes(wide[cusips].to_numpy(np.float64), place)
            rows.append((wide.index[place], operation.bucket, part, len(cusips), *closes))
    return pd.DataFrame(rows, columns=COLUMNS)


def _closes(yields: Float, place: int) -> list[float]:
    """Return the mean yields (D, S) of the window's days, of what has a yield on each that there is."""
    inside = [place + offset for offset in CLOSES.values() if 0 <= place + offset < len(yields)]
    known = np.isfinite(yields[inside]).all(axis=0)
    means = {day: float(yields[day, known].mean()) if known.any() else float("nan") for day in inside}
    return [means.get(place + offset, float("nan")) for offset in CLOSES.values()]
