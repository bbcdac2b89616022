"""The costs of buybacks for a terminal: by month, in windows around operations, across the seeds of several pairs."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Group
from rich.table import Table

from experiments.errors import UserError
from experiments.results.cost_spread import across_seeds
from experiments.results.cost_windows import COLUMNS, MORAL_HAZARD, windows
from experiments.results.cost_windows import UNITS as WINDOW_UNITS
from experiments.results.costs import UNITS, costs

HEADINGS = dict(zip(COLUMNS, ("before", "before, without", "after", "after, without"), strict=True))
MORE = {MORAL_HAZARD: "dealers' holdings of what is listed on the eve, less those of the other run"}


def page(folders: Sequence[Path]) -> Group:
    """Return the report of pairs of runs: with buybacks, without, with, without, ...; the first in detail."""
    if len(folders) < 2 or len(folders) % 2:
        raise UserError(
            f"costs: {len(folders)} run folders, expected pairs: a run, and one of its seed without buybacks"
        )
    pairs = list(zip(folders[::2], folders[1::2], strict=True))
    parts = [_table(costs(*pairs[0]).T, "measure", UNITS, {}), _table(windows(*pairs[0]), WINDOWS, MEANINGS, HEADINGS)]
    if len(pairs) > 1:
        parts.append(_table(across_seeds(pairs), f"whole runs, {len(pairs)} pairs", UNITS, {}))
    return Group(*parts)


WINDOWS = "around operations: mean change"
MEANINGS = {**WINDOW_UNITS, **MORE}


def _table(found: pd.DataFrame, title: str, meanings: dict[str, str], headings: dict[str, str]) -> Table:
    """Return a row per measure with what it is."""
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    for column in found.columns:
        table.add_column(headings.get(str(column), str(column)).replace("_", " "), justify="right")
    table.add_column("what it is")
    for name, row in found.iterrows():
        table.add_row(str(name), *(_number(value) for value in row), meanings[str(name)])
    return table


def _number(value: float) -> str:
    """Return a number as text, with four digits below a hundred."""
    return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
