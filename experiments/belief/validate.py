"""Validation: moments of runs beside those of the published series, with the data's own sampling error, beside nulls.

    inside       the mean over seeds lies in the block-bootstrap interval of the published figure: strict, since that
                 mean has a sampling error of its own: of a perfect model, one seed in six is outside
    consistent   it lies within 1.96 sqrt(data^2 + s^2 / n) of the published figure, data its standard error, s the
                 standard deviation over n seeds, or the data's where there is one: a perfect model is, 19 times in 20

Rows are ``SCORED`` and, after them, those of ``experiments.belief.registered``. A row is *evidence* only if it is free,
the model is inside and at least one null is neither inside nor consistent. ``coverage`` is the share of single seeds
inside (moment-coverage ratio, Franke and Westerhoff 2012, J. Econ. Dyn. Control 36). Nulls: a random walk and a
GARCH(1,1) for daily changes of yields, and runs of other scenarios, by name, for every row; ``zero-intelligence``,
``news-value`` and ``shuffled`` are the ones made for it.

Like with like: all runs and the published series are looked at from 29 May 2024 to the last day of the shortest run;
what is shorter than ``FEWEST_DAYS`` is refused. ``self_test`` sends the published series through as if a model had made
them: every row must then be inside. Rows that fail stay in the table. Nothing here changes a parameter.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.belief import panel
from experiments.belief.estimators import FEWEST, interval
from experiments.belief.garch import draw_garch, draw_walk, fit
from experiments.belief.panel import Panel
from experiments.belief.registered import rows as registered
from experiments.belief.replay_judgement import FIRST_REGULAR, LAST_PUBLISHED, days_of
from experiments.belief.validation_rows import BLOCK, FREE, LITERATURE, SCORED, Row
from experiments.check import RunTables
from experiments.errors import UserError, nearest
from experiments.inputs.published import remembered
from experiments.store import read_manifest
from market.units import Bool, Float, to_date

WALK, GARCH = "random walk", "GARCH"
ROWS = (*SCORED, *registered.REGISTERED)
CLOCK = panel.CLOCK | registered.CLOCK
YIELDS = tuple(name for name in panel.CLOCK if name.startswith("change of the "))
DRAWS = 20  # of a null series: its mean is then known well against the data's interval
FEWEST_DAYS = 60  # business days of a run: with fewer, most rows have a dozen observations
NORMAL = 1.959964


class Judged(NamedTuple):
    """A scored table, bands of the literature (None for a self-test), the names of the nulls, the window's last day."""

    table: pd.DataFrame
    bands: pd.DataFrame | None
    nulls: tuple[str, ...]
    last: int


def published(last: int = LAST_PUBLISHED) -> Panel:
    """Return the published series of all rows to a last day (a day number)."""
    return panel.published(last) | registered.published(last)


def simulated(run: Any) -> Panel:
    """Return the series of all rows of a run (``experiments.check.RunTables``, or tables by name)."""
    return panel.simulated(run) | registered.simulated(run)


def targets(last: int = LAST_PUBLISHED, rows: Sequence[Row] = ROWS) -> pd.DataFrame:
    """Return, for each row: name, role, unit, published, low, high (95 %), observations to a day.

    The figures of a row are NaN where the window is too short for one.
    """
    return _targets(last, tuple(rows)).copy()


@remembered(4)
def _targets(last: int, rows: tuple[Row, ...]) -> pd.DataFrame:
    series = published(last)
    return pd.DataFrame([_target(row, series.get(row.series, np.zeros(0))) for row in rows])


def _target(row: Row, series: Float) -> dict[str, object]:
    known = len(series) >= FEWEST
    low, high = interval(series, row.estimator, BLOCK[CLOCK[row.series]]) if known else (np.nan, np.nan)
    return {
        "row": row.name,
        "role": row.role,
        "unit": row.unit,
        "published": _moment(row, series),
        "low": low,
        "high": high,
        "observations": len(series),
    }


def moments(found: Panel, rows: Sequence[Row] = ROWS) -> Float:
    """Return the moments (rows,) of a panel, NaN for a series that is missing or short."""
    return np.array([_moment(row, found.get(row.series)) for row in rows])


def _moment(row: Row, series: Float | None) -> float:
    return row.estimator(series) if series is not None and len(series) >= FEWEST else float("nan")


def panels(folders: Sequence[Path], last: int = LAST_PUBLISHED) -> dict[str, list[Panel]]:
    """Return the panels of run folders, to a last day, by the name of their scenario; UserError for one named twice."""
    twice = [folder for folder in folders if list(folders).count(folder) > 1]
    if twice:
        raise UserError(f"validate: run folder {twice[0]} is named twice; expected each once")
    found: dict[str, list[Panel]] = {}
    for folder in folders:
        name = str(read_manifest(folder).scenario["name"])
        found.setdefault(name, []).append(simulated(to_day(RunTables(folder), last)))
    return found


def to_day(run: Any, last: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a run that moments need, to a last day (a day number)."""
    return {name: run[name][days_of(run[name]["date"]) <= last] for name in registered.TABLES}


def shared_last_day(folders: Sequence[Path]) -> int:
    """Return the last day of the shortest run; UserError for a run that is too short, or starts on another day."""
    last = LAST_PUBLISHED
    for folder in folders:
        days = days_of(RunTables(folder)["daily"]["date"])
        if days.min() != FIRST_REGULAR or len(days) < FEWEST_DAYS:
            raise UserError(
                f"validate: {folder} has {len(days)} days from {to_date(int(days.min()))} on, expected "
                f"{FEWEST_DAYS} or more from {to_date(FIRST_REGULAR)} on: beside other days nothing can be judged"
            )
        last = min(last, int(days.max()))
    return last


def series_nulls(days: int, last: int = LAST_PUBLISHED) -> dict[str, list[Panel]]:
    """Return panels of so many daily changes that a random walk and a GARCH, fitted to a last day, draw."""
    known = published(last)
    drawn: dict[str, list[Panel]] = {WALK: [{} for _ in range(DRAWS)], GARCH: [{} for _ in range(DRAWS)]}
    for name in YIELDS:
        fitted = fit(known[name])
        for seed in range(DRAWS):
            drawn[WALK][seed][name] = draw_walk(known[name], days, seed)
            drawn[GARCH][seed][name] = draw_garch(known[name], fitted, days, seed)
    return drawn


def scored(
    model: Sequence[Panel], nulls: dict[str, list[Panel]] | None = None, last: int = LAST_PUBLISHED
) -> pd.DataFrame:
    """Return the table of rows: target, interval, the model's mean and s.d. over seeds, verdicts.

    Columns beyond ``targets``: model, model_sd (NaN for one seed), coverage, inside, consistent, a column for each
    null, nulls_outside (their names) and evidence. A row that the model's runs cannot fill has NaN and is not inside.
    """
    table = targets(last)
    values = np.array([moments(one) for one in model])
    table["model"] = _mean(values)
    table["model_sd"] = values.std(axis=0, ddof=1) if len(model) > 1 else np.nan
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    table["coverage"] = ((values >= low) & (values <= high)).mean(axis=0)
    table["inside"] = table["model"].between(table["low"], table["high"])
    table["consistent"] = consistent(values, table)
    outside = pd.Series("", index=table.index)
    for null, drawn in (nulls or {}).items():
        of_null = np.array([moments(one) for one in drawn])
        table[null] = _mean(of_null)
        missed = table[null].notna() & ~table[null].between(table["low"], table["high"]) & ~consistent(of_null, table)
        outside = outside.where(~missed, outside + np.where(outside == "", "", ", ") + null)
    table["nulls_outside"] = outside
    table["evidence"] = (table["role"] == FREE) & table["inside"] & (outside != "")
    return table


def consistent(values: Float, table: pd.DataFrame) -> Bool:
    """Return by row whether moments (seeds, rows) meet the published figure within both sampling errors."""
    data = ((table["high"] - table["low"]) / (2 * NORMAL)).to_numpy(np.float64)
    own = values.std(axis=0, ddof=1) if len(values) > 1 else data
    apart = np.abs(_mean(values) - table["published"].to_numpy(np.float64))
    return np.asarray(apart <= NORMAL * np.sqrt(data**2 + own**2 / len(values)))


def _mean(values: Float) -> Float:
    """Return the mean over seeds (rows,) of moments (seeds, rows); NaN where a seed has none."""
    return np.asarray(values.mean(axis=0), np.float64)


def of_folders(folders: Sequence[Path], scenario: str) -> Judged:
    """Judge run folders, of which those of one scenario are the model; UserError without one of it."""
    names = [str(read_manifest(folder).scenario["name"]) for folder in folders]
    if scenario not in names:
        named = ", ".join(sorted(set(names))) or "none"
        raise UserError(
            f"validate: no run of {scenario!r} among the folders (runs of {named}); expected one or more of it"
            f"{nearest(scenario, names)}"
        )
    last = shared_last_day(folders)
    found = panels(folders, last)
    model = found.pop(scenario)
    nulls = series_nulls(len(model[0][YIELDS[0]]), last) | found
    own = [folder for folder, name in zip(folders, names, strict=True) if name == scenario]
    return Judged(scored(model, nulls, last), literature(own), tuple(nulls), last)


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
    return Judged(scored([published()]), None, (), LAST_PUBLISHED)


def score(table: pd.DataFrame) -> str:
    """Return the sentence that a table supports."""
    free = table[table["role"] == FREE]
    evidence, inside, both = (int(table[name].sum()) for name in ("evidence", "inside", "consistent"))
    counting = "row counts" if evidence == 1 else "rows count"
    return (
        f"{evidence} {counting} as evidence, of {len(free)} free rows ({int(free['inside'].sum())} inside); "
        f"{inside} of all {len(table)} rows inside, {both} within the sampling errors of both, "
        f"mean coverage {table['coverage'].mean():.2f}"
    )
