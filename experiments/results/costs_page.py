"""The costs of buybacks for a terminal: by month, before and after purchases, across the seeds of several pairs."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Group
from rich.table import Table

from experiments.errors import UserError
from experiments.results.cost_days import BIDS, EVE, MORAL_HAZARD, START, standing_days
from experiments.results.cost_panel import UNITS as PANEL_UNITS
from experiments.results.cost_spread import across_seeds, windows_across_seeds
from experiments.results.cost_windows import AFTER, BEFORE, NUMBER, UNTOUCHED, why_none, windows
from experiments.results.costs import UNITS, costs

HEADINGS = {"run": "this run", "without": "without", "t_low": "95 % from", "t_high": "to"}
MEANINGS = {**PANEL_UNITS, MORAL_HAZARD: "dealers' holdings of what is listed"}
WHEN = {
    UNTOUCHED: "ex ante: level, nothing of the list bought yet",
    START: "ex ante: level ahead of the announcement",
    BEFORE: "ex ante: change to the eve of the operation",
    AFTER: "ex post: change from the eve to five days after",
    EVE: "moral hazard: level on the eve",
}
STANDING_WHEN = {
    START: "ex ante: level before the first bid",
    BIDS: "since: mean of daily closes",
    EVE: "moral hazard: mean of the eves",
}
ALIGNED = {*WHEN.values(), *STANDING_WHEN.values()}
TITLE_WIDTH = max(map(len, ALIGNED))


def page(folders: Sequence[Path], by_day: bool = False) -> Group:
    """Return the report of pairs of runs: with buybacks, without, with, without, ...; the first in detail.

    ``by_day`` shows the days of a standing facility in place of its months.
    """
    if len(folders) < 2 or len(folders) % 2:
        raise UserError(
            f"costs: {len(folders)} run folders, expected pairs: a run, and one of its seed without buybacks"
        )
    pairs = list(zip(folders[::2], folders[1::2], strict=True))
    parts: list[Table | str] = [_table(costs(*pairs[0]).T, "measure", UNITS), *_around(*pairs[0], by_day)]
    if len(pairs) > 1:
        parts += [f"\nacross {len(pairs)} pairs: costs of whole runs", _table(across_seeds(pairs), "measure", UNITS)]
        parts += [f"\nacross {len(pairs)} pairs: what is listed, this run less the other"]
        parts += _by_when(windows_across_seeds(pairs))
    return Group(*parts)


def _around(with_dir: Path, without_dir: Path, by_day: bool) -> list[Table | str]:
    """Return what a pair of runs says of what is listed, before and after purchases, or why it says nothing."""
    found, days = windows(with_dir, without_dir), standing_days(with_dir, without_dir)
    if not found[NUMBER].any():
        return ["\n" + why_none(with_dir)]
    parts = ["\nwhat is listed, before and after purchases", *_by_when(found)]
    if not days.empty:
        parts += [f"\nwhat is bid for, by {'day' if by_day else 'month: means of daily closes'}"]
        parts += [_days_table(days if by_day else days.groupby(pd.DatetimeIndex(days.index).strftime("%Y-%m")).mean())]
    return parts


def _by_when(found: pd.DataFrame) -> list[Table | str]:
    """Return a table for each moment or window."""
    whens = found.index.get_level_values("when")
    said = STANDING_WHEN if BIDS in whens else WHEN
    return [_table(found[whens == when].droplevel("when"), said[when], MEANINGS) for when in said if when in whens]


def _table(found: pd.DataFrame, title: str, meanings: dict[str, str]) -> Table:
    """Return a row per measure with what it is."""
    table = Table(box=None, pad_edge=False)
    table.add_column(title, min_width=TITLE_WIDTH if title in ALIGNED else None)
    for column in found.columns:
        table.add_column(HEADINGS.get(str(column), str(column)).replace("_", " "), justify="right")
    table.add_column("what it is")
    for name, row in found.iterrows():
        table.add_row(str(name), *(_number(value) for value in row), meanings[str(name)])
    return table


def _days_table(days: pd.DataFrame) -> Table:
    """Return a row per day or month."""
    table = Table(box=None, pad_edge=False)
    table.add_column("when")
    for column in days.columns:
        table.add_column(str(column).replace("_", " "), justify="right")
    for day, row in days.iterrows():
        table.add_row(str(day)[:10], *(_number(value) for value in row))
    return table


def _number(value: float) -> str:
    """Return a number as text, with four digits below a hundred."""
    return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
