"""Dealers that count on the Treasury: what they are long of is held until it trades, or until an operation takes it.

    days(e) = the first t at which   turnover t + what operations up to t are expected to take of the issue   reaches e

in the place of e / turnover, for an excess e above zero. What an operation is expected to take from a dealer is its
share of what dealers hold (``agents.buyback_outlook``), of what this one usually holds, times how much of that it
counts on (``buyback_reliance``): all at 1. A date thus bounds the time, and what an operation will take costs no more
time than the wait for it. Carrying and its slope follow from the days; the half-spread pays for the mean of both sides,
of which only the dealer that has bought can wait for the Treasury. A short position gains nothing.

Sources: the price of holding time, Ho and Stoll (1981); that a dealer's terms rest on the time until it meets who takes
a position off it, of whom a known buyer is one more, Duffie, Garleanu and Pedersen (2005), Over-the-counter markets,
Econometrica 73. That purchases are on dates, and are counted as certain where they are only expected, is ours. With no
reliance nothing here is computed.
"""

from typing import Any

import numpy as np

from agents.buyback_outlook import ToCome
from agents.dealers.quoting import TYPICAL_TICKET
from agents.dealers.reliance_kernels import count_on_purchases, wait_for_purchases
from agents.outlook import Lessons
from market.units import Float
from market.view import View


def shorten(dealer: Any, standing: Any, excess: Float, use: Float, view: View, today: Lessons, out: Float) -> None:
    """Let what a dealer counts on act on the state of its book: rows as ``dealer_kernels.price_books`` wrote them."""
    known: ToCome | None = dealer._market.outlook.buybacks.to_come(view)
    if known is None:
        return
    purchases = known.in_days, known.share, known.a_day
    holding = dealer.daily("counted on", lambda: counted_on(dealer, view, today))
    patience = dealer.daily(f"patience {known.over}", lambda: patience_with(purchases, holding, standing.patience))
    costs = "balance_cost", "volatility", "risk_share", "cost_share", "skew_shown", "buyback_reliance"
    traits = tuple(np.atleast_2d(getattr(dealer, name)) for name in costs)
    turnover, duration = np.atleast_2d(standing.turnover), today.duration
    count_on_purchases(*(excess, turnover, purchases, holding, patience, duration, standing.tick_bp, use, traits, out))


def counted_on(dealer: Any, view: View, today: Lessons) -> Float:
    """Return the face of each security of which it counts on operations to take their share (members, S)."""
    usual = np.atleast_2d(dealer.benchmark) * (view.anticipated * today.claim)
    return np.asarray(np.atleast_2d(dealer.buyback_reliance) * usual)


def patience_with(purchases: tuple[Float, ...], holding: Float, patience: Float) -> Float:
    """Return the days that the half-spread pays for, given those until the next client (S,): (members, S)."""
    out = np.empty(holding.shape)
    wait_for_purchases(TYPICAL_TICKET, TYPICAL_TICKET / patience, purchases, holding, patience, out)
    return out
