"""One page of a run: six figures, as PNG and PDF in the run folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.check import RunTables
from experiments.figures import buybacks, curve, inventory, money, spreads, style, yields
from experiments.figures.style import PAGE_INCHES, SETTINGS
from experiments.store import read_manifest

Panel = Callable[[Axes, Any], None]
PANELS: tuple[Panel, ...] = (curve.draw, yields.draw, spreads.draw, inventory.draw, buybacks.draw, money.draw)


def figure(folder: Path) -> Figure:
    """Return the page of a run as a figure."""
    run, manifest = RunTables(folder), read_manifest(folder)
    with matplotlib.rc_context(SETTINGS):
        page = Figure(figsize=PAGE_INCHES, layout="constrained")
        for axes, draw in zip(page.subplots(2, 3).flat, PANELS, strict=True):
            draw(axes, run)
        scenario = manifest.scenario
        page.suptitle(f"{scenario['name']}, seed {manifest.seed}. {scenario['about']}", x=0.01, ha="left", fontsize=10)
    return page


def save(folder: Path) -> list[Path]:
    """Write the page into the run folder, each file moved into place when whole; return the files."""
    return style.save(figure(folder), folder, "page")
