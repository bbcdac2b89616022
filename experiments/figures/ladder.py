"""A book's ladder through a day: how much stands at each price in each round, and the trades made on it.

``watch`` lives through one day of a market and looks at the book of one security when quotes have been posted in each
round; ``draw`` shows it: price by time, darker where more stands, bids blue and offers orange, trades as dots.
"""

from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from experiments.figures.style import BLACK, BLUE, GREY, ORANGE, SETTINGS, says
from market.books.messages import Venue
from market.units import FACE_PER_MUSD, POINT_E8, Float, Int

TICKS_SHOWN = 4  # beyond the day's trades and best prices
NOBODY = "an empty book: nobody quoted firmly in any round"
TOP = 0.95  # of the axes: where it is said that a side is empty, above the composite


@dataclass(frozen=True, slots=True)
class Ladder:
    """The book of one security on one day; R rounds, L levels that were ever occupied near the inside."""

    name: str
    price: Float  # (L,) points
    bids: Float  # (R, L) million dollars
    asks: Float
    composite: Float  # (R,) points
    trades: NDArray[Any]  # of market.messages.TRADES, in the book
    tick: float


def watch(market: Any, security: int) -> Ladder:
    """Live through one day and look at a book in each round, after quotes were posted."""
    faces, bids, composite = [], [], []
    for act in market.moments():
        if act == "refresh_quotes":
            faces.append(market.books.faces[security].copy())
            bids.append(int(market.books.bid[security]))
            composite.append(float(market.view().price_of(np.array([security]), market.composite_bp[[security]])[0]))
            ladder = market.ladder
    trades = market.tape.everything()
    mine = trades[(trades["security"] == security) & (trades["venue"] == Venue.BOOK)]
    depth, best = np.array(faces) / FACE_PER_MUSD, np.array(bids)
    level = np.arange(depth.shape[1])
    price = ladder.price_e8(level, np.full(len(level), security)) / POINT_E8
    is_bid = level[None, :] <= best[:, None]
    low, high = _window(best, mine, price, np.array(composite))
    shown = slice(low, high)
    return Ladder(
        market.securities.cusip[security],
        price[shown],
        np.where(is_bid, depth, 0.0)[:, shown],
        np.where(is_bid, 0.0, depth)[:, shown],
        np.array(composite),
        mine,
        float(ladder.tick[security]),
    )


def _window(best: Int, trades: NDArray[Any], price: Float, composite: Float) -> tuple[int, int]:
    """Return the first and last level worth showing: best prices, trades, the composite, and some ticks around."""
    traded = np.searchsorted(price, trades["price_e8"] / POINT_E8 - 1e-9)
    inside = np.concatenate([best[best >= 0], best[best >= 0] + 1, traded, np.searchsorted(price, composite)])
    low, high = int(inside.min()) - TICKS_SHOWN, int(inside.max()) + TICKS_SHOWN
    return max(low, 0), min(high + 1, len(price))


def draw(ladder: Ladder) -> Figure:
    """Draw a ladder through its day."""
    rounds = len(ladder.composite)
    edges = np.append(ladder.price, ladder.price[-1] + ladder.tick) - 0.5 * ladder.tick
    sides = (ladder.bids, BLUE, "bids"), (ladder.asks, ORANGE, "offers")
    shown = [side for side in sides if (side[0] > 0).any()]
    most = max((float(np.quantile(depth[depth > 0], 0.98)) for depth, _, _ in shown), default=0.0)
    with matplotlib.rc_context({**SETTINGS, "axes.grid": False}):
        figure = Figure(figsize=(9.0, 4.6), layout="constrained")
        axes = figure.subplots()
        for depth, colour, name in shown:
            shade = LinearSegmentedColormap.from_list(name, ["white", colour])
            cells = np.ma.masked_equal(depth.T, 0.0)
            drawn = axes.pcolormesh(np.arange(rounds + 1), edges, cells, cmap=shade, vmin=0.0, vmax=most)
            figure.colorbar(drawn, ax=axes, label=f"{name}, million dollars", pad=0.01, fraction=0.03)
        middle = np.arange(rounds) + 0.5
        axes.plot(middle, ladder.composite, color=BLACK, linewidth=1.0, label="composite of the streams")
        _trades(axes, ladder.trades)
        if missing := [name for depth, _, name in sides if not (depth > 0).any()]:
            says(axes, NOBODY if not shown else f"no firm {missing[0]} in any round", TOP)
        axes.set_xlim(0, rounds)
        axes.set_xticks(range(0, rounds + 1, max(rounds // 10, 1)))
        axes.set_ylim(edges[0], edges[-1])
        axes.set_xlabel("round of the day")
        axes.set_ylabel("clean price, points")
        axes.set_title(f"{ladder.name}: the book through a day, {len(ladder.trades)} trades in it")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3)
    return figure


def _trades(axes: Any, trades: NDArray[Any]) -> None:
    """Draw trades as dots by their size, filled where the buyer took; those of a round side by side."""
    size = 4.0 + 40.0 * np.sqrt(trades["face"] / max(int(trades["face"].max(initial=1)), 1))
    place = np.zeros(len(trades))
    for number in np.unique(trades["round"]):
        mine = np.flatnonzero(trades["round"] == number)
        place[mine] = number + (np.arange(len(mine)) + 0.5) / len(mine)
    for sign, name, face in ((1, "a buyer took", BLACK), (-1, "a seller took", "white")):
        some = trades["aggressor"] == sign
        if not some.any():
            continue
        axes.scatter(
            place[some],
            trades["price_e8"][some] / POINT_E8,
            s=size[some],
            facecolor=face,
            edgecolor=BLACK if sign > 0 else GREY,
            linewidth=0.6,
            zorder=3,
            label=name,
        )
