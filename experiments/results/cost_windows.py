"""What buybacks do before anything is bought, and after: windows around each operation, beside a run without them.

    before  from the close ahead of the announcement of an operation to the close ahead of the operation
    after   from there to AFTER_DAYS business days later, or the last day

Of the securities on the operation's list, in both runs: what their yields over the fitted curve (residual) changed by,
over the window; dealers' holdings of them in days of their turnover, and the use of dealers' limits, at the end of the
window less at its start. The list is public only from the announcement on: what a dealer or a fund does for knowing the
programme's rule and calendar is in the difference of levels between the runs, given for the close ahead of the
announcement. **Moral hazard** is measured as what dealers hold of the listed more than in the other run on the eve of
the operation: bonds gathered, or not sold, because somebody will buy them; it is no judgement of what is too much.

Residuals are recorded for what the curve is fitted to, notes and bonds of up to ten years: longer lists, and TIPS, have
none. Each row is of the operations that are known in all four cells, so that its columns may be subtracted;
how many they were stands beside it.

Units: bp, days, share; millions of dollars. A mean over operations of one pair of runs is one draw.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.check import RunTables
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD, Float

AFTER_DAYS = 5
LISTED = "listed"
UNITS = {
    "residual_bp": "yield over the fitted curve of what is listed, change",
    "holding_days": "dealers' holdings of it in days of its turnover (mean of 20 days), change",
    "utilisation": "use of dealers' limits, change",
    "holdings_musd": "dealers' holdings of it, change",
}
COLUMNS = ("before", "before_without", "after", "after_without")
NUMBER = "operations"  # the last column: how many the row is of
TURNOVER_DAYS = 20
MORAL_HAZARD = "moral_hazard_musd"


class Window(NamedTuple):
    """Places of closes: ahead of the announcement, ahead of the operation, and after it; and the list (CUSIPs)."""

    start: int
    eve: int
    end: int
    listed: tuple[str, ...]


def windows(with_dir: Path, without_dir: Path) -> pd.DataFrame:
    """Return means over operations by measure of ``UNITS``: change before and after, in this run and in the other.

    A last row, ``moral_hazard_musd``, is a level: dealers' holdings of the listed on the eve less those of the other
    run, in column ``before``. NaN, and no operations, where none of the run had a list and a value.
    """
    run, other = RunTables(with_dir), RunTables(without_dir)
    days = pd.DatetimeIndex(run["daily"]["date"])
    around = _windows(run["lists"], days)
    panels = Panel.of(run, days), Panel.of(other, days)
    rows = {}
    for name in UNITS:
        changes = [_changes(panel, name, window) for window in around for panel in panels]
        means, number = _mean(np.array(changes, np.float64).reshape(-1, 4))  # before, after; those of the other
        rows[name] = [*means[[0, 2, 1, 3]], number]
    more = [[panel.level("holdings_musd", w.listed, w.eve) for panel in panels] for w in around]
    held, number = _mean(np.array(more, np.float64).reshape(-1, 2))
    rows[MORAL_HAZARD] = [held[0] - held[1], *[np.nan] * 3, number]
    return pd.DataFrame.from_dict(rows, orient="index", columns=[*COLUMNS, NUMBER])


def _changes(panel: "Panel", name: str, window: Window) -> list[float]:
    """Return what a measure changed by before and after an operation."""
    start, eve, end = (panel.level(name, window.listed, at) for at in window[:3])
    return [eve - start, end - eve]


def _mean(found: Float) -> tuple[Float, int]:
    """Return the mean over the operations that are known in every column, NaN of none, and their number."""
    known = found[np.isfinite(found).all(axis=1)]
    return (known.mean(axis=0) if len(known) else np.full(found.shape[1], np.nan)), len(known)


def _windows(lists: pd.DataFrame, days: pd.DatetimeIndex) -> list[Window]:
    """Return the window of each operation that has a close ahead of its announcement and one after it."""
    out = []
    listed = lists[lists["reason"].astype(str) == LISTED]
    for (announced, day, _), rows in listed.groupby(["announced", "date", "bucket"], observed=True):
        start, eve = (int(days.searchsorted(pd.Timestamp(str(when)))) - 1 for when in (announced, day))
        if start >= 0 and eve + 1 < len(days):
            end = min(eve + 1 + AFTER_DAYS, len(days) - 1)
            out.append(Window(start, eve, end, tuple(sorted(rows["cusip"].astype(str)))))
    return out


class Panel(NamedTuple):
    """Closes of a run by day (rows) and CUSIP, and of all dealers by day."""

    residual_bp: pd.DataFrame
    turnover_musd: pd.DataFrame
    holdings_musd: pd.DataFrame
    utilisation: pd.Series

    @classmethod
    def of(cls, run: RunTables, days: pd.DatetimeIndex) -> "Panel":
        """Read them from the tables of a run."""
        closes = run["securities"].astype({"cusip": str})
        turnover = _by_day(closes, "turnover_musd", days).fillna(0.0).rolling(TURNOVER_DAYS, min_periods=1).mean()
        sheets = run["balance_sheets"].astype({"instrument": str, "sector": str, "unit": str})
        mine = sheets[(sheets["sector"] == DEALERS) & (sheets["unit"] == "face")]
        musd = mine[["amount", "due", "lent"]].sum(axis=1) / FACE_PER_MUSD
        holdings = _by_day(mine.assign(cusip=mine["instrument"], musd=musd), "musd", days).fillna(0.0)
        utilisation = run["daily"].set_index("date")["dealer_utilisation"].reindex(days)
        return cls(_by_day(closes, "residual_bp", days), turnover, holdings, utilisation)

    def level(self, name: str, listed: tuple[str, ...], at: int) -> float:
        """Return a measure of ``UNITS`` at a close: sums or, of residuals, the mean over what is listed."""
        if name == "utilisation":
            return float(self.utilisation.iloc[at])
        if name == "residual_bp":
            return float(self.residual_bp.reindex(columns=listed).iloc[at].mean())
        held = float(self.holdings_musd.reindex(columns=listed).iloc[at].sum())
        turnover = float(self.turnover_musd.reindex(columns=listed).iloc[at].sum())
        return held if name == "holdings_musd" else held / turnover if turnover > 0 else float("nan")


def _by_day(table: pd.DataFrame, column: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return sums of a column by day (rows, every one of ``days``) and CUSIP, NaN where nothing is known."""
    return table.groupby(["date", "cusip"], observed=True)[column].sum(min_count=1).unstack().reindex(days)
