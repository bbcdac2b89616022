"""Principal trading firms make the books of on-the-run issues: fast, two-sided, small inventory, flat by the close.

They quote around the composite, lean against what they hold, cut size when the market moves and leave when it moves too
much (Menkveld 2013; FEDS Note of 4 August 2020 on principal trading firms). Volume rises and depth falls with
volatility. A round is half an hour, in which a book refills many times: the face of a quote is the usual depth, times
as often as it is shown again. With the depth of a moment alone customers emptied both sides of each book in each round,
and what was bought less what was sold said how deep the sides were, not who wanted what.

They also trade among themselves and with dealers on signals that last a round: in the matching session at its end each
firm goes to the position that its signal says, small and soon given back, and unwinds what quoting left it with. Who
takes and who provides there is not known, and nothing is learnt from it (trades at the middle have no aggressor), so
that a position is not read twice, when it is taken and when it is given back. Signals are noise here: what they know
of the minutes within a round is left out, and so is what they earn by it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bidding import whole
from agents.financed import Financed
from agents.institution import Institution
from agents.traits import memory, trait
from market.accounts.instruments import REPO, Money
from market.bonds.securities import Kind
from market.books.messages import ORDERS, Quotes, Venue
from market.kernels import rule
from market.units import FACE_PER_MUSD, Float, Int
from market.view import View

DEPTH_MUSD = {
    24: 25.0,
    36: 10.0,
    60: 6.0,
    84: 3.0,
    120: 4.0,
    240: 0.5,
    360: 1.0,
}  # a side and firm, by term in months: a guess
LAST_ROUNDS = 2  # in which it takes on nothing more: a guess
WATCHED = 0.2  # weight of a round's move in what it remembers of movement: a guess


@rule
def depth_shown(usual: float, activity_bp: float, usual_move_bp: float, leave_at: float) -> float:
    """Return the face shown on a side: less the more the market moves, nothing beyond a threshold."""
    if usual <= 0.0 or not activity_bp < leave_at * usual_move_bp:
        return 0.0
    ratio = usual_move_bp / max(activity_bp, 1e-9)
    return usual * min(1.0, ratio * ratio)


class PrincipalTrader(Financed, Institution):
    """A principal trading firm, or all of them."""

    together = True
    sector = "principal traders"
    may_short = True
    owes = REPO | {Money.FUND_SHARES}

    size = trait(1.0, "usual sizes", (0, 100), "unequal firms: a guess")
    most_tickets = trait(8.0, "usual sizes held", (0.1, 1000), "tiny inventories (FEDS Note of 4 August 2020)")
    refills = trait(27.0, "times a round that it shows what was taken again", (0.1, 1000), "a guess: after a minute")
    leave_at = trait(
        4.0, "times usual movement of a round", (1, 100), "leaves above a threshold (Menkveld 2013): a guess"
    )
    usual_move = trait(1.4, "bp a round", (0.01, 100), "6 bp a day over 20 rounds")

    repo_ceiling_bp = trait(200.0, "bp over the standing facility's rate", (0, 1e4), "a guess: before clients")
    signal_tickets = trait(
        25.0, "usual sizes, either way", (0, 1000), "a guess: interdealer brokers' part of on-the-run volume (TRACE)"
    )
    cash_buffer = trait(200.0, "$m", (0, 1e7), "its cash at the start; the build sets it")

    last = memory(np.nan, "bp: composite of the round before")
    activity = memory(0.0, "bp: mean absolute move of a round")
    aim = memory(0.0, "face that its signals of the round before made it want")

    def quote(self, view: View) -> Quotes:
        """Quote both sides of on-the-run coupon issues."""
        issues = self.daily("issues", lambda: np.flatnonzero(view.on_the_run & view.tradable))
        usual = self.daily("usual", lambda: self._usual(view))[..., issues]
        activity = self._watch(issues, view.composite_bp[issues])
        held = (self.position - self.aim)[..., issues] / np.maximum(usual, 1.0)
        shown = depth_shown(usual * self.refills, activity, self.usual_move, self.leave_at)
        tick = view.tick[issues]
        middle = view.price_of(issues, view.composite_bp[issues])
        middle = middle - 0.5 * np.clip(held / self.most_tickets, -1.0, 1.0) * tick
        late = view.round >= view.rounds - LAST_ROUNDS
        own = np.abs(held) * usual  # in the last rounds it shows what brings it back to nothing
        buys, sells = (np.minimum(shown, own * (way * held > 0)) if late else shown for way in (-1.0, 1.0))
        return self._only(
            issues,
            middle - 0.5 * tick,
            middle + 0.5 * tick,
            whole(np.where(held >= self.most_tickets, 0.0, buys)),
            whole(np.where(held <= -self.most_tickets, 0.0, sells)),
        )

    def _watch(self, issues: Int, composite_bp: Float) -> Float:
        """Remember the composite of these issues, and return how much they have moved a round lately (..., issues)."""
        last, activity = self.last.copy(), self.activity.copy()
        move = np.abs(composite_bp - last[..., issues])
        now = activity[..., issues]
        activity[..., issues] = np.where(np.isfinite(move), (1.0 - WATCHED) * now + WATCHED * move, now)
        last[..., issues] = composite_bp
        self.last, self.activity = last, activity
        return np.asarray(activity[..., issues])

    def _only(self, issues: Int, *sides: NDArray[Any]) -> Quotes:
        """Return quotes of all securities (..., S) that show something in these issues only."""
        wide = [np.zeros(np.shape(self.last), side.dtype) for side in sides]
        for place, side in zip(wide, sides, strict=True):
            place[..., issues] = side
        return Quotes(*wide)

    def _usual(self, view: View) -> Float:
        """Return its usual depth by security, with its whole capital."""
        s = view.securities
        mine = s.of(Kind.NOTE, Kind.BOND) & view.on_the_run & view.tradable
        base = np.zeros(len(s))
        for term, musd in DEPTH_MUSD.items():
            base[mine & (s.term_months == term)] = musd
        return np.asarray(np.maximum(base * self.size, (base > 0) * 1.0) * FACE_PER_MUSD)

    def match(self, view: View) -> Int:
        """Go at the middle to the position of the round's signals, from whatever it holds; to none before the close."""
        issues = self.daily("issues", lambda: np.flatnonzero(view.on_the_run & view.tradable))
        signal = 2.0 * self.uniform("signal", len(issues)) - 1.0
        most = self.signal_tickets * self.daily("usual", lambda: self._usual(view))[..., issues]
        calm = self.activity[..., issues] < self.leave_at * self.usual_move
        stays = calm & (view.round < view.rounds - LAST_ROUNDS)
        aim = np.zeros_like(self.aim)
        aim[..., issues] = np.where(stays, np.trunc(most * signal / FACE_PER_MUSD) * FACE_PER_MUSD, 0.0)
        self.aim = aim
        return np.where(view.tradable, aim.astype(np.int64) - self.position, 0)

    def decide(self, view: View) -> NDArray[Any]:
        """Go flat in the last round."""
        if view.round < view.rounds - 1:
            return np.zeros(0, ORDERS)
        return self.want(np.where(view.tradable, -self.position, 0), np.nan, Venue.BOOK)
