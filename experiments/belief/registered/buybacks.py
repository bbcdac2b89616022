"""Which of the listed securities a buyback takes: how many, how unevenly, of what maturity and coupon, again or not.

One value an operation, NaN left out. Rank correlations are Spearman's over all listed securities, those not bought
with zero; they have no value where all faces are equal. Lists are the published ones on both sides.
"""

from typing import Any

import numpy as np
import pandas as pd

from experiments.belief.estimators import correlation
from experiments.belief.panel import Panel, no_buybacks, no_offers, no_securities, span
from experiments.belief.replay_judgement import KEY, securities
from experiments.belief.replay_judgement import buybacks as operations
from experiments.start.issuance import static_facts
from market.units import Float

FACTS = {"bought back against maturity": "maturity_day", "bought back against coupon": "coupon_e3"}
AGAIN = "bought back against last time"


def published(last: int) -> Panel:
    """Return the published series to a last day (a day number)."""
    none = span(last) | {"buybacks": no_buybacks(), "offers": no_offers(), "securities": no_securities()}
    return _series(securities(none), operations(none), "published")


def simulated(run: Any) -> Panel:
    """Return the series of a run."""
    return _series(securities(run), operations(run), "model")


def _series(listed: pd.DataFrame, held: pd.DataFrame, whose: str) -> Panel:
    """Return the series from listed securities and operations, in order of time."""
    facts = static_facts().set_index("cusip")[list(FACTS.values())]
    listed = listed.assign(face=listed[f"face_{whose}"]).join(facts, on="cusip")
    listed = listed.assign(before=_before(listed))
    groups = [group for _, group in listed.groupby(KEY)]
    bought = [group["face"] for group in groups if group["face"].sum() > 0]
    ratios = held[[f"offered_{whose}", f"accepted_{whose}"]].div(held["maximum"], axis=0).dropna()
    return {
        "share of listed securities bought back": np.array([100 * (group["face"] > 0).mean() for group in groups]),
        "largest security in a buyback": np.array([100 * face.max() / face.sum() for face in bought]),
        **{name: _ranks(groups, column) for name, column in FACTS.items()},
        AGAIN: _ranks([group for group in groups if group["before"].notna().all()], "before"),
        "correlation of fill and offers": ratios.to_numpy(np.float64),
    }


def _before(listed: pd.DataFrame) -> pd.Series:
    """Return the face bought of each security in its bucket's operation before; NaN in a first one, 0 if not listed."""
    days = listed[KEY].drop_duplicates().sort_values("day", kind="stable")
    days = days.assign(last=days.groupby("bucket")["day"].shift())
    last = listed[KEY].merge(days, on=KEY, how="left")["last"].to_numpy(np.float64)
    faces = listed.set_index(["bucket", "cusip", "day"])["face"]
    keys = pd.MultiIndex.from_arrays([listed["bucket"], listed["cusip"], np.nan_to_num(last, nan=-1).astype(np.int64)])
    return pd.Series(np.where(np.isnan(last), np.nan, faces.reindex(keys).fillna(0.0)), listed.index)


def _ranks(groups: list[pd.DataFrame], column: str) -> Float:
    """Return the rank correlation of face bought with a column, an operation each, those without one left out."""
    found = [correlation(group[["face", column]].rank().to_numpy(np.float64)) for group in groups]
    return np.array([value for value in found if np.isfinite(value)], np.float64)
