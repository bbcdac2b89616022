"""Beliefs about the path of the policy rate that differ: each institution's own view, beside the news that all hear.

A belief is how far, in bp, an institution expects the policy rate above what guidance says. It begins with a draw by
its name, as wide as the level of disagreement, before the burn-in, so that prices start where they were published with
all views in them, and lives on from round to round:

    belief <- anchor + keep (belief - anchor) + error x |move of the short end| x own draw - learning x flow seen

News is read with an error of one's own, so views part on days on which much happens; flows that an institution sees
move it too: a dealer sees what its clients bought from it by request (duration, $m a bp), an investor what the
aggressors bought in the books and what its own clients bring. Purchases by others lower the path that it expects.
The anchor is what beliefs return to: one's own first view ("own": disagreement lasts), the guidance ("guidance": it
fades), or nothing ("none"). A bp of belief moves a valuation as a bp of the slope factor of the news does, which is the
mean of a rate that reverts (``market.news.loadings``).

Off where ``disagreement`` is 0. Sources: that forecasters disagree, and more after news, Patton and Timmermann (2010),
Why do forecasters disagree?, Journal of Monetary Economics 57; learning from order flow, Lyons (1995), Evans and Lyons
(2002); sizes are guesses. Left out: that anybody knows of the others' disagreement and trades against it.
"""

import math
from enum import IntEnum
from typing import Any

import numpy as np

from agents.traits import memory, trait
from market.books.messages import Venue
from market.exposure import exposure
from market.kernels import rule
from market.news import FACTORS
from market.units import Float
from market.view import View

SLOPE = np.eye(FACTORS)[1]  # which factor of the news a belief about the path moves
CLIENTS_MUSD_PER_BP = 0.05  # what a unit of its clients' inflow tells an investor, as a flow: a guess


class Anchor(IntEnum):
    """What beliefs return to."""

    GUIDANCE = 0
    OWN = 1
    NONE = 2


class Believer:
    """The part of an institution that has a view of its own."""

    disagreement = trait(0.0, "bp of the policy path, s.d.", (0, 500), "off; beliefs.disagreement_bp")
    reading_error = trait(0.1, "of a move of the short end", (0, 2), "a guess")
    path_learning = trait(0.02, "bp of path per $m/bp of flow", (0, 10), "a guess: as dealers learn from the books")
    belief_days = trait(60.0, "days until a view is back at its anchor", (0.1, 1e6), "a guess: a quarter")
    belief_anchor = trait(float(Anchor.OWN), "Anchor", (0, 2), "beliefs.anchor")

    first_belief = memory(0.0, "bp: its first view", 1)
    belief = memory(0.0, "bp of the policy path above guidance", 1)

    def form_view(self: Any) -> None:
        """Take a first view, by its own name and as wide as its disagreement, and value by it."""
        draw = self.disagreement * self._market.streams.normal("first belief", self.identity, 0, 1)
        self.first_belief = self.belief = draw[0] if self.alone else draw
        self.news = self.news + self.belief * SLOPE

    def hold_views(self: Any, moved_bp: Float, flow: Any, view: View) -> None:
        """Revise its view by the news of the round (3,) and the flow seen (members, 1), and value by it."""
        before = self.belief.copy()  # what is remembered changes in place
        error = self.reading_error * abs(float(moved_bp[0] + moved_bp[1]))
        read = error * self.normal("reading", 1) - self.path_learning * flow
        days = self.belief_days * view.rounds
        self.belief = next_belief(before, self.first_belief, self.belief_anchor, days, read)
        self.news = self.news + (self.belief - before) * SLOPE

    def heard(self: Any) -> Float:
        """Return the news that it heard, without what its own view adds (..., 3)."""
        return np.asarray(self.news - self.belief * SLOPE)


@rule
def next_belief(belief: float, first: float, anchor: float, rounds: float, read: float) -> float:
    """Return the view after a round: closer to its anchor (``Anchor``), and moved by what was read."""
    if anchor == 2.0:
        return belief + read
    home = first if anchor == 1.0 else 0.0
    return home + math.exp(-1.0 / rounds) * (belief - home) + read


def flow_of_clients(dealer: Any, view: View) -> Any:
    """Return the duration that each dealer's clients bought from it by request in the last round, $m a bp (..., 1)."""
    trades = dealer._market.tape.everything()
    trades = trades[(trades["venue"] == Venue.REQUEST) & (trades["round"] == view.round - 1)]
    face = np.zeros((len(dealer._market.identities), len(view.securities)))
    np.add.at(face, (trades["seller"], trades["security"]), trades["face"])
    np.add.at(face, (trades["buyer"], trades["security"]), -trades["face"].astype(np.int64))
    bought = exposure(face[dealer.rows], dealer._market.outlook.on(view).face_dv01)
    return bought[0] if dealer.alone else bought


def flow_of_investor(investor: Any, view: View) -> Any:
    """Return what an investor sees, $m a bp (..., 1): what the books bought, by level, and what its clients bring."""
    clients = exposure(investor.inflow, np.full(investor.inflow.shape[-1], CLIENTS_MUSD_PER_BP))
    return float(investor._market.outlook.book_pressure(view)[0]) + clients / view.rounds
