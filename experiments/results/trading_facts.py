"""How order flow, prices and volume go together in a run, beside what the literature finds, each at its interval.

    impact            slope of the change of the last price in the books, 1/32, on the net face that aggressors bought
                      there, $100 m, by round, of the issue on the run
    R2 of order flow  of the same regression
    ..., all issues   R2 of the change to the last price of the round after on the net faces bought in a round of each
                      issue on the run: those who know choose among issues, and who reads looks at all
    s.d. of order flow    of that net face
    ..., quotes after the same of the change to the last price of the round after: quotes stand through a round and
                      are stated anew when it is over, so what flow tells is in the prices of the next
    return            autocorrelation of that change from round to round within a day
    sign              autocorrelation of the side of successive trades in the books that had an aggressor
    volume            correlation of a day's volume in notes and bonds with the size of its change of the 10-year
    change            autocorrelation of daily changes of the 10-year, and of their size

Rounds in which a book did not trade keep its last price of the day; nothing goes over a night. The papers' intervals
are not the model's, whose shortest is a round: impact and its R2 grow with the interval, autocorrelations shrink. The
ranges are literature, from memory unless said, and no targets. Rows by round and trade need a run that kept trades.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.belief.estimators import FEWEST, correlation, persistence, persistence_of_size
from experiments.results.venue_summary import AGES, described
from market.units import FACE_PER_MUSD, POINT_E8, Float

TENORS = ("2", "5", "10", "30")
THIRTY_SECONDS = 32.0  # in a point
OPEN_HOURS = 9.0
IMPACT = {"2": "0.3 to 0.5", "5": "1 to 1.5", "10": "1.5 to 3", "30": ""}
IMPACT_SOURCE = "Adrian, Fleming and Vogt (2017); from memory, low to medium confidence"
FLOW_SOURCE = "Fleming (2003), 2-year, 5 minutes"


class Fact(NamedTuple):
    """One row: what, of what, over which interval, in the model and in the literature."""

    fact: str
    of: str
    interval: str
    model: float
    observations: int
    unit: str
    literature: str
    source: str


def facts(run: Any) -> pd.DataFrame:
    """Return the facts of a run (tables by name); rows that need trades are there if it kept them."""
    rows = list(daily_facts(run["daily"], run["securities"]))
    if len(run["trades"]):
        rounds = int(run.scenario["run"]["rounds"])
        rows += book_facts(run["trades"], run["securities"], rounds)
    return pd.DataFrame(rows, columns=list(Fact._fields))


def daily_facts(daily: pd.DataFrame, securities: pd.DataFrame) -> Iterator[Fact]:
    """Yield what days tell."""
    change = np.diff(daily["yield_10y_bp"].to_numpy(np.float64))
    coupons = securities[securities["kind"].astype(str).isin(["note", "bond"])]
    volume = coupons.groupby("date", observed=True)["turnover_musd"].sum().reindex(daily["date"]).to_numpy(np.float64)
    n, known = len(change), len(change) >= FEWEST
    pairs = np.column_stack([volume[1:], np.abs(change)])
    of, both = "10-year", "notes and bonds, 10-year"
    yield Fact(
        "volume and volatility", both, "day", _if(known, correlation, pairs), n, "", "0.4 to 0.7", "Fleming 2003"
    )
    low = "below 0.06 in size"
    yield Fact("autocorrelation of change", of, "day", _if(known, persistence, change), n, "", low, "from memory")
    sized = _if(known, persistence_of_size, change)
    yield Fact("autocorrelation of |change|", of, "day", sized, n, "", "0.1 to 0.25", "from memory")


def _if(known: bool, estimator: Any, series: Float) -> float:
    return estimator(series) if known else float("nan")


def book_facts(trades: pd.DataFrame, securities: pd.DataFrame, rounds: int) -> Iterator[Fact]:
    """Yield what rounds and trades in the books of on-the-run issues tell."""
    booked = in_books(trades, securities)
    interval = f"round, {60 * OPEN_HOURS / rounds:.0f} minutes"
    for tenor in TENORS:
        mine, of = booked[booked["tenor"] == tenor], f"{tenor}-year on the run"
        change, flow, back, after = by_round(mine, rounds)
        known = "above 0.3" if tenor == "2" else ""
        for when, moved, bought in (("", change, flow), (", quotes after", after[:, 0], after[:, 1])):
            slope, fit = impact(moved, bought)
            n, source = len(moved), FLOW_SOURCE if known else ""
            yield Fact(f"impact of $100 m{when}", of, interval, slope, n, "1/32", IMPACT[tenor], IMPACT_SOURCE)
            yield Fact(f"R2 of order flow{when}", of, interval, fit, n, "", known, source)
        fit, n = explained(*before_and_after(booked, tenor, rounds))
        yield Fact("R2 of order flow, all issues", of, interval, fit, n, "", "", "")
        spread = float(flow.std()) if len(flow) >= FEWEST else float("nan")
        yield Fact("s.d. of order flow", of, interval, spread, len(flow), "$100 m", "", "")
        again = _if(len(back) >= FEWEST, correlation, back)
        yield Fact("autocorrelation of return", of, interval, again, len(back), "", "-0.10 to -0.02", "1 minute")
        signs = mine["aggressor"].to_numpy(np.float64)
        pairs = np.column_stack([signs[1:], signs[:-1]])[(mine["date"].to_numpy()[1:] == mine["date"].to_numpy()[:-1])]
        follows = _if(len(pairs) >= FEWEST, correlation, pairs)
        yield Fact("autocorrelation of side", of, "trade", follows, len(pairs), "", "above 0.2", "from memory")


def in_books(trades: pd.DataFrame, securities: pd.DataFrame) -> pd.DataFrame:
    """Return trades in books that had an aggressor, in on-the-run notes and bonds, with the tenor, in order."""
    new = described(securities)
    new = new.loc[new["age"] == AGES[0], ["date", "cusip", "tenor"]].astype({"cusip": str})
    mine = trades[(trades["venue"].astype(str) == "book") & (trades["aggressor"] != 0)].astype({"cusip": str})
    found = mine.merge(new, on=["date", "cusip"], how="inner")
    return found.assign(tenor=found["tenor"].str[3:].str.lstrip("0"))


def by_round(trades: pd.DataFrame, rounds: int) -> tuple[Float, Float, Float, Float]:
    """Return changes of the last price, 1/32 (N,), net face bought, $100 m (N,), pairs of successive changes, and pairs
    of a change and what was bought in the round before it."""
    changes, flows, pairs, afters = [np.zeros(0)], [np.zeros(0)], [np.zeros((0, 2))], [np.zeros((0, 2))]
    for _, day in trades.groupby(["date", "cusip"], observed=True):
        price, flow = np.full(rounds, np.nan), np.zeros(rounds)
        at = day["round"].to_numpy(np.int64)
        price[at] = day["price_e8"].to_numpy(np.float64) / POINT_E8 * THIRTY_SECONDS  # the last one of a round stays
        signed = day["aggressor"].to_numpy(np.float64) * day["face"].to_numpy(np.float64)
        np.add.at(flow, at, signed / (100.0 * FACE_PER_MUSD))
        change = np.diff(pd.Series(price).ffill().to_numpy())
        known = np.isfinite(change)
        changes.append(change[known])
        flows.append(flow[1:][known])
        follows = np.column_stack([change[1:], change[:-1]])
        pairs.append(follows[np.isfinite(follows).all(axis=1)])
        afters.append(np.column_stack([change, flow[:-1]])[known])
    return np.concatenate(changes), np.concatenate(flows), np.concatenate(pairs), np.concatenate(afters)


def impact(change: Float, flow: Float) -> tuple[float, float]:
    """Return the slope of a change on a flow, and the share of its variance explained; NaN where too few."""
    if len(change) < FEWEST or not flow.std() > 0 or not change.std() > 0:
        return float("nan"), float("nan")
    related = correlation(np.column_stack([change, flow]))
    return related * float(change.std() / flow.std()), related**2


def before_and_after(booked: pd.DataFrame, tenor: str, rounds: int) -> tuple[Float, Float]:
    """Return changes of the last price of a tenor, 1/32 (N,), and the net faces of all bought a round before (N, K)."""
    signed = booked["aggressor"].astype(float) * booked["face"] / (100.0 * FACE_PER_MUSD)
    bought = signed.groupby([booked["date"], booked["round"], booked["tenor"]], observed=True).sum().unstack("tenor")
    mine = booked[booked["tenor"] == tenor]
    last = mine.groupby(["date", "cusip", "round"], observed=True)["price_e8"].last() / POINT_E8 * THIRTY_SECONDS
    wide = last.unstack("round").reindex(columns=range(rounds)).ffill(axis=1).droplevel("cusip")
    change = wide.diff(axis=1).stack().dropna()
    before = pd.MultiIndex.from_arrays([change.index.get_level_values(0), change.index.get_level_values(1) - 1])
    return change.to_numpy(np.float64), bought.reindex(before).fillna(0.0).to_numpy(np.float64)


def explained(change: Float, flows: Float) -> tuple[float, int]:
    """Return the share of the variance of changes (N,) that flows (N, K) explain by least squares, and N."""
    n = len(change)
    if n < FEWEST + flows.shape[1] or not change.std() > 0:
        return float("nan"), n
    regressors = np.column_stack([np.ones(n), flows])
    rest = change - regressors @ np.linalg.lstsq(regressors, change, rcond=None)[0]
    return 1.0 - float(rest.var() / change.var()), n
