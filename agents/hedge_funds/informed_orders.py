"""Those who hear private news trade on it at once, in the books, and give back what they took once it is public.

A hedge fund values an issue on the run at the yield of the day's first composite and what it has heard since,

    value(i) = composite(i, first round) + L(i)' (news since, public and private),

and where that is better than the best quote it sends an order to the book, up to its value:

    face = its share of arbitrage capital x face per bp x bp between value and quote,   no further than a bound

with the face per bp of Kyle (1985) in ``agents.order_flow``. What it holds more, or less, than it is used to it gives
back at its own hour, as any gap (``Investor.rebalance``): slowly, half of it by request. The next morning the news is
public, and the value starts anew from the composite. Bound: a part of each security's supply, as of its other trades.
In the burn-in there is no news, and nothing is sent.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bidding import whole
from agents.order_flow import Reading, reading_of
from market.books.messages import ORDERS, Venue, wishes
from market.exposure import along
from market.kernels import rule
from market.news import News
from market.units import Float, Int
from market.view import View


@rule
def informed_face(value: float, bid: float, ask: float, dv01: float, face_per_bp: float) -> float:
    """Return the face to buy (positive) or sell at quotes that are worse than its value; prices in points."""
    if dv01 <= 0.0:
        return 0.0
    if value > ask:
        return face_per_bp * (value - ask) / dv01
    return -face_per_bp * (bid - value) / dv01 if value < bid else 0.0


@rule
def within(face: float, held: float, usual: float, most: float) -> float:
    """Return what may be traded of a face so that the position stays within ``most`` of the usual one."""
    low, high = usual - most - held, usual + most - held
    return min(max(face, min(low, 0.0)), max(high, 0.0))


def listen(fund: Any, news: News, view: View) -> None:
    """Remember what came since the first composite of the day, which public news of the first round is in."""
    before = np.zeros_like(fund.since) if view.round == 0 else fund.since + news.public_bp
    fund.since = before + news.private_bp


def informed_orders(fund: Any, view: View, most: float) -> NDArray[Any]:
    """Return the orders of the round of a fund, or of all of them; ``most`` is a share of supply, all together."""
    if view.day < 0:
        return np.zeros(0, ORDERS)
    if view.round == 0:
        fund.opening = np.broadcast_to(view.composite_bp, np.shape(fund.opening))
    reading: Reading = fund.daily("reading", lambda: reading_of(fund._market, view))
    if not reading.slope.any() or not np.any(fund.aggression):
        return np.zeros(0, ORDERS)
    issues = np.flatnonzero(reading.issues)
    value = view.price_of(issues, _value_bp(fund, view, issues))
    part = fund.arbitrage_share * fund.aggression
    face = informed_face(value, *_touch(view, issues), view.dv01[issues], part * reading.face_per_bp[issues])
    usual = fund.benchmark[..., issues] * view.anticipated[issues] + fund.tilted[..., issues]
    held = fund.position[..., issues]
    face = within(face, held, usual, fund.arbitrage_share * most * view.anticipated[issues])
    orders = wishes(np.sign(face).astype(np.int64) * whole(np.abs(face)), value, Venue.BOOK)
    orders["security"], orders["owner"] = issues[orders["security"]], fund.member[orders["owner"]]
    return orders


def _touch(view: View, issues: Int) -> tuple[Float, Float]:
    """Return the best bid and offer, out of reach where there is none."""
    bid, ask = view.bid[issues], view.ask[issues]
    return np.where(np.isfinite(bid), bid, -np.inf), np.where(np.isfinite(ask), ask, np.inf)


def _value_bp(fund: Any, view: View, issues: Int) -> Float:
    """Return the yields at which it values some issues (..., J)."""
    return np.asarray(fund.opening[..., issues] + along(fund.since, fund._market.outlook.on(view).loadings[issues]))
