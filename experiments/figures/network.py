"""The network of a run: who traded with whom by request, dealers in the middle, clients around.

HHI, the sum of squared shares, says two things of it: of a client's trades over its dealers (mean over clients), and of
the dealers' shares of all clients.
"""

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, GREY, ORANGE, area, label, legend, stacked
from experiments.results.request_summary import requests
from market.requests.relationships import measures

LEAST_SHARE = 0.08  # of a client's trades: thinner links are not drawn
PANEL_HIGH = 2.9  # inches
WIDEST = 1.6  # points: a link that is all of a client's trades


def relationships(folder: Path) -> "nx.Graph[str]":
    """Return who traded with whom by request in a run, ``weight`` being the share of the client's trades."""
    shares = trade_shares(requests(folder))
    made: nx.Graph[str] = nx.Graph()
    made.add_nodes_from(shares.index, role="client")
    made.add_nodes_from(shares.columns, role="dealer")
    clients, dealers = list(map(str, shares.index)), list(map(str, shares.columns))
    value = shares.to_numpy(np.float64)
    for c, d in np.argwhere(value > 0.0).tolist():
        made.add_edge(clients[c], dealers[d], weight=float(value[c, d]))
    return made


def trade_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each client's trades by request that each dealer won (clients, dealers)."""
    done = table[table["price"].notna()]
    counts = pd.crosstab(done["client"].astype(str), done["dealer"].astype(str))
    return counts.div(counts.sum(axis=1), axis=0)


def draw(results: Any) -> Figure:
    """Return the network of a run that kept its requests, and its dealers' shares below it."""
    shares = trade_shares(results["requests"])
    return stacked((_network, _strength), shares, PANEL_HIGH)


def _network(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw who trades with whom."""
    found = measures(shares.to_numpy(np.float64))
    _links(axes, shares)
    axes.set_title(f"Who trades with whom\n(HHI of a client {found['client_hhi']:.3f}, mean)")


def _strength(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw each dealer's share of clients' trades."""
    found = measures(shares.to_numpy(np.float64))
    strength = shares.mean(axis=0).sort_values(ascending=False)
    axes.bar(range(len(strength)), 100 * strength.to_numpy(), color=BLUE)
    axes.axhline(100 / max(len(strength), 1), color=BLACK, linestyle=":", linewidth=1.0, label="all alike")
    axes.grid(axis="x", visible=False)
    share = f"the first quarter of dealers has {100 * found['core_share']:.0f} %"
    label(
        axes,
        f"HHI of the dealers {found['dealer_hhi']:.3f}:\n{share}",
        "percent of trades, mean over clients",
        dates=False,
    )
    axes.set_xlabel("dealers, from the most used")
    axes.set_xticks([])
    legend(axes)


def _links(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw dealers on an inner ring, clients on an outer one, beside the dealer each uses most."""
    clients, dealers = shares.shape
    value = shares.to_numpy()
    order = np.lexsort((-value.max(axis=1), value.argmax(axis=1)))
    outer, inner = _ring(clients, 1.0), _ring(dealers, 0.55)
    for place, c in enumerate(order):
        for d in np.flatnonzero(value[c] >= LEAST_SHARE):
            ends = np.stack([outer[place], inner[d]])
            axes.plot(*ends.T, color=GREY, linewidth=WIDEST * value[c, d], zorder=1)
    axes.scatter(outer[:, 0], outer[:, 1], s=8, **area(ORANGE), zorder=2, label="clients")
    sizes = 900 * value.mean(axis=0)
    axes.scatter(inner[:, 0], inner[:, 1], s=sizes, color=BLUE, zorder=3, marker="s", label="dealers, by their share")
    axes.set_aspect("equal")
    axes.axis("off")
    legend(axes)


def _ring(n: int, radius: float) -> Any:
    """Return points on a circle (n, 2)."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
