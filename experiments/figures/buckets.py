"""Maturity buckets of pictures: face by bucket from the tables of a run, on trade date, in billions of dollars."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from market.units import FACE_PER_MUSD

EDGES = (0.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 31.0)  # years
COUPONS = ("to 2", "2 to 3", "3 to 5", "5 to 7", "7 to 10", "10 to 20", "20 to 30")
BILLS = "bills"
NAMES = (BILLS, *COUPONS)
DAYS_PER_YEAR = 365.25
FACE_PER_BN = 1_000 * FACE_PER_MUSD


def of_years(years: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the bucket of each remaining maturity in years; the lower edge belongs to it."""
    return pd.Series(pd.cut(years, EDGES, right=False, labels=COUPONS), index=years.index)


def years_left(maturity: "pd.Series[Any]", date: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return years from a date to maturity, never below zero."""
    days: pd.Series[Any] = (maturity - date).dt.days
    return days.clip(lower=0) / DAYS_PER_YEAR


def positions(run: Any, table: str, rows: Any = None) -> pd.DataFrame:
    """Return date, sector, bucket and billions of face of a table of balances (``opening``, ``balance_sheets``)."""
    frame = run[table]
    face = frame[(frame["unit"] == "face") & (True if rows is None else rows(frame))]
    facts = run["securities"].drop_duplicates("cusip").astype({"cusip": str, "kind": str}).set_index("cusip")
    cusip = face["instrument"].astype(str)
    ends, kinds = pd.to_datetime(cusip.map(facts["maturity"])), cusip.map(facts["kind"])
    bucket = of_years(years_left(ends, face["date"])).astype(object).where(kinds != "bill", BILLS)
    return pd.DataFrame(
        {
            "date": face["date"],
            "sector": face["sector"].astype(str),
            "bucket": pd.Categorical(bucket, NAMES),
            "bn": ((face["amount"] + face["due"] + face["lent"]) / FACE_PER_BN).astype(np.float64),
        }
    )


def by_day(frame: pd.DataFrame, value: str, how: str, names: Sequence[str] = NAMES) -> pd.DataFrame:
    """Return a value by bucket (rows) and date (columns), NaN where nothing is."""
    grouped = frame.groupby(["bucket", "date"], observed=False)[value].agg(how)
    return grouped.unstack("date").reindex(list(names))
