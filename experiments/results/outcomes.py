"""Outcomes: numbers made of the tables of a run, by pure functions.

    mean        of the days of the window that have a value
    last        the last value of the window
    peak        the largest value of the window
    area        the sum over the window of value less the value of its first day: what a shock costs, in unit x days
    half-life   business days from the peak of the distance to the first day until half of it is gone, or NaN

Groups are the nominal coupon securities of a bucket, on or off the run: yield (mean), roughness (root mean squared
residual to the fitted curve), spread (of firm two-sided quotes at the close, in bp of price: few old issues have them),
paid (effective spread of trades, weighted by face), turnover (sum), rounds without a firm quote (mean). A bucket is by
calendar years to maturity on the day; the lists of operations, which go by months from settlement, differ by a few
days. Listed, and not, are those of ``listed_groups``: without a bucket their values are means over the buckets that
have both on the day, so that their difference is within buckets. Differences in differences are a group less another,
by day. Auctions are those of ``auction_days``, on the days that have any.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.experiment import GROUP_COLUMNS, Experiment, Group, Outcome
from experiments.results.auction_days import of_auctions
from experiments.results.listed_groups import by_list
from experiments.store import read
from market.auctions.buyback import BUCKETS

ALL = "all"
DAYS_A_MONTH = 365.25 / 12
NOMINAL = ("note", "bond")
KEYS = ["date", "bucket", "issues"]


def by_group(securities: pd.DataFrame) -> pd.DataFrame:
    """Return ``GROUP_COLUMNS`` by date, bucket and issues, from the table of securities; "all" stands for any."""
    alive = _alive(securities)
    by_issues = pd.concat([alive, alive.assign(issues=ALL)])
    plain = _grouped(pd.concat([by_issues, by_issues.assign(bucket=ALL)]))
    return pd.concat([plain, over_buckets(_grouped(by_list(alive)))]).sort_values(KEYS, ignore_index=True)


def _grouped(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``GROUP_COLUMNS`` of securities by date, bucket and issues."""
    face = rows["spread_face"].where(rows["paid_bp"].notna(), 0)
    squared = rows.assign(roughness_bp=rows["residual_bp"] ** 2, cost=(rows["paid_bp"] * face).fillna(0.0), face=face)
    means = squared.groupby(KEYS, observed=True)[["yield_bp", "roughness_bp", "spread_bp", "unquoted_share"]].mean()
    means["roughness_bp"] = np.sqrt(means["roughness_bp"])
    sums = squared.groupby(KEYS, observed=True)[["turnover_musd", "cost", "face"]].sum()
    means["turnover_musd"], means["paid_bp"] = (
        sums["turnover_musd"],
        sums["cost"] / sums["face"].where(sums["face"] > 0),
    )
    return means[list(GROUP_COLUMNS)].reset_index()


def over_buckets(groups: pd.DataFrame) -> pd.DataFrame:
    """Return groups and, as those of any bucket, their means by date over the buckets that have all of them."""
    both = groups.groupby(["date", "bucket"])["issues"].transform("size") == 2
    means = groups[both].groupby(["date", "issues"])[list(GROUP_COLUMNS)].mean().reset_index()
    return pd.concat([groups, means.assign(bucket=ALL)])


def _alive(securities: pd.DataFrame) -> pd.DataFrame:
    """Return the notes and bonds of each day that are in a bucket, with bucket, issues and spread."""
    kept = securities["kind"].isin(NOMINAL) & (securities["outstanding_musd"] > 0)
    alive = securities[kept].astype({"cusip": str})
    months = ((alive["maturity"] - alive["date"]).dt.days / DAYS_A_MONTH).to_numpy(np.float64)
    alive["bucket"] = ""
    for name, (kinds, low, high) in BUCKETS.items():
        if kinds is BUCKETS["2Y to 3Y"][0]:
            alive.loc[(months >= low) & (months < high), "bucket"] = name
    alive["issues"] = np.where(alive["on_the_run"], "on-the-run", "off-the-run")
    alive["paid_bp"] = alive["spread_bp"]
    alive["spread_bp"] = (alive["ask"] - alive["bid"]) / (alive["ask"] + alive["bid"]) * 2e4
    return alive[alive["bucket"] != ""]


class Stored(dict[str, pd.DataFrame]):
    """The tables of a run of a sweep by name, each read from its folder when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, table: str) -> pd.DataFrame:
        """Read a table."""
        return self.setdefault(table, read(self.folder, table))


def series(tables: Mapping[str, pd.DataFrame], outcome: Outcome) -> "pd.Series[float]":
    """Return the daily series of an outcome by business day of the run, from 1."""
    daily = tables["daily"]
    dates = pd.Index(daily["date"])
    if outcome.auctions is not None:
        values = of_auctions(tables["auctions"], outcome.auctions, outcome.column).reindex(dates)
    elif outcome.group is None:
        values = daily.set_index("date")[outcome.column].astype(float)
    else:
        values = _of_group(tables["groups"], outcome.group, outcome.column).reindex(dates)
        if outcome.less is not None:
            values = values - _of_group(tables["groups"], outcome.less, outcome.column).reindex(dates)
    return pd.Series(values.to_numpy(np.float64), pd.RangeIndex(1, len(dates) + 1, name="day"))


def _of_group(groups: pd.DataFrame, group: Group, column: str) -> "pd.Series[float]":
    """Return a column of a group by date."""
    mine = (groups["bucket"] == (group.bucket or ALL)) & (groups["issues"] == group.issues)
    return groups[mine].set_index("date")[column]


def value(path: "pd.Series[float]", outcome: Outcome) -> float:
    """Return the number of an outcome from its daily series; NaN where there is none."""
    window = path.loc[outcome.from_day : outcome.to_day].dropna().to_numpy(np.float64)
    return STATISTICS[outcome.statistic](window) if len(window) else float("nan")


def half_life(window: np.ndarray) -> float:
    """Return the days from the largest distance to the first value until half of it is gone."""
    distance = np.abs(window - window[0])
    top = int(np.argmax(distance))
    below = np.flatnonzero(distance[top:] <= distance[top] / 2)
    return float(below[0]) if distance[top] > 0 and len(below) else float("nan")


STATISTICS = {
    "mean": lambda window: float(np.mean(window)),
    "last": lambda window: float(window[-1]),
    "peak": lambda window: float(np.max(window)),
    "area": lambda window: float(np.sum(window - window[0])),
    "half-life": half_life,
}


def of_run(tables: Mapping[str, pd.DataFrame], question: Experiment) -> dict[str, float]:
    """Return every outcome of a run by name."""
    return {outcome.name: value(series(tables, outcome), outcome) for outcome in question.outcomes}
