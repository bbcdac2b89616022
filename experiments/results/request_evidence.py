"""What requests say of two questions: do dealers chase information, and do they specialise.

**Information chasing** (Pinter, Wang and Zou 2022, Information chasing versus adverse selection, Bank of England Staff
Working Paper 971): clients whose trades are followed by moves in their favour pay less, since dealers learn from them;
under adverse selection they pay more. By client, over its trades by request: what it knew, the mean move of the
security's yield from the close of the day to the next in the direction of its trade, and what it paid, each less the
mean of its security's tenor and age. The slope of the second on the first, weighted by trades: below zero is chasing.
What a client knew is measured with error, which draws the slope towards zero.

**Specialisation**: a dealer's share of the requests it was awarded in each tenor and age, against its share of all, in
two halves of the days. The correlation of the two halves is what lasts; 0 is chance. ``by_security`` says the same of
single securities.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.results.request_summary import described, requests
from experiments.store import read

LEAST_TRADES = 20  # of a client, or of requests for a security in a half, before it counts


def evidence(folder: Path) -> dict[str, float]:
    """Return the measures of a run folder that kept its requests; NaN where it is too short."""
    securities = read(folder, "securities")
    table = described(requests(folder), securities)
    done = table[table["price"].notna() & (table["dv01"] > 0)]
    slope, error, clients = information(done, securities)
    return {
        "chasing: bp paid per bp known": slope,
        "chasing: standard error": error,
        "chasing: clients": clients,
        "specialisation by tenor and age": lasting(done, ["tenor", "age"]),
        "specialisation by security": lasting(done, ["cusip"]),
    }


def information(done: pd.DataFrame, securities: pd.DataFrame) -> tuple[float, float, int]:
    """Return the slope of what clients paid on what they knew, its standard error, and the number of clients."""
    yields = securities.pivot_table(index="date", columns="cusip", values="yield_bp", observed=True)
    moves = (yields.shift(-1) - yields).reset_index().melt("date", value_name="move_bp").dropna().astype({"cusip": str})
    table = done.astype({"cusip": str}).merge(moves, on=["date", "cusip"])
    sign = np.sign(table["face"])
    table = table.assign(
        paid=sign * (table["price"] - table["middle"]) / table["dv01"],
        knew=-sign * table["move_bp"],  # who buys gains when the yield falls
    )
    groups = table.groupby(["tenor", "age"], observed=True)
    table = table.assign(**{name: table[name] - groups[name].transform("mean") for name in ("paid", "knew")})
    by_client = table.groupby("client", observed=True)[["paid", "knew"]].agg(["mean", "size"])
    known = by_client[by_client["paid", "size"] >= LEAST_TRADES]
    if len(known) < 3:
        return np.nan, np.nan, len(known)
    return _slope(known["knew", "mean"], known["paid", "mean"], known["paid", "size"])


def _slope(x: pd.Series, y: pd.Series, weight: pd.Series) -> tuple[float, float, int]:
    """Return the weighted least-squares slope with its heteroskedasticity-robust standard error."""
    w = weight.to_numpy(np.float64) / float(weight.sum())
    a, b = x.to_numpy(np.float64), y.to_numpy(np.float64)
    a, b = a - np.sum(w * a), b - np.sum(w * b)
    spread = float(np.sum(w * a * a))
    slope = float(np.sum(w * a * b)) / spread
    error = float(np.sqrt(np.sum((w * a * (b - slope * a)) ** 2)) / spread)
    return slope, error, len(a)


def lasting(done: pd.DataFrame, by: list[str]) -> float:
    """Return the correlation over dealers and groups of the excess share of awards in two halves of the days."""
    days = np.sort(done["date"].unique())
    halves = done["date"].isin(days[: len(days) // 2])
    first, second = (_excess(part, by) for part in (done[halves], done[~halves]))
    both = pd.concat([first, second], axis=1, keys=["first", "second"]).dropna()
    return float(both["first"].corr(both["second"])) if len(both) > 2 else np.nan


def _excess(part: pd.DataFrame, by: list[str]) -> pd.Series:
    """Return each dealer's share of awards in each group less its share of all (group, dealer)."""
    counts = pd.crosstab([part[name].astype(str) for name in by], part["dealer"].astype(str))
    enough = counts[counts.sum(axis=1) >= LEAST_TRADES]
    share = enough.div(enough.sum(axis=1), axis=0) - counts.sum() / counts.sum().sum()
    return pd.Series(share.stack())
