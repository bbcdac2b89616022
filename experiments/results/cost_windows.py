"""What buybacks do before anything is bought, and after: windows around each operation, beside a run without them.

    start   the close ahead of the announcement of an operation: levels
    before  the change from there to the eve, the close ahead of the operation
    after   the change from the eve to AFTER_DAYS business days later, or the last day

Of the securities on the operation's list, in both runs: the measures of ``cost_panel``. The list is public only from
the announcement on: what a dealer or a fund does for knowing the programme's rule and calendar is in the difference of
the levels at the start. Later starts have in them what earlier operations did, though: the **ex-ante** effect is read
from the operations of whose list nothing had been bought yet (``UNTOUCHED``; of other lists something may have been).
Who looks ahead is switched: dealers and relative-value funds by ``buyback_reliance`` (``agents.buyback_outlook``),
yields by ``policy.buybacks.announced`` (``agents.supply_outlook``). Both are off by default: then what differs at an
untouched start is what was bought of other lists, and chance.
**Moral hazard** is measured as what dealers hold of the listed more than in the other run on the eve of the operation:
bonds gathered, or not sold, because somebody will buy them; it is no judgement of what is too much.

A standing facility has no operations: ``cost_days`` holds its whole list beside the other run day by day, and gives the
same columns. Each row is of the operations that are known at all three closes in both runs, so that rows of a measure
may be added; how many they were stands beside it. A mean over operations of one pair of runs is one draw.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.check import RunTables
from experiments.results.cost_days import EVE, MORAL_HAZARD, START, standing_levels, stands
from experiments.results.cost_panel import HOLDINGS, LISTED, UNITS, Panel
from market.units import Bool, Float

AFTER_DAYS = 5
UNTOUCHED, BEFORE, AFTER = "untouched", "before", "after"
COLUMNS = ("run", "without", "difference")
NUMBER = "number"  # the last column: of how many operations, or days, the row is


class Window(NamedTuple):
    """Places of closes: ahead of the announcement, ahead of the operation, and after it; the list (CUSIPs); whether
    nothing of it was bought until the first close.
    """

    start: int
    eve: int
    end: int
    listed: tuple[str, ...]
    untouched: bool


def windows(with_dir: Path, without_dir: Path) -> pd.DataFrame:
    """Return by (when, measure of ``UNITS``) the mean in this run, in the other, their difference, and of how many.

    The row (eve, ``moral_hazard_musd``) is a level, dealers' holdings of the listed. NaN, of 0, where nothing is known;
    ``why_none`` says why if it is so of every row.
    """
    run, other = RunTables(with_dir), RunTables(without_dir)
    if stands(run):
        return _table(standing_levels(run, other))
    days = pd.DatetimeIndex(run["daily"]["date"])
    around = _windows(run, days)
    panels = Panel.of(run, days), Panel.of(other, days)
    levels = {name: _levels(panels, name, around) for name in UNITS}
    untouched = np.array([window.untouched for window in around], np.bool_)
    rows = {
        (when, name): found
        for when in (UNTOUCHED, START, BEFORE, AFTER)
        for name in UNITS
        for found in [_of(levels[name], when, untouched)]
    }
    return _table(rows | {(EVE, MORAL_HAZARD): levels[HOLDINGS][:, 1]})


def why_none(with_dir: Path) -> str:
    """Say why a run has no windows."""
    run = RunTables(with_dir)
    mode = run.scenario["policy"]["buybacks"]["mode"]
    lists = run["lists"]
    operations = len(lists[lists["reason"].astype(str) == LISTED].groupby(["date", "bucket"], observed=True))
    if not operations:
        return f'no windows around operations: the run has policy.buybacks.mode = "{mode}" and no list in its days'
    return (
        f"no windows around operations: of {operations} lists none has a close ahead of its announcement and one on "
        "the day of the operation or later; a longer run has"
    )


def _table(rows: dict[tuple[str, str], Float]) -> pd.DataFrame:
    """Return the means of what was found in both runs (n, 2), their difference and n."""
    out = {}
    for row, found in rows.items():
        here, there = found.mean(axis=0) if len(found) else (np.nan, np.nan)
        out[row] = [here, there, here - there, len(found)]
    table = pd.DataFrame.from_dict(out, orient="index", columns=[*COLUMNS, NUMBER])
    table.index = pd.MultiIndex.from_tuples(list(out), names=["when", "measure"])
    return table


def _levels(panels: tuple[Panel, Panel], name: str, around: list[Window]) -> Float:
    """Return a measure by operation, close (start, eve, end) and run; of operations that are not known, NaN in all."""
    found = [[[panel.level(name, w.listed, at) for panel in panels] for at in w[:3]] for w in around]
    levels = np.array(found, np.float64).reshape(-1, 3, 2)
    levels[~np.isfinite(levels).all(axis=(1, 2))] = np.nan
    return levels


def _of(levels: Float, when: str, untouched: Bool) -> Float:
    """Return the levels at the start, or the changes, of the operations that are known, in both runs (n, 2)."""
    start, eve, end = levels.transpose(1, 0, 2)
    found = {UNTOUCHED: start[untouched], START: start, BEFORE: eve - start, AFTER: end - eve}[when]
    return np.asarray(found[np.isfinite(found).all(axis=1)], np.float64)


def _windows(run: RunTables, days: pd.DatetimeIndex) -> list[Window]:
    """Return the window of each operation that has a close ahead of its announcement and one after it."""
    out = []
    lists, offers = run["lists"], run["offers"]
    bought = offers[offers["accepted_face"].astype("int64") > 0].astype({"cusip": str})
    first = bought.groupby("cusip")["date"].min()  # purchase of each security
    listed = lists[lists["reason"].astype(str) == LISTED]
    for (announced, day, _), rows in listed.groupby(["announced", "date", "bucket"], observed=True):
        start, eve = (int(days.searchsorted(pd.Timestamp(str(when)))) - 1 for when in (announced, day))
        if start >= 0 and eve + 1 < len(days):
            end, names = min(eve + 1 + AFTER_DAYS, len(days) - 1), tuple(sorted(rows["cusip"].astype(str)))
            untouched = not (first.reindex(names) <= days[start]).any()
            out.append(Window(start, eve, end, names, untouched))
    return out
