"""Owners of an open-end fund: money follows performance, and what is redeemed is raised from what sells best.

Each morning a fund marks what it holds at the composite. Its return of the day is what yields did to it, carry and
roll-down apart (owners expect those), and a month's return is the sum of the last twenty. Owners then bring, or ask
back, a share of its assets:

    flow = b(R) R / 20 a day,   b = on gains ``gain``, on losses ``loss`` % of assets for each 1 % of the month's return

Goldstein, Jiang and Ng (2017), Investor flows and fragility in corporate bond funds, Journal of Financial Economics:
outflows are more sensitive to bad performance than inflows to good; sizes are of the order they report by month, from
memory of the paper. What owners bring is spent at the fund's pace. What they ask back must be sold that day: securities
in the order of how fast they turn over, a part of each one's usual turnover at most, then the rest in proportion to
what is held (a pecking order: Ma, Xiao and Zeng (2022), Mutual fund liquidity transformation and reverse flight to
liquidity, Review of Financial Studies). Sales settle on the next day and owners are paid that evening: within the seven
days of section 22(e) of the Investment Company Act of 1940. Left out: cash as a first line, swing prices, gates, the
index ratio of TIPS in marks.
"""

import numpy as np

from market.exposure import exposure
from market.kernels import rule
from market.units import Float, Int

MONTH = 20  # business days of "the last four weeks"
MOST_OF_TURNOVER = 0.1  # of a security's usual daily turnover that one fund sells before it turns to the next; a guess


def return_of_day(held: Int, price: Float, price_before: Float) -> Float:
    """Return what a change of marks did to holdings (..., S), as a share of their value (..., 1); 0 without any.

    Prices (..., S) are struck at today's terms and at yields of today and of the day before; NaN counts as no change.
    """
    known = np.isfinite(price) & np.isfinite(price_before)
    owned = np.maximum(held, 0) * np.where(known, 1.0, 0.0)
    one = np.ones(held.shape[-1])
    now, before = (exposure(owned * np.where(known, marks, 0.0), one) for marks in (price, price_before))
    return np.asarray((now - before) / np.maximum(before, 1.0) * (before > 0.0))


@rule
def owners_flow(month: float, gain: float, loss: float) -> float:
    """Return what owners bring in a day, as a share of assets (negative: ask back), after a month's return."""
    return (gain if month > 0.0 else loss) * month / MONTH


def liquid_first(held: Float, turnover: Float, price: Float, asked: Float) -> Float:
    """Return the face to sell (..., S) so that ``asked`` (..., 1), in face times points, is raised, or all is sold.

    ``turnover`` (S,) is usual daily turnover: securities are taken in its order, ``MOST_OF_TURNOVER`` of it each, and
    what is still lacking is spread over what is left, by value.
    """
    order = np.argsort(-turnover, kind="stable")
    worth = held[..., order] * price[order]
    first = np.minimum(worth, MOST_OF_TURNOVER * turnover[order] * price[order])
    before = np.cumsum(first, axis=-1) - first
    taken = np.clip(asked - before, 0.0, first)
    lacking = np.maximum(asked - np.cumsum(first, axis=-1)[..., -1:], 0.0)
    left = worth - taken
    there = np.cumsum(left, axis=-1)[..., -1:]
    taken = taken + left * np.minimum(lacking / np.maximum(there, 1e-9), 1.0)
    sold = np.zeros(taken.shape)
    sold[..., order] = taken / np.where(price[order] > 0.0, price[order], 1.0)
    return sold
