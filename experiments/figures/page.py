"""One page of a run: six figures, as PNG and PDF in the run folder."""

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from experiments.check import RunTables
from experiments.figures import buybacks, curve, inventory, money, spreads, style, yields
from experiments.figures.style import PAGE_INCHES, SETTINGS, Panel
from experiments.store import read_manifest

PANELS: tuple[Panel, ...] = (curve.panel, yields.panel, spreads.panel, inventory.panel, buybacks.panel, money.panel)


def figure(folder: Path) -> Figure:
    """Return the page of a run as a figure."""
    run, manifest = RunTables(folder), read_manifest(folder)
    with matplotlib.rc_context(SETTINGS):
        page = Figure(figsize=PAGE_INCHES, layout="constrained")
        for axes, panel in zip(page.subplots(2, 3).flat, PANELS, strict=True):
            panel(axes, run)
        scenario = manifest.scenario
        style.headline(page, f"{scenario['name']}, seed {manifest.seed}. {scenario['about']}")
    return page


def save(folder: Path) -> list[Path]:
    """Write the page into the run folder, each file moved into place when whole; return the files."""
    return style.save(figure(folder), folder, "page")
