"""The Treasury's marketable debt as stacked paths by kind, with the published month-ends (MSPD) as dots.

TIPS stand at their face, without inflation; the published ones are with it, and so the uppermost border has no dot.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures import stacks
from experiments.figures.style import alone, label, legend
from experiments.inputs.published import between

MSPD = "mspd_class_totals_monthly_2019-2024"
MUSD_PER_BN = 1_000
LAYERS = (  # name, kinds of the run, column published; from the bottom
    ("bills", ("bill",), "BILLS"),
    ("notes", ("note",), "NOTES"),
    ("bonds", ("bond",), "BONDS"),
    ("TIPS, floating rate", ("tips", "frn"), None),
)


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run, 3.0)


def panel(axes: Axes, run: Any) -> None:
    """Draw the debt by kind."""
    ours = debt(run)
    known = between(MSPD, "observation_date", ours.index[0], ours.index[-1])
    columns = {name: known[column] for name, _, column in LAYERS if column}
    stacks.draw(axes, ours, pd.DataFrame(columns), "published, month-ends")
    label(axes, "Marketable Treasury debt", "billion dollars of face")
    legend(axes)


def debt(run: Any) -> pd.DataFrame:
    """Return billions of face outstanding by day, a column for each kind."""
    frame = run["securities"]
    wide = frame.pivot_table(index="date", columns="kind", values="outstanding_musd", aggfunc="sum", observed=True)
    return (
        pd.DataFrame({name: wide.reindex(columns=list(kinds)).sum(axis=1) for name, kinds, _ in LAYERS}) / MUSD_PER_BN
    )
