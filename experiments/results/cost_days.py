"""A standing facility beside a run without it, day by day: its whole list before the first purchase, and since.

    start  the close before the first day on which it bids: levels of that day's list; nothing has been bought
    bids   the closes of the days on which it bids, each of that day's list
    eve    the closes before those, of the same lists: what dealers hold more than in the other run, moral hazard;
           what bids have taken from dealers before counts against it

The list of a day are the securities that it bids for then, the same CUSIPs in both runs. The facility is known from
the beginning of a run: the difference of the levels at the start is **ex ante**, what dealers and investors do for
knowing that bids will come; 0 to the digit where nobody counts on them (``buyback_reliance``, off by default), and of
one day at the most, since nobody counts on bids in the burn-in and they stand from the second day on. From then on
effects before and after a purchase cannot be told apart, since all of the list is bid for all the time: of what is
done for knowing it, compare arms with and without reliance. Measures are those of ``cost_panel``. The days of one pair
of runs are one draw.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from experiments.check import RunTables
from experiments.results.cost_panel import HOLDINGS, UNITS, Panel
from market.auctions.buyback import STANDING
from market.units import Float, Int

START, EVE, BIDS = "start", "eve", "bids"
MORAL_HAZARD = "moral_hazard_musd"
WITHOUT = "_without"  # how the columns of the other run end


def stands(run: RunTables) -> bool:
    """Tell whether a run has a standing facility that bid on one of its days."""
    return not _lists(run).empty


def standing_days(with_dir: Path, without_dir: Path) -> pd.DataFrame:
    """Return by day each measure of ``UNITS`` at the close, in this run and ("..._without") in the other.

    A last column, ``moral_hazard_musd``, is of the close before: dealers' holdings of the day's list less those of the
    other run. No rows without a standing facility.
    """
    run, other = RunTables(with_dir), RunTables(without_dir)
    closes, eves = _beside(run, other)
    columns = {}
    for name in UNITS:
        columns[name], columns[name + WITHOUT] = closes[name].T
    here, there = eves[HOLDINGS].T
    return pd.DataFrame(columns | {MORAL_HAZARD: here - there}, index=_lists(run).index)


def standing_levels(run: RunTables, other: RunTables) -> dict[tuple[str, str], Float]:
    """Return by (when, measure) the levels of the days that are known in both runs (n, 2)."""
    closes, eves = _beside(run, other)
    rows = {(START, name): eves[name][:1] for name in UNITS} | {(BIDS, name): closes[name] for name in UNITS}
    rows[EVE, MORAL_HAZARD] = eves[HOLDINGS]
    return {row: found[np.isfinite(found).all(axis=1)] for row, found in rows.items()}


def _beside(run: RunTables, other: RunTables) -> tuple[dict[str, Float], dict[str, Float]]:
    """Return by measure its levels (days, 2) at the close of each day that has a list, and at the close before."""
    days = pd.DatetimeIndex(run["daily"]["date"])
    panels, lists = (Panel.of(run, days), Panel.of(other, days)), _lists(run)
    places = days.get_indexer(lists.index)
    closes, eves = ({name: _levels(panels, name, lists, places - back) for name in UNITS} for back in (0, 1))
    return closes, eves


def _levels(panels: tuple[Panel, Panel], name: str, lists: pd.Series, places: Int) -> Float:
    """Return a measure of each list at the close in its place, in both runs (n, 2); NaN before the first close."""
    found = [
        [panel.level(name, listed, at) if at >= 0 else np.nan for panel in panels]
        for listed, at in zip(lists, places.tolist(), strict=True)
    ]
    return np.array(found, np.float64).reshape(-1, 2)


def _lists(run: RunTables) -> pd.Series:
    """Return what a standing facility bids for, a tuple of CUSIPs by day."""
    lists = run["lists"]
    standing = lists[lists["bucket"].astype(str) == STANDING]
    return standing["cusip"].astype(str).groupby(standing["date"]).agg(lambda names: tuple(sorted(names)))
