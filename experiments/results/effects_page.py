"""The table of effects in the terminal, and numbers and verdicts as they are printed everywhere."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from experiments.results.inference import NONE, SMALL_EFFECT
from experiments.results.readable import readable

CAPTION = (
    "detectable: the effect that so many seeds find four times in five; gain of pairs: the standard error with "
    "independent seeds over that with paired ones; equivalent to none: within +- what would matter"
)


def number(value: float) -> str:
    """Return three significant digits, thousands whole, a dash for none.

    >>> number(-1234.5), number(0.01234), number(float("nan"))
    ('-1,234', '0.0123', '-')
    """
    if value != value:
        return "-"
    return f"{value:,.0f}" if 1000 <= abs(value) < float("inf") else f"{value:.3g}"


def verdict(row: Mapping[Any, Any]) -> str:
    """Return the verdict of an effect, with what it is equivalent to none within.

    >>> verdict({"verdict": "equivalent to none", "smallest": 0.05, "unit": "bp"})
    'equivalent to none (+-0.05 bp)'
    """
    said = str(row["verdict"])
    return f"{said} (+-{number(row['smallest'])} {row['unit']})" if said in (NONE, SMALL_EFFECT) else said


def gain(value: float) -> str:
    """Return what pairing divides the standard error by; where pairs differ by one and the same number, "exact".

    >>> gain(2.5), gain(float("inf"))
    ('2.5', 'exact')
    """
    return "exact" if value == float("inf") else number(value)


def table(effects: pd.DataFrame) -> Table:
    """Return the effects as a table, a rule between two of them."""
    page = Table(box=None, pad_edge=False, caption=CAPTION, caption_justify="left")
    for head in ("effect", "outcome"):
        page.add_column(head, overflow="fold")
    for head in ("mean", "95 % interval", "bootstrap", "detectable", "gain of pairs"):
        page.add_column(head, justify="right")
    page.add_column("verdict")
    for row in map(readable, effects.to_dict("records")):
        page.add_row(
            str(row["effect"]),
            f"{row['outcome']} [{row['unit']}]",
            number(row["mean"]),
            f"{number(row['t_low'])} to {number(row['t_high'])}",
            f"{number(row['bootstrap_low'])} to {number(row['bootstrap_high'])}",
            number(row["detectable"]),
            gain(row["gain"]),
            verdict(row),
        )
    return page
