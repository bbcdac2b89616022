"""What is done to the books around matching: quotes become messages; orders expire, are listed and put back.

Costs about 5 ns a quote written, and next to nothing in a book that nobody quotes.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.layout import (
    CANCELLED,
    FIRST_DAY_ID,
    FREE_HEAD,
    NEXT_ID,
    RESTING,
    STATIC_IDS,
    TODAY,
    UNUSED,
    MessageKind,
    Side,
    Tables,
)
from market.books.queue_kernels import allocate, append, next_down, next_up, place_of, release, unlink, vacate
from market.kernels import inlined, kernel
from market.units import LARGEST_TRADE, Bool, Float, Int


@inlined
def _out_of_bounds(face):
    """Return the flat place of a face (n, S) that no quote may show, or -1."""
    n, n_securities = face.shape
    for i in range(n):
        least = most = np.int64(0)
        for security in range(n_securities):
            least, most = min(least, face[i, security]), max(most, face[i, security])
        if least < 0 or most > LARGEST_TRADE:
            for security in range(n_securities):
                if face[i, security] < 0 or face[i, security] > LARGEST_TRADE:
                    return i * n_securities + security
    return -1


@inlined
def _mark_quoted(tables, faces, quoters, quoted):
    """Mark the securities in which somebody quotes, or an order of a quoter rests."""
    for security in range(quoted.shape[0]):
        slots = np.int32(0)
        for place in range(2 * security * quoters, 2 * (security + 1) * quoters):
            slots |= tables.slot_of[1 + place]
        quoted[security] = slots != 0
    for face in faces:
        for i in range(face.shape[0]):
            for security in range(quoted.shape[0]):
                quoted[security] |= face[i, security] != 0


@inlined
def _write_side(tables, security, side, level, face, rows, first_id, messages, m):
    """Write the quotes of one side of a book in order of arrival; return how many messages there are now."""
    owner, slot, queue = rows
    for i in queue:
        shown, at = face[i, security], level[i, security]
        order_id = first_id + 2 * slot[i] + side
        if at < 0 or at >= tables.levels.shape[1]:
            shown = at = np.int64(0)
        if shown == 0 and tables.slot_of[order_id] == 0:
            continue
        message = messages[m]
        message["kind"] = MessageKind.QUOTE
        message["side"] = side
        message["security"] = security
        message["owner"] = owner[i]
        message["level"] = at
        message["face"] = shown
        message["order_id"] = order_id
        m += 1
    return m


@kernel
def write_quotes(
    tables: Tables,
    levels: tuple[Int, Int],
    faces: tuple[Int, Int],
    rows: tuple[Int, Int, Int],
    rising: Bool,
    quoted: Bool,
    messages: NDArray[Any],
) -> tuple[int, int]:
    """Write the quotes that may change something: by security, side that moves away first, order of arrival.

    ``levels`` and ``faces`` of bids and offers (n, S); ``rows`` are owners, slots and queue (n,); ``quoted`` (S,) is
    scratch. A side whose level is outside the window is withdrawn. Returns (messages written, -1), or, in place of the
    -1, the flat place of a face that is out of bounds.
    """
    for face in faces:
        wrong = _out_of_bounds(face)
        if wrong >= 0:
            return 0, wrong
    quoters, m = tables.control[STATIC_IDS] // (2 * quoted.shape[0]), 0
    _mark_quoted(tables, faces, quoters, quoted)
    for security in range(quoted.shape[0]):
        if quoted[security]:
            first_id = 1 + 2 * security * quoters
            for turn in range(2):
                side = 1 - turn if rising[security] else turn
                m = _write_side(tables, security, side, levels[side], faces[side], rows, first_id, messages, m)
    return m, -1


@kernel
def expire(tables: Tables) -> None:
    """Remove every order, touching occupied levels only; today's ids are not valid again."""
    control = tables.control
    for security in range(tables.levels.shape[0]):
        top = tables.top[security]
        for side in range(2):
            level = np.int64(top["bid"] if side == Side.BUY else top["ask"])
            while 0 <= level < tables.levels.shape[1]:
                queue = tables.levels[security, level]
                control[CANCELLED] += queue["face"]
                queue["head"] = 0
                queue["tail"] = 0
                queue["face"] = 0
                vacate(tables, security, level)
                level = np.int64(top["bid"] if side == Side.BUY else top["ask"])
    tables.slot_of[:] = 0
    control[FREE_HEAD] = 0
    control[UNUSED] = 1
    control[RESTING] = 0
    control[FIRST_DAY_ID] = control[TODAY] = control[NEXT_ID]


@kernel
def expire_day(tables: Tables) -> None:
    """Remove every order that is not good till cancelled; those that are keep id and place, and today's ids end."""
    control, n_levels = tables.control, tables.levels.shape[1]
    oldest = control[NEXT_ID]
    for security in range(tables.levels.shape[0]):
        level = next_up(tables, security, np.int64(-1))
        while level < n_levels:
            slot = np.int64(tables.levels[security, level]["head"])
            while slot != 0:
                order = tables.orders[slot]
                following = np.int64(order["next"])
                if order["stays"] == 0:
                    unlink(tables, slot)
                    release(tables, slot)
                elif order["order_id"] > control[STATIC_IDS]:
                    oldest = min(oldest, order["order_id"])
                slot = following
            level = next_up(tables, security, level)
    first = control[STATIC_IDS] + 1
    gone = oldest - control[FIRST_DAY_ID]
    kept = control[NEXT_ID] - oldest
    for k in range(kept):
        tables.slot_of[first + k] = tables.slot_of[first + gone + k]
    tables.slot_of[first + kept :] = 0
    control[FIRST_DAY_ID] = oldest
    control[TODAY] = control[NEXT_ID]


@kernel
def read_places(tables: Tables, ids: Int, rank: Int, ahead: Int) -> None:
    """Write how many orders, and how much face, stand before each order in its queue; -1 for one that does not rest."""
    for k in range(ids.shape[0]):
        rank[k] = ahead[k] = -1
        slot = np.int64(tables.slot_of[place_of(tables, ids[k])])
        if slot != 0:
            rank[k] = ahead[k] = 0
            slot = np.int64(tables.orders[slot]["previous"])
        while slot != 0:
            rank[k] += 1
            ahead[k] += tables.orders[slot]["face"]
            slot = np.int64(tables.orders[slot]["previous"])


@kernel
def read_left(tables: Tables, ids: Int, left: Int) -> None:
    """Write the face of each order that still rests; 0 for one that does not."""
    for k in range(ids.shape[0]):
        slot = np.int64(tables.slot_of[place_of(tables, ids[k])])
        left[k] = tables.orders[slot]["face"] if slot != 0 else 0


@kernel
def read_imbalance(tables: Tables, levels: int, out: Float) -> None:
    """Write (bids - asks) / (bids + asks) of the best occupied levels of each side; 0 for an empty book."""
    n_levels = tables.levels.shape[1]
    for security in range(out.shape[0]):
        bids = asks = np.int64(0)
        level = np.int64(tables.top[security]["bid"])
        for _ in range(levels):
            if level < 0:
                break
            bids += tables.levels[security, level]["face"]
            level = next_down(tables, security, level)
        level = np.int64(tables.top[security]["ask"])
        for _ in range(levels):
            if level >= n_levels:
                break
            asks += tables.levels[security, level]["face"]
            level = next_up(tables, security, level)
        out[security] = (bids - asks) / (bids + asks) if bids + asks > 0 else 0.0


@kernel
def read_depth(tables: Tables, side: int, out: Int) -> None:
    """Write the faces of the best occupied levels of each security, from the inside; ``out`` is zeros."""
    n_levels = tables.levels.shape[1]
    for security in range(out.shape[0]):
        top = tables.top[security]
        level = np.int64(top["bid"] if side == Side.BUY else top["ask"])
        for k in range(out.shape[1]):
            if level < 0 or level >= n_levels:
                break
            out[security, k] = tables.levels[security, level]["face"]
            level = next_down(tables, security, level) if side == Side.BUY else next_up(tables, security, level)


@kernel
def list_orders(tables: Tables, out: NDArray[Any]) -> None:
    """Write every resting order as the LIMIT or GTC that would make it: by security, level and age."""
    n_levels = tables.levels.shape[1]
    m = 0
    for security in range(tables.levels.shape[0]):
        level = next_up(tables, security, np.int64(-1))
        while level < n_levels:
            slot = tables.levels[security, level]["head"]
            while slot != 0:
                order, row = tables.orders[slot], out[m]
                row["kind"] = MessageKind.GTC if order["stays"] != 0 else MessageKind.LIMIT
                row["side"] = order["side"]
                row["security"] = security
                row["owner"] = order["owner"]
                row["level"] = level
                row["face"] = order["face"]
                row["order_id"] = order["order_id"]
                m += 1
                slot = order["next"]
            level = next_up(tables, security, level)


@kernel
def put_back(tables: Tables, listed: NDArray[Any]) -> None:
    """Rest the orders of a list in empty books without matching."""
    for m in range(listed.shape[0]):
        row = listed[m]
        stays = row["kind"] == MessageKind.GTC
        slot = allocate(tables, row["order_id"], row["owner"], row["security"], row["side"], stays)
        append(tables, slot, np.int64(row["level"]), np.int64(row["face"]))
