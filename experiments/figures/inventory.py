"""What dealers carry: net and gross positions, and how much of their limits is used."""

from typing import Any

from matplotlib.axes import Axes

from experiments.figures.style import BLACK, BLUE, GREY, ORANGE, label, legend


def draw(axes: Axes, run: Any) -> None:
    """Draw primary dealers' positions, and the use of their limits on a second axis."""
    daily = run["daily"]
    axes.plot(daily["date"], daily["dealer_net_musd"] / 1_000, color=BLUE, label="net")
    axes.plot(daily["date"], daily["dealer_gross_musd"] / 1_000, color=ORANGE, label="gross")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    axes.plot([], [], color=GREY, linestyle=":", label="use of limits (right)")
    label(axes, "Primary dealers' inventory", "billion dollars of face")
    use = axes.twinx()
    use.plot(daily["date"], 100 * daily["dealer_utilisation"], color=GREY, linestyle=":")
    use.set_ylabel("percent of limits")
    use.set_ylim(bottom=0)
    use.grid(visible=False)
    legend(axes)
