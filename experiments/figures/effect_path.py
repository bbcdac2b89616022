"""An effect by day: the mean over seeds of the paired difference, and its pointwise t interval."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from experiments.figures.style import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, label
from experiments.inference import t_half_width

COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, RED, GREY)


def draw(axes: Axes, paths: dict[str, NDArray[np.float64]], title: str, unit: str) -> None:
    """Draw the differences (seeds, days) of each effect by business day."""
    for place, (name, paired) in enumerate(paths.items()):
        colour, days = COLOURS[place % len(COLOURS)], np.arange(1, paired.shape[1] + 1)
        if not len(paired):
            continue
        mean = paired.mean(axis=0)
        half = np.array([t_half_width(day) for day in paired.T])
        axes.fill_between(days, mean - half, mean + half, color=colour, alpha=0.15, linewidth=0)
        axes.plot(days, mean, color=colour, label=name)
    axes.axhline(0, color=BLACK, linewidth=0.6)
    label(axes, title, unit, dates=False)
    axes.set_xlabel("business day of the run")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
