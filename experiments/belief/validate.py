"""Validation: moments of runs beside those of the published series, with the data's own sampling error, beside nulls.

A row is *inside* where the mean over seeds lies in the block-bootstrap interval of the published figure. It is
*evidence* only if it is free, the model is inside and at least one null is outside. ``coverage`` is the share of single
seeds inside (moment-coverage ratio, Franke and Westerhoff 2012, J. Econ. Dyn. Control 36). Nulls: a random walk and a
GARCH(1,1) for daily changes of yields, and runs of other scenarios, by name, for every row; ``zero-intelligence``,
``news-value`` and ``shuffled`` are the ones made for it.

``self_test`` sends the published series through as if a model had made them: every row must then be inside. Rows that
fail stay in the table. Nothing here changes a parameter.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.belief.estimators import FEWEST, interval
from experiments.belief.garch import draw_garch, draw_walk
from experiments.belief.panel import CLOCK, Panel, published, simulated
from experiments.belief.replay_judgement import LAST_PUBLISHED
from experiments.belief.validation_rows import BLOCK, FREE, LITERATURE, SCORED, Row
from experiments.check import RunTables
from experiments.errors import UserError, nearest
from experiments.store import read_manifest
from market.units import Float

WALK, GARCH = "random walk", "GARCH"
YIELDS = tuple(name for name in CLOCK if name.startswith("change of the "))
DRAWS = 20  # of a null series: its mean is then known well against the data's interval


class Judged(NamedTuple):
    """A scored table, bands of the literature (None for a self-test) and the names of the nulls."""

    table: pd.DataFrame
    bands: pd.DataFrame | None
    nulls: tuple[str, ...]


def targets(last: int = LAST_PUBLISHED) -> pd.DataFrame:
    """Return a row for each of ``SCORED``: name, role, unit, published, low, high (95 %), observations to a day."""
    series = published(last)
    return pd.DataFrame([_target(row, series[row.series]) for row in SCORED])


def _target(row: Row, series: Float) -> dict[str, object]:
    low, high = interval(series, row.estimator, BLOCK[CLOCK[row.series]])
    return {
        "row": row.name,
        "role": row.role,
        "unit": row.unit,
        "published": row.estimator(series),
        "low": low,
        "high": high,
        "observations": len(series),
    }


def moments(panel: Panel) -> Float:
    """Return the moments (rows,) of a panel in the order of ``SCORED``, NaN for a series that is missing or short."""
    return np.array([_moment(row, panel.get(row.series)) for row in SCORED])


def _moment(row: Row, series: Float | None) -> float:
    return row.estimator(series) if series is not None and len(series) >= FEWEST else float("nan")


def panels(folders: Sequence[Path]) -> dict[str, list[Panel]]:
    """Return the panels of run folders by the name of their scenario; UserError for a folder named twice."""
    twice = [folder for folder in folders if list(folders).count(folder) > 1]
    if twice:
        raise UserError(f"validate: run folder {twice[0]} is named twice; expected each once")
    found: dict[str, list[Panel]] = {}
    for folder in folders:
        name = str(read_manifest(folder).scenario["name"])
        found.setdefault(name, []).append(simulated(RunTables(folder)))
    return found


def series_nulls(days: int) -> dict[str, list[Panel]]:
    """Return panels of daily changes that a random walk and a GARCH draw, each of a number of days."""
    known = published()
    drawers = {WALK: draw_walk, GARCH: draw_garch}
    return {
        null: [{name: draw(known[name], days, seed) for name in YIELDS} for seed in range(DRAWS)]
        for null, draw in drawers.items()
    }


def scored(model: Sequence[Panel], nulls: dict[str, list[Panel]] | None = None) -> pd.DataFrame:
    """Return the table of rows: target, interval, the model's mean and s.d. over seeds, verdicts.

    Columns beyond ``targets``: model, model_sd (NaN for one seed), coverage, inside, a column for each null,
    nulls_outside (their names) and evidence. A row that the model's runs cannot fill has NaN and is not inside.
    """
    table = targets()
    values = np.array([moments(panel) for panel in model])
    table["model"] = _mean(values)
    table["model_sd"] = values.std(axis=0, ddof=1) if len(model) > 1 else np.nan
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    table["coverage"] = ((values >= low) & (values <= high)).mean(axis=0)
    table["inside"] = table["model"].between(table["low"], table["high"])
    outside = pd.Series("", index=table.index)
    for null, drawn in (nulls or {}).items():
        table[null] = _mean(np.array([moments(panel) for panel in drawn]))
        missed = table[null].notna() & ~table[null].between(table["low"], table["high"])
        outside = outside.where(~missed, outside + np.where(outside == "", "", ", ") + null)
    table["nulls_outside"] = outside
    table["evidence"] = (table["role"] == FREE) & table["inside"] & (outside != "")
    return table


def _mean(values: Float) -> Float:
    """Return the mean over seeds (rows,) of moments (seeds, rows); NaN where a seed has none."""
    return np.asarray(values.mean(axis=0), np.float64)


def of_folders(folders: Sequence[Path], scenario: str) -> Judged:
    """Judge run folders, of which those of one scenario are the model; UserError without one of it."""
    found = panels(folders)
    if scenario not in found:
        named = ", ".join(sorted(found)) or "none"
        raise UserError(
            f"validate: no run of {scenario!r} among the folders (runs of {named}); expected one or more of it"
            f"{nearest(scenario, found)}"
        )
    model = found.pop(scenario)
    days = max(len(panel[YIELDS[0]]) for panel in model)
    nulls = series_nulls(days) | found
    own = [folder for folder in folders if read_manifest(folder).scenario["name"] == scenario]
    return Judged(scored(model, nulls), literature(own), tuple(nulls))


def refuse_file(out: Path) -> None:
    """Refuse a name for a new .csv file that exists or has another ending: UserError."""
    if out.suffix != ".csv":
        raise UserError(f"--out {out}: ends in {out.suffix!r}, expected a new file that ends in .csv")
    if out.exists():
        raise UserError(f"--out {out} exists already; expected the name of a new file")


def write(table: pd.DataFrame, out: Path) -> None:
    """Write a table as a new .csv file; UserError if it exists or has another ending."""
    refuse_file(out)
    table.to_csv(out, index=False)


def literature(folders: Sequence[Path]) -> pd.DataFrame:
    """Return bands of the literature beside the mean over days and runs; nothing here is scored."""
    daily = pd.concat([RunTables(folder)["daily"] for folder in folders], ignore_index=True)
    rows = [band._asdict() | {"model": float(daily[band.column].mean())} for band in LITERATURE]
    return pd.DataFrame(rows).drop(columns="column")


def self_test() -> Judged:
    """Judge the published series taken for a model: ``inside`` must hold in every row."""
    return Judged(scored([published()]), None, ())


def score(table: pd.DataFrame) -> str:
    """Return the sentence that a table supports."""
    free = table[table["role"] == FREE]
    return (
        f"{int(table['evidence'].sum())} rows count as evidence, of {len(free)} free rows "
        f"({int(free['inside'].sum())} inside); {int(table['inside'].sum())} of all {len(table)} rows inside, "
        f"mean coverage {table['coverage'].mean():.2f}"
    )
