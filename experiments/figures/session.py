"""The matching sessions of a day: who met whom at the middle, and what was wished for in one issue.

``watch`` lives through one day of a market. ``draw`` shows by round what dealers and trading firms matched among
themselves in all issues; and in one issue what they wished to buy, above zero, and to sell, below, and what of it met.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, ORANGE, PALE, label, legend, stacked
from market.books.messages import Venue
from market.roles import Matcher
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_BILLION, Int

PAIRS = {"two firms": BLUE, "dealer and firm": ORANGE, "two dealers": BLACK}  # by how many are dealers
PANEL_HIGH = 2.1  # inches


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of a day of R rounds."""

    name: str  # of the issue
    matched: Int  # (R, 3) face in all issues, by how many of the two are dealers
    wished: Int  # (R, 2) face in the issue, to buy and to sell
    met: Int  # (R,) face matched in the issue


def watch(market: Any, security: int) -> Sessions:
    """Live through one day, and hear before each session what everybody wishes of a security."""
    wished = []
    for act in market.moments():
        if act == "execute_orders":
            wished.append(_wishes(market, security))
    trades = market.tape.everything()
    mine = trades[trades["venue"] == Venue.SESSION]
    dealer = (market.sectors == DEALERS).astype(np.int64)
    matched, met = np.zeros((market.rounds, len(PAIRS)), np.int64), np.zeros(market.rounds, np.int64)
    np.add.at(matched, (mine["round"], dealer[mine["buyer"]] + dealer[mine["seller"]]), mine["face"])
    issue = mine[mine["security"] == security]
    np.add.at(met, issue["round"], issue["face"])
    return Sessions(market.securities.cusip[security], matched, np.array(wished), met)


def _wishes(market: Any, security: int) -> tuple[int, int]:
    """Return the face of a security that dealers and trading firms wish to buy, and to sell."""
    view = market.view()
    wanted = np.concatenate([np.atleast_2d(m.match(view))[:, security] for m in market.playing(Matcher)])
    return int(np.maximum(wanted, 0).sum()), int(np.maximum(-wanted, 0).sum())


def draw(sessions: Sessions) -> Figure:
    """Draw the sessions of a day."""
    return stacked((_matched, _met), sessions, PANEL_HIGH)


def _matched(axes: Axes, sessions: Sessions) -> None:
    """Draw who met whom in each round."""
    low = np.zeros(len(sessions.matched))
    for part, (name, colour) in zip(sessions.matched.T / FACE_PER_BILLION, PAIRS.items(), strict=True):
        _bars(axes, part, colour, name, low)
        low = low + part
    label(axes, "Matched at the middle, all issues", "billion dollars", dates=False)
    _rounds(axes)


def _met(axes: Axes, sessions: Sessions) -> None:
    """Draw wishes of one issue, and what met: as much on either side."""
    for sign, wished in zip((1, -1), sessions.wished.T, strict=True):
        _bars(axes, sign * wished / FACE_PER_BILLION, PALE, "wished" if sign > 0 else "")
        _bars(axes, sign * sessions.met / FACE_PER_BILLION, BLUE, "met" if sign > 0 else "")
    axes.axhline(0, color=BLACK, linewidth=0.8)
    label(axes, f"{sessions.name}: to buy above, to sell below", "billion dollars", dates=False)
    _rounds(axes)


def _bars(axes: Axes, height: Any, colour: str, name: str, low: Any = 0.0) -> None:
    """Draw a bar for each round."""
    place = np.arange(len(height))
    axes.bar(place, height, 0.8, bottom=low, facecolor=colour, edgecolor=BLACK, linewidth=0.5, label=name or None)


def _rounds(axes: Axes) -> None:
    """Name the axis of rounds, and what has a name."""
    axes.grid(axis="x", visible=False)
    axes.set_xlabel("number of the round")
    legend(axes)
