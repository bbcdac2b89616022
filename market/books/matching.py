"""Matching by price, then time: one kernel applies messages of every kind to all books.

A message that takes does so from the best level on, in each level from the oldest order on, at the resting order's
level. A replaced order keeps its place for a smaller or equal face at the same level, and goes last otherwise; security
and side of an order never change, nor how long it is good. A reduced order keeps its place. Fill or kill counts first
what others offer up to its level, and touches nothing if that is too little. Each message gets a status and what it
filled. When the fill buffer is full the kernel stops inside a message; emptied, it goes on where it stopped.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.layout import (
    CANCELLED,
    ENTERED,
    FILLS,
    REJECTED,
    STATIC_IDS,
    STOPPED,
    TODAY,
    TRADED,
    MessageKind,
    SelfTrade,
    Side,
    Status,
    Tables,
)
from market.books.queue_kernels import allocate, append, next_down, next_up, place_of, release, unlink, vacate
from market.kernels import inlined, kernel
from market.units import LARGEST_TRADE

_DONE, _BUFFER_FULL, _MET_ITSELF = 0, 1, 2  # why matching ended


@inlined
def _crosses(tables, security, side, level):
    """Return whether an order at this level would take."""
    top = tables.top[security]
    if side == Side.BUY:
        return level >= top["ask"]
    return level <= top["bid"]


@inlined
def _names_order(kind):
    """Return whether a message of this kind carries the id of an order, resting or to rest."""
    return kind != MessageKind.MARKET and kind != MessageKind.IOC and kind != MessageKind.FOK


@inlined
def _fillable(tables, message, self_trade):
    """Return whether others offer the whole face of an order up to its level, before an own order would stop it."""
    security, side, limit = np.int64(message["security"]), message["side"], np.int64(message["level"])
    left, top, n_levels = np.int64(message["face"]), tables.top[security], tables.levels.shape[1]
    level = np.int64(top["ask"] if side == Side.BUY else top["bid"])
    while left > 0 and 0 <= level < n_levels and (level <= limit if side == Side.BUY else level >= limit):
        slot = np.int64(tables.levels[security, level]["head"])
        while slot != 0:
            order = tables.orders[slot]
            if order["owner"] != message["owner"] or self_trade == SelfTrade.ALLOW:
                left -= order["face"]
            elif self_trade == SelfTrade.CANCEL_TAKER:
                return left <= 0
            slot = np.int64(order["next"])
        level = next_up(tables, security, level) if side == Side.BUY else next_down(tables, security, level)
    return left <= 0


@inlined
def _withdraw_all(tables, owner, security):
    """Take all orders of an owner out of one book."""
    level = next_up(tables, security, np.int64(-1))
    while level < tables.levels.shape[1]:
        slot = np.int64(tables.levels[security, level]["head"])
        while slot != 0:
            following = np.int64(tables.orders[slot]["next"])
            if tables.orders[slot]["owner"] == owner:
                unlink(tables, slot)
                release(tables, slot)
            slot = following
        level = next_up(tables, security, level)


@inlined
def _mass_cancel(tables, message):
    """Withdraw all orders of the owner, in one book or in all."""
    first, last = np.int64(0), np.int64(tables.levels.shape[0])
    if message["kind"] == MessageKind.CANCEL_BOOK:
        if message["security"] >= last:
            return np.int64(Status.REJ_SECURITY)
        first = np.int64(message["security"])
        last = first + 1
    for security in range(first, last):
        _withdraw_all(tables, message["owner"], security)
    return np.int64(Status.OK)


@inlined
def _refusal(tables, message, slot, self_trade):
    """Return the status of an order that is new or moves, before it touches its book."""
    if message["face"] <= 0 or message["face"] > LARGEST_TRADE:
        return Status.REJ_QTY
    if slot == 0 and message["security"] >= tables.levels.shape[0]:
        return Status.REJ_SECURITY
    if slot == 0 and message["side"] > Side.SELL:
        return Status.REJ_SIDE
    if tables.closed[tables.orders[slot]["security"] if slot != 0 else message["security"]]:
        return Status.REJ_CLOSED
    if message["kind"] == MessageKind.MARKET:
        return Status.OK
    if message["level"] < 0 or message["level"] >= tables.levels.shape[1]:
        return Status.REJ_PRICE
    if message["kind"] == MessageKind.POST_ONLY and _crosses(
        tables, message["security"], message["side"], message["level"]
    ):
        return Status.REJ_CROSS
    if message["kind"] == MessageKind.FOK and not _fillable(tables, message, self_trade):
        return Status.REJ_KILLED
    return Status.OK


@inlined
def _reduce(tables, order, face):
    """Lower the face of a resting order; it keeps its place."""
    less = order["face"] - face
    tables.levels[np.int64(order["security"]), order["level"]]["face"] -= less
    order["face"] = face
    tables.control[CANCELLED] += less


@inlined
def _admit(tables, message, self_trade):
    """Check a message and take the order it changes out of its queue. Returns (status, slot, face to execute)."""
    kind, face, slot = message["kind"], np.int64(message["face"]), np.int64(0)
    if kind > MessageKind.CANCEL_ALL:
        return np.int64(Status.REJ_KIND), slot, np.int64(0)
    if kind >= MessageKind.CANCEL_BOOK:
        return _mass_cancel(tables, message), slot, np.int64(0)
    if _names_order(kind):
        place = place_of(tables, message["order_id"])
        slot = np.int64(tables.slot_of[place])
        expired = slot == 0 and message["order_id"] > tables.control[STATIC_IDS]
        if place == 0 or (expired and message["order_id"] < tables.control[TODAY]):
            return np.int64(Status.REJ_UNKNOWN), slot, np.int64(0)
    if MessageKind.CANCEL <= kind <= MessageKind.REDUCE:
        if slot == 0 and kind != MessageKind.QUOTE:
            return np.int64(Status.REJ_UNKNOWN), slot, np.int64(0)
        if slot != 0 and tables.orders[slot]["owner"] != message["owner"]:
            return np.int64(Status.REJ_OWNER), slot, np.int64(0)
        if kind == MessageKind.REDUCE and 0 < face < tables.orders[slot]["face"]:
            _reduce(tables, tables.orders[slot], tables.orders[slot]["face"] - face)
            return np.int64(Status.OK), slot, np.int64(0)
        if kind == MessageKind.REDUCE and (face <= 0 or face > LARGEST_TRADE):
            return np.int64(Status.REJ_QTY), slot, np.int64(0)
        if kind == MessageKind.REDUCE or kind == MessageKind.CANCEL or (kind == MessageKind.QUOTE and face == 0):
            if slot != 0:
                unlink(tables, slot)
                release(tables, slot)
            return np.int64(Status.OK), np.int64(0), np.int64(0)
    elif slot != 0:
        return np.int64(Status.REJ_DUP), slot, np.int64(0)
    status = _refusal(tables, message, slot, self_trade)
    if status != Status.OK:
        return np.int64(status), slot, np.int64(0)
    if slot != 0:
        order = tables.orders[slot]
        if message["level"] == order["level"] and face <= order["face"]:
            _reduce(tables, order, face)
            return np.int64(Status.OK), slot, np.int64(0)
        unlink(tables, slot)
    tables.control[ENTERED] += face
    return np.int64(Status.OK), slot, face


@inlined
def _record(fill, order, side, face, taker):
    """Write one trade."""
    fill["security"] = order["security"]
    fill["level"] = order["level"]
    fill["face"] = face
    fill["taker"] = taker
    fill["maker"] = order["owner"]
    fill["maker_id"] = order["order_id"]
    fill["side"] = side


@inlined
def _take_level(tables, security, level, side, left, taker, fills, n_fills, self_trade):
    """Take from one queue, oldest first. Returns (face left, fills written, why it ended)."""
    control = tables.control
    queue = tables.levels[security, level]
    slot, gone, traded, end = np.int64(queue["head"]), np.int64(0), np.int64(0), _DONE
    first = n_fills
    while slot != 0 and left > 0:
        order = tables.orders[slot]
        following, standing = np.int64(order["next"]), np.int64(order["face"])
        if order["owner"] == taker and self_trade != SelfTrade.ALLOW:
            if self_trade == SelfTrade.CANCEL_TAKER:
                end = _MET_ITSELF
                break
            gone += standing
            release(tables, slot)
            slot = following
            continue
        if n_fills == fills.shape[0]:
            end = _BUFFER_FULL
            break
        face = min(left, standing)
        _record(fills[n_fills], order, side, face, taker)
        n_fills += 1
        left -= face
        traded += face
        if face == standing:
            release(tables, slot)
            slot = following
        else:
            order["face"] = standing - face
    control[FILLS] += n_fills - first
    control[TRADED] += traded
    control[CANCELLED] += gone
    queue["face"] -= traded + gone
    queue["head"] = slot
    if slot != 0:
        tables.orders[slot]["previous"] = 0
    else:
        queue["tail"] = 0
        vacate(tables, security, level)
    return left, n_fills, end


@inlined
def _execute(tables, message, slot, face, fills, n_fills, self_trade):
    """Take what the order can, rest what is left. Returns (fills written, whether the buffer was full)."""
    kind, owner = message["kind"], message["owner"]
    security, side = np.int64(message["security"]), np.int64(message["side"])
    limit, left, end = np.int64(message["level"]), face, _DONE
    if slot != 0:
        security, side = np.int64(tables.orders[slot]["security"]), np.int64(tables.orders[slot]["side"])
    if kind == MessageKind.MARKET:
        limit = np.int64(tables.levels.shape[1] - 1 if side == Side.BUY else 0)
    top = tables.top[security]
    while left > 0 and end == _DONE and _crosses(tables, security, side, limit):
        level = np.int64(top["ask"] if side == Side.BUY else top["bid"])
        left, n_fills, end = _take_level(tables, security, level, side, left, owner, fills, n_fills, self_trade)
    message["filled"] += face - left
    if end == _BUFFER_FULL:
        return n_fills, True
    rests = left > 0 and end == _DONE and _names_order(kind)
    if rests and slot == 0:
        slot = allocate(tables, message["order_id"], owner, security, side, kind == MessageKind.GTC)
        if slot == 0:
            message["status"] = Status.REJ_POOL
            tables.control[REJECTED] += 1
    elif not rests and slot != 0:
        release(tables, slot)
    if rests and slot != 0:
        append(tables, slot, limit, left)
    else:
        tables.control[CANCELLED] += left
    return n_fills, False


@kernel
def process(
    tables: Tables, messages: NDArray[Any], start: int, fills: NDArray[Any], n_fills: int, self_trade: int
) -> tuple[int, int]:
    """Apply ``messages[start:]`` in order, with ``status`` and ``filled`` written into each.

    Returns (next message, fills in the buffer). While the next message is one of ``messages``, the buffer was full
    inside it: empty the buffer and call again with ``start`` at that message.
    """
    control = tables.control
    for m in range(start, messages.shape[0]):
        message = messages[m]
        if control[STOPPED] != 0:
            slot = control[STOPPED] - 1
            left = np.int64(message["face"]) - np.int64(message["filled"])
            control[STOPPED] = 0
        else:
            status, slot, left = _admit(tables, message, self_trade)
            message["status"] = status
            message["filled"] = 0
            control[REJECTED] += status != Status.OK
        if left > 0:
            n_fills, full = _execute(tables, message, slot, left, fills, n_fills, self_trade)
            if full:
                control[STOPPED] = slot + 1
                return m, n_fills
    return messages.shape[0], n_fills
