"""The account of a debt limit as a waterfall: cash above, subject debt below, from reinstatement to rebuild."""

from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.check import RunTables
from experiments.errors import UserError
from experiments.figures import style
from experiments.figures.style import BLUE, GREEN, GREY, PAGE_INCHES, RED, SETTINGS, label
from experiments.results.limit_account import CASH, DEBT, account
from experiments.store import read_manifest

CENTS_PER_BN = 100 * 10**9
WIDTH = 0.7  # of a bar
NET = {  # what is sold and repaid is shown net: gross it is many times what stays
    "debt sold": "debt sold\nless repaid",
    "debt repaid": "debt sold\nless repaid",
    "bills sold": "bills,\nnet",
    "bills repaid": "bills,\nnet",
    "notes and bonds sold": "notes and\nbonds, net",
    "notes and bonds repaid": "notes and\nbonds, net",
    "notes and bonds bought back": "bought\nback",
    "receipts less outlays": "receipts less\noutlays",
    "inflation accrued less repaid": "inflation accrued\nless repaid",
    "interest paid": "interest\npaid",
}


def has_limit(folder: Path) -> bool:
    """Tell whether a limit was reinstated in a run."""
    return (folder / "debt_limit.parquet").is_file()


def figure(folder: Path) -> Figure:
    """Return the waterfalls of a run; UserError if it had no debt limit."""
    steps, manifest = account(RunTables(folder)), read_manifest(folder)
    if steps.empty:
        raise UserError(f"waterfall: {folder} has no debt limit, expected a run of a scenario with policy.debt_limit")
    with matplotlib.rc_context(SETTINGS):
        page = Figure(figsize=PAGE_INCHES, layout="constrained")
        upper, lower = page.subplots(2, 1)
        draw(upper, steps[steps["account"] == CASH], "The Treasury's cash: where it came from and went")
        draw(lower, steps[steps["account"] == DEBT], "Debt subject to the limit, change since the reinstatement", True)
        scenario = manifest.scenario
        style.headline(page, f"{scenario['name']}, seed {manifest.seed}. {scenario['about']}")
    return page


def save(folder: Path) -> list[Path]:
    """Write the waterfall into the run folder, each file moved into place when whole; return the files."""
    return style.save(figure(folder), folder, "waterfall")


def draw(axes: Axes, steps: pd.DataFrame, title: str, from_zero: bool = False) -> None:
    """Draw levels as grey bars and steps as bars between them, green up and red down, in billions of dollars.

    Thin lines carry each level to the next bar; each phase is named between the levels that bound it.
    """
    level, lowest, names, levels = 0.0, 0.0, list[str](), list[int]()
    start = steps["cents"].iloc[0] / CENTS_PER_BN if from_zero else 0.0
    for name, is_level, cents in bars(steps):
        bn = cents / CENTS_PER_BN
        bottom = 0.0 if is_level else level
        height = bn - start if is_level else bn
        colour = (BLUE if not names else GREY) if is_level else GREEN if bn >= 0 else RED
        if names:  # where the bar before ended
            axes.plot([len(names) - 1 + WIDTH / 2, len(names) - WIDTH / 2], [level, level], color=GREY, linewidth=0.6)
        if is_level:
            levels.append(len(names))
        axes.bar(len(names), height, bottom=bottom, color=colour, width=WIDTH)
        axes.annotate(
            f"{height:+,.0f}" if from_zero or not is_level else f"{height:,.0f}", **_above(names, bottom, height)
        )
        level, lowest = bottom + height, min(lowest, bottom, bottom + height)
        names.append(name)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_xticks(range(len(names)), names, fontsize=7)
    axes.grid(axis="x", visible=False)
    axes.set_axisbelow(True)
    axes.use_sticky_edges = False
    axes.margins(y=0.16)
    for phase, first, last in zip(steps["phase"].unique(), levels, levels[1:], strict=False):
        place: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "top"}
        axes.text((first + last) / 2, 0.99, named(str(phase), len(levels)), fontsize=8, style="italic", **place)
    if lowest >= 0.0:
        axes.set_ylim(bottom=0)
    label(axes, title, "billion dollars", dates=False)


def named(phase: str, levels: int) -> str:
    """Return the name of a phase; a run-down that nothing follows says that the run ends before the limit is raised."""
    return phase if levels > 2 else f"{phase}; the run ends before the limit is raised"


def bars(steps: pd.DataFrame) -> list[tuple[str, bool, int]]:
    """Return the bars: name, whether it is a level, cents. The level between two phases is shown once."""
    out: list[tuple[str, bool, int]] = []
    for _, part in steps.groupby("phase", sort=False):
        names, cents = part["step"].tolist(), part["cents"].tolist()
        if not out:
            out.append((names[0].replace("close of ", "close of\n"), True, cents[0]))
        net: dict[str, int] = {}
        for name, amount in zip(names[1:-1], cents[1:-1], strict=True):
            net[NET.get(name, name)] = net.get(NET.get(name, name), 0) + amount
        out += [(name, False, amount) for name, amount in net.items() if amount]
        out.append((names[-1].replace("close of ", "close of\n"), True, cents[-1]))
    return out


def _above(names: list[str], bottom: float, height: float) -> dict[str, Any]:
    """Place a number above its bar."""
    top = (len(names), max(bottom, bottom + height))
    free = {"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none"}  # lines do not cross a number
    return {"xy": top, "xytext": (0, 4), "textcoords": "offset points", "ha": "center", "fontsize": 7, "bbox": free}
