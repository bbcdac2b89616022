"""The house style: colours that everybody can tell apart, dashes that survive grey print, sizes, what every axis gets.

Colours are those of Okabe and Ito ("Color Universal Design", 2008), darkened where they draw lines until they stand
out from white by 4.5 (WCAG 2.1, 1.4.3). Lines of one picture also differ by their dashes, since colours of one darkness
look alike in grey, and light areas have an outline. What one draws without a word of colour gets the same colours in
their order. A figure of its own is one column of a journal wide. ``tests/figure_audit.py`` is the audit of it.
"""

import os
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

BLACK, BLUE, RED, GREEN, PINK, GREY = "#000000", "#0072B2", "#B84E00", "#007A59", "#A8467B", "#6E6E6E"
ORANGE, SKY, PALE = "#E69F00", "#56B4E9", "#E5E5E5"  # of areas with an outline, never of lines or letters
OUTLINE = 0.5  # points
SERIES: tuple[tuple[str, Any], ...] = (
    (BLUE, "-"),
    (RED, (0, (5, 1.5))),
    (GREEN, (0, (6, 1.5, 1, 1.5))),
    (PINK, (0, (1.2, 1))),
    (BLACK, (0, (6, 1.5, 1, 1.5, 1, 1.5))),
    (GREY, (0, (9, 2))),
    (BLUE, (0, (3, 1, 1, 1))),
)
MAP = "cividis"  # of heat maps: lighter with the value
SIGNED_MAP = "PuOr_r"  # of changes: orange for more, purple for less; their numbers are written in
PAGE_INCHES = (11.7, 8.3)  # A4, landscape
COLUMN_INCHES, PANEL_INCHES = 3.4, 2.5  # width of a column of a journal, height of one panel in it
FORMATS: dict[str, dict[str, None]] = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None}}
SETTINGS: Any = {
    "axes.prop_cycle": cycler(color=[BLUE, RED, GREEN, PINK, BLACK, GREY]),
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.labelsize": 8,
    "lines.linewidth": 1.2,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "legend.handlelength": 2.4,
    "legend.columnspacing": 1.2,
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
}
POINTS_BELOW = 17  # from the axis to the legend: room for tick labels
POINTS_OF_LABEL = 13  # and for the label of the axis
LETTERS = 66  # of a legend's line across a column
POINTS_OF_HEADLINE, LETTERS_PER_INCH = 10, 13

WORDS = {
    "bp": "basis points",
    "musd": "million dollars",
    "count": "number",
    "$m": "million dollars",
    "$bn": "billion dollars",
}  # of units
WHOLE = {"a day": "number a day", "days": "business days"}  # units that are said otherwise as a whole

Panel = Callable[[Axes, Any], None]


def series(place: int) -> dict[str, Any]:
    """Return colour and dashes of the n-th line of a picture."""
    colour, dashes = SERIES[place % len(SERIES)]
    return {"color": colour, "linestyle": dashes}


def area(colour: str) -> dict[str, Any]:
    """Return colour and outline of a bar, a point or an area: a light one stands out from paper by its outline."""
    return {"facecolor": colour, "edgecolor": BLACK, "linewidth": OUTLINE}


def column(height: float = PANEL_INCHES) -> Figure:
    """Return an empty figure of one column; draw into it under ``SETTINGS``."""
    return Figure(figsize=(COLUMN_INCHES, height), layout="constrained")


def alone(panel: Panel, results: Any, height: float = PANEL_INCHES) -> Figure:
    """Return a figure of one panel, a column wide."""
    return stacked((panel,), results, height)


def stacked(panels: Sequence[Panel], results: Any, height: float = PANEL_INCHES) -> Figure:
    """Return a figure of panels above each other, a column wide; ``height`` is that of one, in inches."""
    with matplotlib.rc_context(SETTINGS):
        figure = column(height * len(panels))
        for axes, panel in zip(figure.subplots(len(panels), 1, squeeze=False).flat, panels, strict=True):
            panel(axes, results)
    return figure


def label(axes: Axes, title: str, unit: str, dates: bool = True) -> None:
    """Give axes a title and the unit of what they show, and readable dates."""
    axes.set_title(title)
    axes.set_ylabel(unit)
    if dates:
        narrow = axes.get_figure(root=True).get_figwidth() < 2 * COLUMN_INCHES  # type: ignore[union-attr]
        locator = AutoDateLocator(minticks=2, maxticks=6 if narrow else 8)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def legend(axes: Axes) -> None:
    """Name what has a label below the axes, where it hides nothing, in as few lines as there is room for."""
    handles, names = axes.get_legend_handles_labels()
    if not handles:
        return
    figure: Any = axes.get_figure(root=True)
    below = POINTS_BELOW + (POINTS_OF_LABEL if axes.get_xlabel() or dated(axes) else 0)
    at = axes.transAxes + ScaledTranslation(0, -below / 72, figure.dpi_scale_trans)
    widest = max(map(len, names)) + 8  # a handle is some letters wide
    across = LETTERS * max(figure.get_figwidth() / 3, COLUMN_INCHES) / COLUMN_INCHES
    axes.legend(
        handles,
        names,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=at,
        ncols=max(1, min(len(handles), int(across // widest))),
        borderaxespad=0.0,
    )


def headline(page: Figure, text: str) -> None:
    """Put a text above a page, in as many lines as it needs."""
    lines = textwrap.fill(text, int(LETTERS_PER_INCH * page.get_figwidth()))
    page.suptitle(lines, x=0.01, ha="left", fontsize=POINTS_OF_HEADLINE)


def in_words(unit: str) -> str:
    """Return a unit of the record as it stands on an axis."""
    return WHOLE.get(unit, " ".join(WORDS.get(word, word) for word in unit.split()))


def dated(axes: Axes) -> bool:
    """Tell whether an axis of dates puts the year below its labels."""
    return isinstance(axes.xaxis.get_major_formatter(), ConciseDateFormatter)


def says(axes: Axes, what: str, height: float = 0.5) -> None:
    """Say in axes why nothing is there, in the middle of empty ones."""
    axes.text(0.5, height, what, transform=axes.transAxes, ha="center", va="center")


def ink(red: float, green: float, blue: float) -> str:
    """Return black or white, whichever can be read on a colour (components 0 to 1)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return BLACK if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 else "#FFFFFF"


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
