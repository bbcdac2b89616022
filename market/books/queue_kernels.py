"""The queues below matching: the orders of each level, oldest first, and which levels are occupied.

Orders of a level form a doubly linked queue. Occupied levels of a security are bits, 64 to a word, with a second bitmap
of the words in use, so that the next occupied level is found by counting zeros. Nothing here checks anything. Sparing
the branches of ``append`` and ``unlink`` was tried: 5 to 10 % slower.
"""

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from market.books.layout import CANCELLED, FIRST_DAY_ID, FREE_HEAD, NEXT_ID, RESTING, STATIC_IDS, UNUSED, Side
from market.kernels import inlined

_ZERO, _ONE, _ALL, _63 = np.uint64(0), np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(63)

if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]  # intrinsics need the compiler

    def _trailing_zeros(word):
        return (int(word) & -int(word)).bit_length() - 1

    def _leading_zeros(word):
        return 64 - int(word).bit_length()

else:

    @intrinsic
    def _trailing_zeros(typingctx, word):
        def codegen(context, builder, signature, args):
            return builder.cttz(args[0], numba.core.cgutils.true_bit)

        return types.int64(types.uint64), codegen

    @intrinsic
    def _leading_zeros(typingctx, word):
        def codegen(context, builder, signature, args):
            return builder.ctlz(args[0], numba.core.cgutils.true_bit)

        return types.int64(types.uint64), codegen


@inlined
def lowest(word):
    """Return the place of the lowest bit of a word that is not zero."""
    return _trailing_zeros(word)


@inlined
def highest(word):
    """Return the place of the highest bit of a word that is not zero."""
    return 63 - _leading_zeros(word)


@inlined
def next_up(tables, security, level):
    """Return the lowest occupied level above ``level``, or the number of levels."""
    n_levels = tables.levels.shape[1]
    level += 1
    if level >= n_levels:
        return n_levels
    w = level >> 6
    word = tables.words[security, w] & (_ALL << (np.uint64(level) & _63))
    if word != _ZERO:
        return (w << 6) + lowest(word)
    w += 1
    v = w >> 6
    keep = _ALL << (np.uint64(w) & _63)
    while v < tables.summary.shape[1]:
        word = tables.summary[security, v] & keep
        if word != _ZERO:
            w = (v << 6) + lowest(word)
            return (w << 6) + lowest(tables.words[security, w])
        keep = _ALL
        v += 1
    return n_levels


@inlined
def next_down(tables, security, level):
    """Return the highest occupied level below ``level``, or -1."""
    level -= 1
    if level < 0:
        return -1
    w = level >> 6
    word = tables.words[security, w] & (_ALL >> (_63 - (np.uint64(level) & _63)))
    if word != _ZERO:
        return (w << 6) + highest(word)
    w -= 1
    if w < 0:
        return -1
    v = w >> 6
    keep = _ALL >> (_63 - (np.uint64(w) & _63))
    while v >= 0:
        word = tables.summary[security, v] & keep
        if word != _ZERO:
            w = (v << 6) + highest(word)
            return (w << 6) + highest(tables.words[security, w])
        keep = _ALL
        v -= 1
    return -1


@inlined
def occupy(tables, security, side, level):
    """Mark a level that got its first order, and move the inside if it is better."""
    w = level >> 6
    tables.words[security, w] |= _ONE << (np.uint64(level) & _63)
    tables.summary[security, w >> 6] |= _ONE << (np.uint64(w) & _63)
    top = tables.top[security]
    if side == Side.BUY:
        top["bid"] = max(top["bid"], level)
    else:
        top["ask"] = min(top["ask"], level)


@inlined
def vacate(tables, security, level):
    """Unmark a level that lost its last order, and move the inside if it was there."""
    w = level >> 6
    word = tables.words[security, w] & ~(_ONE << (np.uint64(level) & _63))
    tables.words[security, w] = word
    if word == _ZERO:
        tables.summary[security, w >> 6] &= ~(_ONE << (np.uint64(w) & _63))
    top = tables.top[security]
    if level == top["bid"]:
        top["bid"] = next_down(tables, security, level)
    elif level == top["ask"]:
        top["ask"] = next_up(tables, security, level)


@inlined
def place_of(tables, order_id):
    """Return where ``slot_of`` keeps an id, or 0 if it was never issued or has expired."""
    control = tables.control
    if order_id <= control[STATIC_IDS]:
        return max(order_id, 0)
    if order_id < control[FIRST_DAY_ID] or order_id >= control[NEXT_ID]:
        return 0
    return order_id - control[FIRST_DAY_ID] + control[STATIC_IDS] + 1


@inlined
def allocate(tables, order_id, owner, security, side, stays):
    """Give an id a slot of the pool. Returns the slot, or 0 when none is left."""
    control, orders = tables.control, tables.orders
    slot = control[FREE_HEAD]
    if slot != 0:
        control[FREE_HEAD] = orders[slot]["next"]
    elif control[UNUSED] < orders.shape[0]:
        slot = control[UNUSED]
        control[UNUSED] = slot + 1
    else:
        return slot
    order = orders[slot]
    order["owner"] = owner
    order["security"] = security
    order["side"] = side
    order["stays"] = stays
    order["order_id"] = order_id
    tables.slot_of[place_of(tables, order_id)] = slot
    control[RESTING] += 1
    return slot


@inlined
def release(tables, slot):
    """Give a slot back to the pool."""
    order = tables.orders[slot]
    tables.slot_of[place_of(tables, order["order_id"])] = 0
    order["next"] = tables.control[FREE_HEAD]
    tables.control[FREE_HEAD] = slot
    tables.control[RESTING] -= 1


@inlined
def append(tables, slot, level, face):
    """Put an order last in the queue of a level."""
    order = tables.orders[slot]
    security = np.int64(order["security"])
    queue = tables.levels[security, level]
    tail = queue["tail"]
    order["level"] = level
    order["face"] = face
    order["next"] = 0
    order["previous"] = tail
    queue["tail"] = slot
    queue["face"] += face
    if tail != 0:
        tables.orders[tail]["next"] = slot
    else:
        queue["head"] = slot
        occupy(tables, security, order["side"], level)


@inlined
def unlink(tables, slot):
    """Take an order out of its queue and count its face as cancelled; it keeps its slot."""
    order = tables.orders[slot]
    security, level = np.int64(order["security"]), np.int64(order["level"])
    queue = tables.levels[security, level]
    before, after = order["previous"], order["next"]
    if before != 0:
        tables.orders[before]["next"] = after
    else:
        queue["head"] = after
    if after != 0:
        tables.orders[after]["previous"] = before
    else:
        queue["tail"] = before
    queue["face"] -= order["face"]
    tables.control[CANCELLED] += order["face"]
    if before == 0 and after == 0:
        vacate(tables, security, level)
