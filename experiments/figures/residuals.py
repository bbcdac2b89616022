"""Errors of the fitted curve on the last day: each note and bond, the cheapest and the dearest by name."""

import textwrap
from collections.abc import Hashable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.curve import nominal_coupons
from experiments.figures.style import BLACK, BLUE, GREEN, GREY, RED, alone, label, legend

NAMED, LETTERS = 3, 44  # of each side, and of a line of the legend


def draw(run: Any) -> Figure:
    """Return the figure of a run."""
    return alone(panel, run, 3.0)


def panel(axes: Axes, run: Any) -> None:
    """Draw yield less fitted curve by maturity; name the cheapest (highest yield) and the dearest below."""
    securities = run["securities"]
    day = securities["date"].max()
    fitted = nominal_coupons(securities[securities["date"] == day]).dropna(subset=["residual_bp"])
    fitted = fitted.sort_values("residual_bp")
    axes.scatter(fitted["years"], fitted["residual_bp"], s=6, color=GREY, linewidths=0)
    sides = ((fitted.tail(NAMED)[::-1], RED, "^", "cheapest"), (fitted.head(NAMED), BLUE, "v", "dearest"))
    for side, colour, shape, name in sides:
        names = ", ".join(_name(row) for row in side.to_dict("records"))
        axes.scatter(
            side["years"],
            side["residual_bp"],
            s=26,
            marker=shape,
            color=colour,
            label=textwrap.fill(f"{name}: {names}", LETTERS),
        )
    newest = fitted[fitted["on_the_run"]]
    axes.scatter(newest["years"], newest["residual_bp"], s=30, facecolors="none", edgecolors=GREEN, label="on the run")
    axes.axhline(0, color=BLACK, linewidth=0.6)
    label(axes, f"Yield less fitted curve, {day:%d %b %Y}", "basis points", dates=False)
    axes.set_xlabel("years to maturity")
    legend(axes)


def _name(security: dict[Hashable, Any]) -> str:
    """Return coupon and maturity, as traders name a bond."""
    return f"{security['coupon_percent']:.3g}s of {pd.Timestamp(security['maturity']):%b %y}"
