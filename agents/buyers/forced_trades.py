"""What an institution must trade whatever it costs: asked for evenly over the day, and what nobody takes is offered.

Each round it asks dealers for an equal part of what is left, without a limit. What they would not take rests in the
book as a firm offer (a bid, if it must buy) at a yield of its own: it begins at the composite and gets worse for the
seller by a step a round until somebody takes it,

    asking(t) = max(asking(t - 1), composite) + step,    kept where some of it was taken

so that the price clears what balance sheets do not. Who takes it: any investor whose demand at that yield exceeds what
it holds (``bargains``), above a hurdle for what it did not mean to trade; and dealers that are full follow such offers
in their streams (``agents.dealers.quoting.following``). Sizes are guesses. That customers supply liquidity to each
other when dealers' balance sheets are full: Choi, Huh and Shin (2024), Customer Liquidity Provision, Management Science
70.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bidding import whole
from market.books.messages import ORDERS, Venue
from market.kernels import rule
from market.units import FACE_PER_MUSD, Bool, Float
from market.view import View

STEP_BP = 0.25  # a round
HURDLE_BP = 2.0  # against the composite, below which nobody looks at what others must sell


@rule
def left_of(forced: float, before: float, held: float, may_short: bool) -> float:
    """Return what must still be traded after a round that moved the holding from ``before`` to ``held``.

    No more is sold than is held; less than a million is let go.
    """
    if forced < 0.0:
        left = min(forced + max(before - held, 0.0), 0.0)
        left = left if may_short else max(left, -held)
    else:
        left = max(forced - max(held - before, 0.0), 0.0)
    return left if abs(left) >= FACE_PER_MUSD else 0.0


@rule
def unfilled_of(sent: float, forced: float, left: float) -> float:
    """Return how much of what was sent last round was not taken; never more than what is left."""
    return min(max(sent - abs(forced - left), 0.0), abs(left))


@rule
def asking(before_bp: float, composite_bp: float, sells: bool, waiting: float, waited: float, step_bp: float) -> float:
    """Return the yield at which what nobody took is offered (bid for); 0 where nothing waits.

    ``waiting`` is the face that waits now, ``waited`` that of the round before: less means that some was taken.
    """
    if waiting <= 0.0:
        return 0.0
    side = 1.0 if sells else -1.0
    last = before_bp if before_bp != 0.0 else composite_bp
    worse = last if side * (last - composite_bp) > 0.0 else composite_bp
    return worse + (0.0 if waiting < waited else side * step_bp)


@rule
def bargain_face(held: float, wanted: float, wanted_there: float) -> float:
    """Return the face to trade at an offered yield: what it adds to the wish, as far as it is not held yet."""
    extra = wanted_there - wanted
    if extra > 0.0:
        return min(max(wanted_there - held, 0.0), extra)
    return max(min(wanted_there - held, 0.0), extra)


def carry_out(investor: Any, view: View) -> NDArray[Any]:
    """Return the requests and resting orders of an investor, or of all of a kind, for what it must trade."""
    forced, before, sent, waited, ask_bp, held = (np.atleast_2d(a) for a in _memories(investor))
    left = left_of(forced, np.where(np.isfinite(before), before, held), held, investor.shorts[:, None])
    waits = unfilled_of(np.where(np.isfinite(before), sent, 0.0), forced, left)
    known = view.tradable & np.isfinite(view.composite_bp)
    asking_bp = asking(ask_bp, np.where(known, view.composite_bp, 0.0), left < 0.0, waits, waited, STEP_BP)
    rests = np.where(known, whole(waits), 0)
    asks = whole((np.abs(left) - waits) / (view.rounds - view.round))
    now = np.where(left == 0.0, np.nan, held), np.where(view.tradable, asks + rests, 0)
    _remember(investor, left, *now, waits, asking_bp)
    return np.concatenate([_requests(investor, view, left, asks), _offers(investor, view, left, rests)])


def _memories(investor: Any) -> tuple[Any, ...]:
    kept = investor.forced, investor.held_before, investor.sent, investor.waiting, investor.asking
    return *kept, investor.position


def _remember(investor: Any, *values: Any) -> None:
    one = [value[0] if investor.alone else value for value in values]
    investor.forced, investor.held_before, investor.sent, investor.waiting, investor.asking = one


def _requests(investor: Any, view: View, left: Float, face: Any) -> NDArray[Any]:
    """Return requests without a limit."""
    table = _lines(investor, view, left, face)
    table["limit"], table["venue"] = np.nan, Venue.REQUEST
    return table


def _offers(investor: Any, view: View, left: Float, face: Any) -> NDArray[Any]:
    """Return orders that rest at the yield that it asks."""
    table = _lines(investor, view, left, face)
    place, security = np.searchsorted(investor.member, table["owner"]), np.ascontiguousarray(table["security"])
    table["limit"] = view.price_of(security, np.atleast_2d(investor.asking)[place, security])
    table["venue"] = Venue.REST
    return table


def _lines(investor: Any, view: View, left: Float, face: Any) -> NDArray[Any]:
    place, security = np.divmod(np.flatnonzero((face != 0) & view.tradable), face.shape[1])
    signed: Float = np.sign(left[place, security]) * face[place, security]
    return np.asarray(investor.lines(view, place, security, signed))


def discounts(view: View) -> Float:
    """Return how far beyond the hurdle the best offer lies above the composite's yield, or the best bid below (S,)."""
    fair, unit = view.price(view.composite_bp), np.maximum(view.dv01, 1e-9)
    cheap, dear = (fair - view.ask) / unit, (view.bid - fair) / unit
    above: Bool = np.isfinite(cheap) & (cheap > HURDLE_BP) & view.tradable
    below: Bool = np.isfinite(dear) & (dear > HURDLE_BP) & view.tradable
    return np.where(above, cheap, 0.0) - np.where(below, dear, 0.0)


def bargains(investor: Any, view: View, wanted: Float) -> NDArray[Any]:
    """Return orders for the books of those who look at what others must trade; ``wanted`` (..., S) at the composite."""
    offered = investor._market.outlook.once(view, discounts)
    if not offered.any():
        return np.zeros(0, ORDERS)
    face = bargain_face(investor.position, wanted, investor.wanted(view, offered))
    face = np.atleast_2d(np.where((offered != 0.0) & (investor.forced == 0.0), face, 0.0))
    place, security = np.divmod(np.flatnonzero(np.abs(face) >= FACE_PER_MUSD), face.shape[1])
    table = investor.lines(view, place, security, np.sign(face[place, security]) * whole(np.abs(face[place, security])))
    at = np.ascontiguousarray(table["security"])
    table["limit"], table["venue"] = np.where(table["face"] > 0, view.ask[at], view.bid[at]), Venue.BOOK
    return np.asarray(table)
