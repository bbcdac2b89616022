"""Securities that a published list of a buyback operation names, day by day, beside others of its bucket.

From the day of an operation to five business days after it (``event_windows``) ``listed`` are the nominal coupons on
its list, by the bucket of the operation, and ``not-listed`` the off-the-run ones of that bucket that no such list
names and that mature between the first and the last of those it does: without that bound notes of two months stood
beside a list of one to two years. Dates and lists are the published ones whatever an arm holds, shifts or redraws, so
that in every arm, one without a programme included, the same securities are compared on the same days. Lists of 2025
are not published: no day of it has either group.
"""

import numpy as np
import pandas as pd

from experiments.inputs.buyback_calendar import buybacks
from experiments.results.event_windows import CLOSES

LISTED, NOT_LISTED = "listed", "not-listed"


def by_list(alive: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of notes and bonds by date, bucket and issues that are listed or not, ``issues`` saying which."""
    named = _on_lists(alive["date"])
    mine = alive.drop(columns="bucket").merge(named, on=["date", "cusip"])
    bounds = mine.groupby(["date", "bucket"])["maturity"].agg(["min", "max"]).reset_index()
    others = alive[alive["issues"] == "off-the-run"].merge(bounds, on=["date", "bucket"])
    on_one = pd.MultiIndex.from_frame(others[["date", "cusip"]]).isin(
        pd.MultiIndex.from_frame(named[["date", "cusip"]])
    )
    beside = others[~on_one & others["maturity"].between(others["min"], others["max"])]
    return pd.concat([mine.assign(issues=LISTED), beside.assign(issues=NOT_LISTED)])[list(alive.columns)]


def _on_lists(dates: "pd.Series[pd.Timestamp]") -> pd.DataFrame:
    """Return date, bucket and CUSIP of what is listed on each of the business days that there are."""
    index = pd.DatetimeIndex(np.sort(dates.unique()))
    days = index.to_numpy("datetime64[D]").astype(np.int64)
    frames = []
    for operation in buybacks(int(days[0]), int(days[-1])) if len(days) else ():
        place = int(np.searchsorted(days, operation.operation_day))
        if operation.eligible and not operation.tips and days[place] == operation.operation_day:
            near = index[place : place + CLOSES["after_bp"] + 1]
            pairs = pd.MultiIndex.from_product([near, operation.eligible], names=["date", "cusip"])
            frames.append(pairs.to_frame(index=False).assign(bucket=operation.bucket))
    none = pd.DataFrame({"date": index[:0], "cusip": [], "bucket": []}, dtype=object).astype({"date": index.dtype})
    return pd.concat(frames).drop_duplicates() if frames else none
