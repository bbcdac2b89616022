"""Money of a replay week by week: reserves and the Fed's reverse repo on Wednesdays beside the published levels."""

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.belief.replay import MONEY, RESERVES, REVERSE_REPO, Item, Replay
from experiments.figures import style
from experiments.figures.style import BLACK, BLUE, GREY, PAGE_INCHES, SETTINGS, SKY, area, label, legend

PARTS = ((RESERVES, BLUE), (REVERSE_REPO, SKY))  # and the colours of their bars
BAR_DAYS = 2.5


def levels(axes: Axes, found: Replay, item: Item) -> None:
    """Draw one level of the model as a line, of the H.4.1 as dots."""
    rows = found.bookkeeping[found.bookkeeping["item"] == item.name]
    days = rows["day"].to_numpy(np.int64).astype("datetime64[D]")
    axes.plot(days, rows["model"], color=BLUE, label="model")
    axes.plot(days, rows["published"], ".", color=BLACK, label="published")
    label(axes, f"{item.name.capitalize()}, Wednesdays", "billion dollars")
    legend(axes)


def differences(axes: Axes, found: Replay) -> None:
    """Draw by week what each is above the published level, and their sum."""
    compared = found.bookkeeping
    for place, (item, colour) in enumerate(PARTS):
        rows = compared[compared["item"] == item.name]
        days = rows["day"].to_numpy(np.float64) + BAR_DAYS * (place - 0.5)
        error = (rows["model"] - rows["published"]).to_numpy(np.float64)
        axes.bar(days, error, BAR_DAYS, **area(colour), label=item.name)
    rows = compared[compared["item"] == MONEY.name]
    total = (rows["model"] - rows["published"]).to_numpy(np.float64)
    axes.plot(rows["day"].to_numpy(np.float64), total, color=BLACK, label=MONEY.name)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    axes.xaxis_date()
    label(axes, "Model less published", "billion dollars")
    legend(axes)


def figure(found: Replay) -> Figure:
    """Return the page."""
    with matplotlib.rc_context(SETTINGS):
        page = Figure(figsize=(PAGE_INCHES[0], 0.5 * PAGE_INCHES[1]), layout="constrained")
        axes = page.subplots(1, 3)
        for panel, (item, _) in zip(axes, PARTS, strict=False):
            levels(panel, found, item)
        differences(axes[2], found)
        name = f"{found.manifest.scenario.get('name', '')}, seed {found.manifest.seed}, beside H.4.1. "
        split = "The sum is bookkeeping; the split is behaviour, estimated before the start."
        style.headline(page, name + split)
    return page


def save(found: Replay, out: Path) -> list[Path]:
    """Write the page into a folder, each file moved into place when whole; return the files."""
    return style.save(figure(found), out, "replay_money")
