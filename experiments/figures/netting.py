"""A netting set of one security and day, before and after netting: who owes whom, and how much is left to deliver."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.figures.style import BLACK, BLUE, GREY, ORANGE, SETTINGS, area
from market.accounts.netting import COUNTERPARTY, Obligations, bilateral, gross, multilateral
from market.units import FACE_PER_MUSD, Bool

LOOKS = {  # of who delivers and takes
    "dealer": {"marker": "s", "s": 22, **area(BLUE)},
    "other account": {"marker": "o", "s": 22, **area(ORANGE)},
    "central counterparty": {"marker": "D", "s": 50, **area(BLACK)},
}
STEPS = ("as traded", "net by pair", "dealers clear", "all clear")


def draw(trades: Any, dealers: Bool) -> Figure:
    """Draw obligations of ``trades`` (market.messages.TRADES): gross, net by pair, cleared by dealers, by all."""
    before = gross(trades)
    steps = before, bilateral(before), multilateral(before, dealers), multilateral(before, np.ones_like(dealers))
    parties = np.unique(np.concatenate([before.giver, before.taker]))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(7.0, 7.2), layout="constrained")
        for axes, owed, name in zip(figure.subplots(2, 2).flat, steps, STEPS, strict=True):
            _arrows(axes, owed, parties, dealers)
            axes.set_title(f"{name}: {owed.given / FACE_PER_MUSD:,.0f} m in {len(owed.face)} deliveries")
        _legend(figure)
    return figure


def _arrows(axes: Any, owed: Obligations, parties: Any, dealers: Bool) -> None:
    """Draw accounts on a circle, the central counterparty in the middle, and arrows from giver to taker."""
    angle = 2 * np.pi * np.arange(len(parties)) / max(len(parties), 1)
    at = {int(p): (float(np.cos(a)), float(np.sin(a))) for p, a in zip(parties, angle, strict=True)}
    at[COUNTERPARTY] = (0.0, 0.0)
    largest = max(int(owed.face.max(initial=1)), 1)
    for giver, taker, face in zip(owed.giver, owed.taker, owed.face, strict=True):
        style = {
            "arrowstyle": "-|>",
            "color": GREY,
            "linewidth": 0.4 + 2.2 * face / largest,
            "shrinkA": 4,
            "shrinkB": 4,
        }
        axes.annotate("", at[int(taker)], at[int(giver)], arrowprops={**style, "mutation_scale": 7})
    for party, (x, y) in at.items():
        if party != COUNTERPARTY:
            who = "dealer" if dealers[party] else "other account"
        elif (owed.giver == COUNTERPARTY).any() or (owed.taker == COUNTERPARTY).any():
            who = "central counterparty"
        else:
            continue
        axes.scatter([x], [y], zorder=3, label=who, **LOOKS[who])
    axes.set_xlim(-1.15, 1.15)
    axes.set_ylim(-1.15, 1.15)
    axes.set_aspect("equal")
    axes.axis("off")


def _legend(figure: Figure) -> None:
    """Name who is who, and what an arrow is, below the panels."""
    drawn = [axes.get_legend_handles_labels() for axes in figure.axes]
    known = {name: handle for handles, names in drawn for handle, name in zip(handles, names, strict=True)}
    delivery = Line2D([], [], color=GREY, label="delivery, thicker for more face")
    handles = [*(known[name] for name in LOOKS if name in known), delivery]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
