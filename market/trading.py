"""From agreements to trades: each carries its exact price and its cash, computed once, and is owed until it settles.

    cash = face x (clean price + accrued interest) x index ratio, rounded half to even to the cent

Prices of books are levels of the ladder; prices agreed by request are rounded to 1e-6 points. A trade settles on the
next business day, or on the issue day of a security that is not issued yet (when-issued).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.settlement import book
from market.auctions.yield_trading import in_yield
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.books.messages import ORDERS, TRADES, Venue, stacked
from market.books.order_kernels import FAULTS, arrange, sign
from market.hearing import refuse
from market.trade_kernels import write_trades
from market.units import POINT_E8, Int, half_even

REQUEST_ROUNDING_E8 = 100  # 1e-6 points


def accept(market: Any, senders: Sequence[Any], sent: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Refuse impossible orders, with the reason; sign the others with their owner's row. A table of each sender."""
    table, rows = stacked(sent, ORDERS), [who.rows for who in senders]
    fault, ends = np.empty(len(table), np.int64), np.cumsum([len(orders) for orders in sent])
    if len(table) and sign(
        table,
        ends,
        np.concatenate(rows),
        np.cumsum([len(r) for r in rows]),
        market.tradable,
        market.all_to_all.open,
        fault,
    ):
        wrong = np.flatnonzero(fault)
        for k, place in zip(wrong.tolist(), np.searchsorted(ends, wrong, side="right").tolist(), strict=True):
            name = senders[place].called(int(table[k]["owner"]))
            refuse(market, name, tuple(float(v) for v in table[k]), FAULTS[fault[k]])
        table = table[fault == 0]
    return table


def in_order_of_arrival(market: Any, orders: NDArray[Any]) -> Int:
    """Return the places of signed orders: owners in an order drawn for the round, each by security, then face."""
    chance = market.streams.uniform("order", market.identities, market.clock, 1)[:, 0]
    n, accounts, rank = len(orders), len(chance), np.empty(len(chance), np.int64)
    rank[np.argsort(chance, kind="stable")] = np.arange(accounts)
    drawn: Int = np.empty((2, n), np.int64)
    counts = (len(market.securities) + 1, accounts + 1)
    arrange(orders, rank, *(np.zeros(count, np.int64) for count in counts), drawn[0], drawn[1])
    return np.asarray(drawn[1])


def agree(
    market: Any, venue: Venue, parties: tuple[Int, Int], security: Int, price_e8: Int, face: Int, aggressor: Any
) -> None:
    """Make trades between ``parties`` (buyers, sellers), owe them in the ledger, and write them on the tape."""
    n = len(face)
    if not n:
        return
    price_e8, trades = in_yield(market, security, price_e8), np.empty(n, TRADES)
    columns = (np.ascontiguousarray(column, np.int64) for column in (*parties, security, price_e8, face))
    by_security = market.settle_day, market.accrued_e8, market.index_e5
    took = np.full(n, aggressor, np.int64)
    write_trades(market.day, market.round, int(venue), *columns, took, *by_security, trades)
    commit(market, trades)


def commit(market: Any, trades: NDArray[Any]) -> None:
    """Owe trades that carry their cash, and write them on the tape."""
    book(market.ledger, trades)
    market.tape.take(trades, market.middle, market.dv01)
    market.unsettled.append(trades)


def full_price_e8(market: Any, security: Int, price_e8: Int) -> Int:
    """Return what 100 of face cost in money at a clean price: accrued interest added, TIPS indexed."""
    dirty = np.asarray(price_e8, np.int64) + market.accrued_e8[security]
    return half_even(dirty * market.index_e5[security], 10**5)


def exact(price: Any) -> Int:
    """Round agreed prices in points to 1e-6 points, in 1e-8."""
    return np.rint(np.asarray(price) * POINT_E8 / REQUEST_ROUNDING_E8).astype(np.int64) * REQUEST_ROUNDING_E8


def book_fills(market: Any, fills: NDArray[Any]) -> None:
    """Trade what the books matched; the taker is the aggressor."""
    if not len(fills):
        return
    buys = fills["side"] == 0
    taker, maker = fills["taker"].astype(np.int64), fills["maker"].astype(np.int64)
    security = fills["security"].astype(np.int64)
    price = market.ladder.price_e8(fills["level"], security)
    parties = np.where(buys, taker, maker), np.where(buys, maker, taker)
    agree(market, Venue.BOOK, parties, security, price, fills["face"].astype(np.int64), np.where(buys, 1, -1))


def accrued_of(market: Any) -> Int:
    """Return accrued interest by security at its own settlement day (S,), 1e-8 points; real for TIPS."""
    s, days = market.securities, market.settle_day
    accrued = np.where(s.of(Kind.BILL), 0, bond_arithmetic.accrued_e8(market.coupon_e3, s.maturity_day, days))
    floating = s.of(Kind.FRN)
    if floating.any():
        rate = market.floating_rate_bp
        accrued[floating] = bond_arithmetic.floating_accrued_e8(s.maturity_day[floating], days[floating], rate)
    return np.asarray(accrued, np.int64)
