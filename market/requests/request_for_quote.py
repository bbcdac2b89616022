"""The request for quote: a client asks a few dealers it knows, and the best price inside its limit trades.

Dealers are chosen without replacement, in proportion to the client's weights (Efraimidis and Spirakis 2006: the
smallest of E / weight, with E exponential, drawn by scattering one counter-based word per request with the dealer's
name). E belongs to the event (client, dealer, round, security), never to a place in a table: a dealer more changes
only those requests in which it is asked, a request more changes no other. A client that asks twice for the same
security in one round asks the same dealers. Weight 0: unknown to the client, never asked.
Dealers asked see what they were asked before in the round, in the order of the table. Equal prices: the dealer whom the
client knows best, then the one whose name came up first.

Units: face in hundreds of dollars, positive to buy; prices clean, in points (NaN declines; a NaN limit takes any
price).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.messages import ASKED
from market.requests import request_kernels
from market.units import Float, Int

LOW_32 = 0xFFFFFFFF  # the bits of the clock that name a draw


@dataclass(frozen=True, slots=True)
class Interest:
    """What came of each request, shape (R,): the winning row of ``asked`` (-1: refused), prices, and how many answered.

    ``best`` is the best price quoted, inside the limit or not; ``cover`` the second best; NaN where nobody quoted it.
    """

    winner: Int
    best: Float
    cover: Float
    answered: Int


def choose_dealers(
    key: int,
    clock: int,
    orders: NDArray[Any],
    identity: NDArray[np.uint64],
    weight: Float,
    dealer_identity: NDArray[np.uint64],
    asked: int | Int,
) -> NDArray[Any]:
    """Return a table ASKED: one row per request and dealer asked, requests in the order of ``orders``.

    ``key`` names seed and purpose, ``clock`` counts rounds, below 0 in the burn-in; ``identity`` (clients,) and
    ``weight`` (clients, dealers) are indexed by ``orders["owner"]``; ``asked``, one number or (R,), is how many dealers
    a request goes to. ``member`` and ``pending`` are left at 0.
    """
    clients, dealers = len(identity), len(dealer_identity)
    if weight.shape != (clients, dealers):
        raise ValueError(f"request for quote: weight has shape {weight.shape}, expected ({clients}, {dealers})")
    owner = orders["owner"].astype(np.int64)
    if len(owner) and (owner.min() < 0 or owner.max() >= clients):
        raise ValueError(f"request for quote: owners {owner.min()} to {owner.max()}, expected 0 to {clients - 1}")
    number = np.clip(np.broadcast_to(np.asarray(asked, np.int64), owner.shape), 0, dealers)
    out = np.zeros(int(number.sum()), ASKED)
    security, face = orders["security"].astype(np.int64), orders["face"].astype(np.int64)
    who = (owner, np.ascontiguousarray(identity), np.ascontiguousarray(weight), np.ascontiguousarray(dealer_identity))
    what = (security, face, np.ascontiguousarray(number))
    scratch = np.empty((3, max(dealers, 1))), np.empty(max(dealers, 1), np.int64)
    n = request_kernels.choose(np.uint64(key), clock & LOW_32, *who, *what, *scratch, out)
    return out[:n]


def mark_pending(asked: NDArray[Any], n_dealers: int, n_securities: int) -> None:
    """Fill ``pending``: the face each dealer would have bought (sold: below 0) had it won what it was asked before."""
    request_kernels.pending(asked, np.zeros((n_dealers, n_securities), np.int64))


def award(asked: NDArray[Any], price: Float, limit: Float, known: Float | None = None) -> Interest:
    """Give each request to the best price inside its limit, of equal ones to the best ``known``.

    ``price`` and ``known`` are by row of ``asked``, ``limit`` by request.
    """
    if len(price) != len(asked):
        raise ValueError(f"request for quote: {len(price)} prices for {len(asked)} dealers asked")
    n = len(limit)
    found = Interest(np.full(n, -1, np.int64), np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, np.int64))
    ties = np.zeros(len(asked)) if known is None else np.ascontiguousarray(known, np.float64)
    prices, limits = np.asarray(price, np.float64), np.ascontiguousarray(limit, np.float64)
    request_kernels.award(asked, prices, limits, ties, found.winner, found.best, found.cover, found.answered)
    return found
