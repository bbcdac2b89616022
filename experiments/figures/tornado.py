"""A tornado: how far each parameter, at either bound, moves an effect, the widest on top."""

import textwrap
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from experiments.belief.robustness.variants import effects_by_seed
from experiments.figures.style import BLACK, BLUE, COLUMN_INCHES, ORANGE, SETTINGS, area, in_words
from experiments.figures.style import save as save_figure
from experiments.results.readable import scale

LETTERS = 22


def draw(table: pd.DataFrame, shipped: float) -> Figure:
    """Return the figure of one outcome from rows of ``sensitivity.table``; the line is the effect as shipped."""
    factor, unit = scale(str(table["unit"].iloc[0]), [shipped, *table["at_low"], *table["at_high"]])
    shipped, table = factor * shipped, table.assign(**{name: factor * table[name] for name in ("at_low", "at_high")})
    width = (table["at_high"] - table["at_low"]).abs()
    mine = table.assign(width=width).sort_values("width").reset_index(drop=True)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(COLUMN_INCHES, 0.8 + 0.34 * len(mine)), layout="constrained")
        axes = figure.subplots()
        axes.barh(
            mine.index, mine["at_low"] - shipped, left=shipped, height=0.6, **area(BLUE), label="at the low bound"
        )
        axes.barh(
            mine.index, mine["at_high"] - shipped, left=shipped, height=0.3, **area(ORANGE), label="at the high bound"
        )
        axes.axvline(shipped, color=BLACK, linewidth=0.8)
        axes.set_yticks(mine.index, [textwrap.fill(name, LETTERS) for name in mine["parameter"]])
        axes.set_xlabel(f"{mine['outcome'].iloc[0]}, {in_words(unit)}")
        axes.set_title(textwrap.fill(str(mine["effect"].iloc[0]), 40))
        figure.legend(loc="outside lower center", ncols=2)
    return figure


def save(table: pd.DataFrame, asked: Any, folder: Path) -> list[Path]:
    """Write the tornado of the primary outcome; return its files."""
    primary = asked.question.outcomes[0].name
    shipped = float(effects_by_seed(asked, primary).mean())
    return save_figure(draw(table[table["outcome"] == primary], shipped), folder, "tornado")
