"""The network of a run: who traded with whom by request, dealers in the middle, clients around."""

from pathlib import Path
from typing import Any

import matplotlib
import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.figures.style import BLUE, GREY, ORANGE, SETTINGS
from experiments.request_summary import requests
from market.relationships import measures

LEAST_SHARE = 0.08  # of a client's trades: thinner links are not drawn


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


def draw(results: Path) -> Figure:
    """Draw the network of a run folder that kept its requests, and its dealers' shares beside it."""
    shares = trade_shares(requests(results))
    found = measures(shares.to_numpy(np.float64))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.0, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
        _links(left, shares)
        strength = shares.mean(axis=0).sort_values(ascending=False)
        right.bar(range(len(strength)), 100 * strength.to_numpy(), color=BLUE, label="dealers")
        right.axhline(100 / max(len(strength), 1), color=GREY, linestyle=":", linewidth=1.0)
        right.set_title(f"Dealers' shares; the first quarter has {100 * found['core_share']:.0f} %")
        right.set_ylabel("percent, mean over clients; dotted: all alike")
        right.set_xlabel("dealers, from the most used")
        right.set_xticks([])
        left.set_title(f"Who trades with whom: a client's concentration {found['client_hhi']:.2f}")
    return figure


def _links(axes: Any, shares: pd.DataFrame) -> None:
    """Draw dealers on an inner ring, clients on an outer one, beside the dealer each uses most."""
    clients, dealers = shares.shape
    value = shares.to_numpy()
    order = np.lexsort((-value.max(axis=1), value.argmax(axis=1)))
    outer, inner = _ring(clients, 1.0), _ring(dealers, 0.55)
    for place, c in enumerate(order):
        for d in np.flatnonzero(value[c] >= LEAST_SHARE):
            ends = np.stack([outer[place], inner[d]])
            axes.plot(*ends.T, color=GREY, linewidth=3.0 * value[c, d], alpha=min(1.0, 0.15 + value[c, d]), zorder=1)
    axes.scatter(*outer.T, s=8, color=ORANGE, zorder=2, label="clients")
    axes.scatter(*inner.T, s=1500 * value.mean(axis=0), color=BLUE, zorder=3, label="dealers, by their share")
    axes.set_aspect("equal")
    axes.axis("off")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, -0.08), ncols=2, markerscale=0.7)


def _ring(n: int, radius: float) -> Any:
    """Return points on a circle (n, 2)."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
