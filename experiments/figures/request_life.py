"""The life of requests for quote: what dealers answered, where the limit lay, who won; one line a request.

``watch`` lives through one day of a market and keeps some requests of a round, traded ones and refused ones; ``draw``
shows each on a line: how much worse than the composite each answer was, in basis points of yield.
"""

from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from experiments.figures.style import BLACK, BLUE, GREY, ORANGE, RED, SETTINGS, area
from market.units import FACE_PER_MUSD, Float, Int


@dataclass(frozen=True, slots=True)
class Life:
    """One request: what each dealer asked said, in bp worse than the composite (NaN declined), and what came of it."""

    client: str
    security: str
    musd: float  # below zero: a sale
    limit_bp: float
    answers_bp: Float
    winner: str  # empty if refused


def watch(market: Any, number: int, traded: int = 9, refused: int = 3) -> list[Life]:
    """Live through one day; return some requests in old notes and bonds of the first turn of round ``number``."""
    lives: list[Life] = []
    for act in market.moments():
        if act == "answer_requests" and market.round == number and market.request_desk.last is not None:
            lives = _lives(market, traded, refused)
    return lives


def _lives(market: Any, traded: int, refused: int) -> list[Life]:
    """Return requests of either outcome, from all over the turn, in old issues of more than two years."""
    turn = market.request_desk.last
    security = turn.requests["security"]
    old = ~market.on_the_run[security] & (market.years[security] > 2.0) & (market.rank[security] > 0)
    won = turn.found.winner >= 0
    chosen = [_spread(np.flatnonzero(old & which), most) for which, most in ((won, traded), (~won, refused))]
    dealers = np.concatenate([d.rows for d in market.participants if d.sector == "dealers"])
    return [_life(market, turn, int(place), dealers) for place in np.concatenate(chosen)]


def _spread(places: Int, most: int) -> Int:
    """Return at most so many of the places, evenly from all of them."""
    return places[np.linspace(0, len(places) - 1, min(most, len(places))).astype(np.int64)]


def _life(market: Any, turn: Any, place: int, dealers: Any) -> Life:
    """Return one request of a turn."""
    request, rows = turn.requests[place], np.flatnonzero(turn.asked["request"] == place)
    s, sign = int(request["security"]), 1.0 if request["face"] > 0 else -1.0
    fair = float(market.view().price_of(np.array([s]), market.composite_bp[[s]])[0])
    winner = int(turn.found.winner[place])
    name = market.ledger.names[dealers[turn.asked["dealer"][winner]]] if winner >= 0 else ""
    client, cusip = market.ledger.names[request["owner"]], market.securities.cusip[s]
    musd = float(request["face"] / FACE_PER_MUSD)
    per_bp = sign / float(market.dv01[s])
    limit, answers = (float(request["limit"]) - fair) * per_bp, (turn.price[rows] - fair) * per_bp
    return Life(client, cusip, musd, limit, answers, name)


def draw(lives: list[Life]) -> Figure:
    """Draw requests, one a line."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.0, 0.9 + 0.33 * len(lives)), layout="constrained")
        axes = figure.subplots()
        for line, life in enumerate(lives):
            _one(axes, len(lives) - 1 - line, life)
        axes.set_yticks(range(len(lives)), [_said(life) for life in reversed(lives)])
        axes.axvline(0.0, color=GREY, linewidth=0.8)
        axes.set_xlabel("answers, basis points of yield worse for the client than the composite")
        axes.set_title("Requests in old issues: who answered what")
        handles, names = axes.get_legend_handles_labels()
        unique = dict(zip(names, handles, strict=True))
        axes.legend(unique.values(), unique.keys(), loc="upper center", bbox_to_anchor=(0.4, -0.12), ncols=5)
    return figure


def _one(axes: Any, height: int, life: Life) -> None:
    """Draw the answers to one request, best first, its limit, and how many declined."""
    answers = np.sort(life.answers_bp[np.isfinite(life.answers_bp)])
    declined = len(life.answers_bp) - len(answers)
    if life.winner:
        axes.scatter(answers[:1], [height], s=34, **area(BLUE), zorder=3, label="wins")
        answers = answers[1:]
    axes.scatter(answers, np.full(len(answers), height), s=22, **area(ORANGE), zorder=2, label="other answers")
    if np.isfinite(life.limit_bp):
        axes.scatter([life.limit_bp], [height], s=70, marker="|", color=BLACK, zorder=2, label="client's limit")
    if declined:
        at = (f"{declined} declined", (1.01, height))
        axes.annotate(*at, xycoords=("axes fraction", "data"), color=RED, ha="left", va="center", fontsize=7)


def _said(life: Life) -> str:
    verb = "buys" if life.musd > 0 else "sells"
    end = f"trades with {life.winner}" if life.winner else "refused"
    return f"{life.client} {verb} {abs(life.musd):,.0f} m {life.security}: {end}"
