"""Validation as text for a terminal: the rows that cannot count above the score, the score last."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table

from experiments.belief.replay_judgement import FIRST_REGULAR
from experiments.belief.validate import Judged, score
from experiments.belief.validation_rows import FREE
from market.units import to_date

BOTH = "outside, within both errors"  # a verdict


def page(judged: Judged) -> Group:
    """Return the page of what was judged."""
    table, bands, nulls, last = judged
    parts: list[Any] = [
        f"Published series and runs {window(last)}",
        "",
        _rows("Given or fitted: shown, never evidence", table[table["role"] != FREE], nulls),
        "",
        _rows("Free", table[table["role"] == FREE], nulls),
        "",
    ]
    if bands is not None:
        parts += [_bands(bands), ""]
    return Group(*parts, score(table) + ".")


def _rows(title: str, table: pd.DataFrame, nulls: tuple[str, ...]) -> Table:
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in ("", "unit", "role"):
        shown.add_column(name)
    for name in ("published", "95 %", "model", "s.d.", "covered", *nulls):
        shown.add_column(name, justify="right")
    shown.add_column("verdict")
    for row in table.to_dict("records"):
        shown.add_row(*_cells(row, nulls))
    return shown


def _cells(row: dict[Any, Any], nulls: tuple[str, ...]) -> Iterator[str]:
    yield from (row["row"], row["unit"], row["role"], _number(row["published"]))
    yield f"{_number(row['low'])} to {_number(row['high'])}"
    yield from (_number(row["model"]), _number(row["model_sd"]), f"{row['coverage']:.2f}")
    yield from (_number(row[null]) for null in nulls)
    yield verdict(row)


def window(last: int) -> str:
    """Say which days are looked at."""
    return f"from {to_date(FIRST_REGULAR)} to {to_date(last)}"


def verdict(row: dict[Any, Any]) -> str:
    """Say what a row shows: that it counts, or where the model is."""
    if row["evidence"]:
        return f"evidence: not met by {row['nulls_outside']}"
    if row["model"] != row["model"]:
        return "no value in the runs"
    return "inside" if row["inside"] else BOTH if row["consistent"] else "OUTSIDE"


def _bands(bands: pd.DataFrame) -> Table:
    shown = Table(title="From the literature: no data here, not scored", title_justify="left", box=None, pad_edge=False)
    for name in ("", "unit", "band", "model", "confidence", "source"):
        shown.add_column(name)
    for band in bands.to_dict("records"):
        limits = f"{_number(band['low'])} to {_number(band['high'])}"
        shown.add_row(band["name"], band["unit"], limits, _number(band["model"]), band["confidence"], band["source"])
    return shown


def _number(value: float) -> str:
    return "–" if value != value else f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
