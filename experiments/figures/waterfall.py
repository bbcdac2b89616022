"""The account of a debt limit as a waterfall: cash above, subject debt below, from reinstatement to rebuild.

Read from the top: levels at closes are upright marks with their number, steps are bars from where the one before ended.
Axes need not begin at zero, since levels are marks and no lengths.
"""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from experiments.check import RunTables
from experiments.errors import UserError
from experiments.figures import style
from experiments.figures.style import BLACK, GREEN, GREY, ORANGE, SETTINGS, area
from experiments.results.limit_account import CASH, DEBT, account
from experiments.store import read_manifest

WIDE_INCHES, ROW_INCHES, BESIDE_INCHES = 7.0, 0.2, 1.4
CENTS_PER_BN = 100 * 10**9
LEAST_CENTS = CENTS_PER_BN // 20  # of a step that is drawn: a smaller one is 0.0 in words
WIDTH = 0.7  # of a bar
LEVEL, ADDS, TAKES, PHASE = "level at a close", "adds", "takes away", "phase"
FREE = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}  # lines do not cross what it says
BESIDE: dict[str, Any] = {
    "xytext": (4, 0),
    "textcoords": "offset points",
    "va": "center",
    "fontsize": 7.5,
    "bbox": FREE,
}
CLOSE = "close of "
NET = {  # what is sold and repaid is shown net: gross it is many times what stays
    "debt sold": "debt sold less repaid",
    "debt repaid": "debt sold less repaid",
    "buybacks": "paid for buybacks",
    "bills sold": "bills sold less repaid",
    "bills repaid": "bills sold less repaid",
    "notes and bonds sold": "notes and bonds sold less repaid",
    "notes and bonds repaid": "notes and bonds sold less repaid",
    "inflation accrued less repaid": "inflation of TIPS less repaid",
    "measures": "extraordinary measures",
}


def has_limit(folder: Path) -> bool:
    """Tell whether a limit was reinstated in a run."""
    return (folder / "debt_limit.parquet").is_file()


def figure(folder: Path) -> Figure:
    """Return the waterfalls of a run, as wide as a page; UserError if it had no debt limit."""
    steps, manifest = account(RunTables(folder)), read_manifest(folder)
    if steps.empty:
        raise UserError(f"waterfall: {folder} has no debt limit, expected a run of a scenario with policy.debt_limit")
    first = said(str(steps["step"].iloc[0]))
    titles = {
        CASH: "The Treasury's cash: what came and went",
        DEBT: f"Debt subject to the limit: change since the {first}",
    }
    parts = {which: steps[steps["account"] == which] for which in titles}
    lines = [len(lines_of(part, which == DEBT)) for which, part in parts.items()]
    with matplotlib.rc_context(SETTINGS):
        page = Figure(figsize=(WIDE_INCHES, BESIDE_INCHES + ROW_INCHES * sum(lines)), layout="constrained")
        panels = page.subplots(2, 1, height_ratios=lines)
        for axes, (which, part) in zip(panels, parts.items(), strict=True):
            draw(axes, part, titles[which], which == DEBT)
        scenario = manifest.scenario
        style.headline(page, f"{scenario['name']}, seed {manifest.seed}. {scenario['about']}")
        known = {
            name: handle for axes in panels for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        page.legend(known.values(), known.keys(), loc="outside lower center", ncols=3)
    return page


def save(folder: Path) -> list[Path]:
    """Write the waterfall into the run folder, each file moved into place when whole; return the files."""
    return style.save(figure(folder), folder, "waterfall")


def draw(axes: Axes, steps: pd.DataFrame, title: str, from_zero: bool = False) -> None:
    """Draw levels as marks and steps as bars between them, in billions of dollars, a line for each, from the top.

    ``from_zero`` counts levels from the first, which is then nothing and has no mark.
    """
    lines = lines_of(steps, from_zero)
    for at, line in enumerate(lines):
        upright = [at - WIDTH / 2, at + WIDTH / 2]
        if at:  # where the line before ended
            axes.plot([line.begun] * 2, [at - 1 + WIDTH / 2, upright[0]], color=GREY, linewidth=0.6)
        if line.kind == PHASE:
            axes.plot([line.level] * 2, upright, color=GREY, linewidth=0.6)
            axes.text(0.01, at, line.name, style="italic", va="center", transform=axes.get_yaxis_transform(), bbox=FREE)
            continue
        if line.kind == LEVEL:
            axes.plot([line.level] * 2, upright, color=BLACK, linewidth=2.4, solid_capstyle="butt", label=line.kind)
        else:
            look = area(GREEN if line.kind == ADDS else ORANGE)
            axes.barh(at, line.level - line.begun, WIDTH, left=line.begun, label=line.kind, **look)
        right = line.level if line.kind == LEVEL else max(line.begun, line.level)
        axes.annotate(line.number.replace("-", "\N{MINUS SIGN}"), (right, at), **BESIDE)
    if from_zero:
        axes.axvline(0, color=BLACK, linewidth=0.6)
    told = {at: line.name for at, line in enumerate(lines) if line.kind != PHASE}
    axes.set_yticks(list(told), list(told.values()))
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.margins(x=0.12)
    axes.use_sticky_edges = False
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.set_title(title)
    axes.set_xlabel("billion dollars")


class Line(NamedTuple):
    """A line of a waterfall: what it is, its name, where it begins and ends in billions of dollars, and its number."""

    kind: str
    name: str
    begun: float
    level: float
    number: str


def lines_of(steps: pd.DataFrame, from_zero: bool = False) -> list[Line]:
    """Return the lines of an account: levels, steps, and the name of each phase before its first step."""
    known, phases = bars(steps), list(steps["phase"].unique())
    start = known[0][2] / CENTS_PER_BN if from_zero else 0.0
    levels, level, out = sum(is_level for _, is_level, _ in known), known[0][2] / CENTS_PER_BN - start, list[Line]()
    for place, (name, is_level, cents) in enumerate(known):
        begun, bn = level, cents / CENTS_PER_BN
        level = bn - start if is_level else level + bn
        if is_level and (place or not from_zero):
            number = f"{level:+,.1f}" if from_zero else f"{level:,.1f}"
            out.append(Line(LEVEL, said(name), begun, level, number))
        elif not is_level and abs(cents) >= LEAST_CENTS:
            out.append(Line(ADDS if cents > 0 else TAKES, name, begun, level, f"{bn:+,.1f}"))
        if is_level and phases:
            out.append(Line(PHASE, named(str(phases.pop(0)), levels), level, level, ""))
    return out


def said(step: str) -> str:
    """Return the name of a level with its date in words."""
    if not step.startswith(CLOSE):
        return step
    day = date.fromisoformat(step.removeprefix(CLOSE))
    return f"{CLOSE}{day.day} {day:%B %Y}"


def named(phase: str, levels: int) -> str:
    """Return the name of a phase; a run-down that nothing follows says that the run ends before the limit is raised."""
    return phase if levels > 2 else f"{phase}; the run ends before the limit is raised"


def bars(steps: pd.DataFrame) -> list[tuple[str, bool, int]]:
    """Return the bars: name, whether it is a level, cents. The level between two phases is shown once."""
    out: list[tuple[str, bool, int]] = []
    for _, part in steps.groupby("phase", sort=False):
        names, cents = part["step"].tolist(), part["cents"].tolist()
        if not out:
            out.append((names[0], True, cents[0]))
        net: dict[str, int] = {}
        for name, amount in zip(names[1:-1], cents[1:-1], strict=True):
            net[NET.get(name, name)] = net.get(NET.get(name, name), 0) + amount
        out += [(name, False, amount) for name, amount in net.items() if amount]
        out.append((names[-1], True, cents[-1]))
    return out
