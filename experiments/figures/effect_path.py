"""The effects on the primary outcome by day: the mean over seeds of the paired difference, its pointwise t interval."""

import textwrap
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from experiments.figures.style import BLACK, COLUMN_INCHES, SETTINGS, in_words, label, legend, series
from experiments.results.inference import t_half_width
from experiments.results.readable import scale

WIDE_INCHES, WIDE_HIGH, HIGH = 7.0, 4.2, 3.4
LETTERS = 40  # of a line of a title in a column


def draw(results: Any) -> Figure:
    """Return the figure of an experiment, a column wide."""
    return _figure(results, COLUMN_INCHES, HIGH)


def draw_wide(results: Any) -> Figure:
    """Return the figure of an experiment for a page."""
    return _figure(results, WIDE_INCHES, WIDE_HIGH)


def panel(axes: Axes, paths: dict[str, NDArray[np.float64]], title: str, unit: str) -> None:
    """Draw the differences (seeds, days) of each effect by business day."""
    for place, (name, paired) in enumerate(paths.items()):
        if not len(paired):
            continue
        drawn, days = series(place), np.arange(1, paired.shape[1] + 1)
        mean = paired.mean(axis=0)
        half = np.array([t_half_width(day) for day in paired.T])
        axes.fill_between(days, mean - half, mean + half, color=drawn["color"], alpha=0.15, linewidth=0)
        axes.plot(days, mean, **drawn, label=name)
    axes.axhline(0, color=BLACK, linewidth=0.6)
    label(axes, title, unit, dates=False)
    axes.set_xlabel("business day of the run")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend(axes)


def _figure(results: Any, width: float, height: float) -> Figure:
    """Return the paths of an experiment as a figure of a width."""
    primary, differences = results.question.outcomes[0], dict[str, NDArray[np.float64]]()
    for name, weights in results.question.contrasts().items():
        paths = results.paths(list(weights))
        differences[name] = np.sum([weight * paths[arm] for arm, weight in weights.items()], axis=0)
    means = [paired.mean(axis=0) for paired in differences.values() if len(paired)]
    factor, unit = scale(primary.unit_of_a_day, np.ravel(means))
    shown = {name: factor * paired for name, paired in differences.items()}
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        title = f"{primary.name}: difference by day, 95 % intervals by day"
        title = textwrap.fill(title, round(LETTERS * width / COLUMN_INCHES))
        panel(figure.subplots(), shown, title, in_words(unit))
    return figure
