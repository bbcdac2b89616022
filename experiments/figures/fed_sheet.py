"""The Fed's liabilities as stacked paths, with the published ones (H.4.1, Wednesdays) as dots at their borders."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures import stacks
from experiments.figures.style import alone, label, legend
from experiments.inputs.published import between
from market.accounts.instruments import FED_NAME

H41 = "h41_wednesday_levels_weekly_2019-2024"
CENTS_PER_BN, MUSD_PER_BN = 100 * 10**9, 1_000
LAYERS = (  # name, instruments of the run, columns published; from the bottom
    ("reserves", ("RESERVES",), ("reserve_balances",)),
    ("Treasury's account", ("TREASURY_CASH",), ("tga",)),
    ("reverse repo", ("REVERSE_REPO", "FOREIGN_REPO"), ("rrp_others_onrrp", "rrp_foreign_official")),
    ("currency and other", ("CURRENCY", "FED_OTHER_LIABILITIES"), ()),
)


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run, 3.0)


def panel(axes: Axes, run: Any) -> None:
    """Draw the liabilities of the Fed."""
    ours = liabilities(run)
    stacks.draw(axes, ours, published(ours.index[0], ours.index[-1]), "published, Wednesdays")
    label(axes, "The Federal Reserve's liabilities", "billion dollars")
    legend(axes)


def liabilities(run: Any) -> pd.DataFrame:
    """Return what the Fed owes by day, billions of dollars, a column for each layer."""
    frame = run["balance_sheets"]
    owed = frame[(frame["sector"] == FED_NAME) & (frame["unit"] == "cents")]
    wide = -owed.pivot_table(index="date", columns="instrument", values="amount", aggfunc="sum", observed=True)
    of = {name: wide.reindex(columns=list(instruments)).sum(axis=1) for name, instruments, _ in LAYERS}
    return pd.DataFrame(of) / CENTS_PER_BN


def published(first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the published layers of the same days, billions of dollars; the last is what is left over."""
    known = between(H41, "date", first, last)
    return (
        pd.DataFrame({name: known[list(columns)].sum(axis=1) for name, _, columns in LAYERS if columns}) / MUSD_PER_BN
    )
