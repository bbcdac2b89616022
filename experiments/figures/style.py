"""The house style: colours that everybody can tell apart (Okabe and Ito 2008), sizes, and what every axis gets."""

import os
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, RED, PINK, GREY = "#0072B2", "#D55E00", "#CC79A7", "#999999"
PAGE_INCHES = (11.7, 8.3)  # A4, landscape
FORMATS: dict[str, dict[str, None]] = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None}}
SETTINGS: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E5E5",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "pdf.fonttype": 42,
    "savefig.dpi": 160,
}


def label(axes: Axes, title: str, unit: str, dates: bool = True) -> None:
    """Give axes a title and the unit of what they show, and readable dates."""
    axes.set_title(title)
    axes.set_ylabel(unit)
    if dates:
        locator = AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def legend(axes: Axes) -> None:
    """Name what has a label in one line below the axes, where it hides nothing."""
    handles, names = axes.get_legend_handles_labels()
    if handles:
        axes.legend(handles, names, loc="upper center", bbox_to_anchor=(0.5, -0.07), ncols=len(handles))


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure into a folder in each format, moved into place when whole; return the files."""
    saved = []
    with matplotlib.rc_context(SETTINGS):
        for ending, metadata in FORMATS.items():
            partial, path = folder / f".{name}.partial-{os.getpid()}.{ending}", folder / f"{name}.{ending}"
            figure.savefig(partial, format=ending, metadata=metadata)
            os.replace(partial, path)
            saved.append(path)
    return saved
