"""What dealers carry: net and gross positions, and how much of their limits is used."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.events import shade
from experiments.figures.style import BLACK, alone, label, legend, series


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run)


def panel(axes: Axes, run: Any) -> None:
    """Draw primary dealers' positions, and the use of their limits on a second axis."""
    daily = run["daily"]
    shade(axes, run, daily["date"])
    axes.plot(daily["date"], daily["dealer_net_musd"] / 1_000, **series(0), label="net")
    axes.plot(daily["date"], daily["dealer_gross_musd"] / 1_000, **series(1), label="gross")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.set_ylim(bottom=min(0.0, daily["dealer_net_musd"].min() / 1_000))  # both axes begin at zero, if net is above
    axes.plot([], [], **series(3), label="use of limits (right)")
    label(axes, "Primary dealers' inventory", "billion dollars of face")
    use = axes.twinx()
    use.plot(daily["date"], 100 * daily["dealer_utilisation"], **series(3))
    use.set_ylabel("percent of limits")
    use.set_ylim(bottom=0)
    use.grid(visible=False)
    legend(axes)
