"""The bytes of the books: enumerations, record types and the tables that kernels and their reference agree on.

A level is a place on a security's price window, 0 at the bottom. Face is in hundreds of dollars, at most
``LARGEST_TRADE`` an order (so 32 bits hold it); sums over orders are 64 bits wide. Index 0 is the null link everywhere,
so that every table starts as zeros and pages are committed when touched. Records of 32 bytes beat separate arrays by 4
to 11 %.

Ids 1..2*S*quoters are static, one for each security, quoter and side. Ids above are issued as they are asked for; a new
order needs a static id or one issued on its day, and an order good till cancelled keeps its id as long as it rests.
numpy asks for huge pages for large arrays, which would commit the whole ladder (16 bytes a level, 75 MiB) and cost a
quarter of a second at the first order of a book; so the large tables are mapped from the system without (``_mapped``).
"""

import mmap
from enum import IntEnum
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class MessageKind(IntEnum):
    """What a message asks of a book. From CANCEL on, it names an order that may be resting."""

    LIMIT = 0  # take up to the level, then rest
    MARKET = 1  # take at any level, then expire
    IOC = 2  # take up to the level, then expire
    POST_ONLY = 3  # rest, or be rejected if it would take
    CANCEL = 4  # withdraw a resting order
    REPLACE = 5  # change level or face; keeps its place for a smaller or equal face at the same level
    QUOTE = 6  # REPLACE if the order rests, LIMIT if not; face 0 withdraws
    REDUCE = 7  # take ``face`` off a resting order, which keeps its place; all of it or more withdraws
    FOK = 8  # fill or kill: take all of the face up to the level, or nothing
    GTC = 9  # LIMIT, good till cancelled: it outlives ``end_day``, as no other order does
    CANCEL_BOOK = 10  # withdraw all orders of the owner in one security
    CANCEL_ALL = 11  # withdraw all orders of the owner


class Side(IntEnum):
    """Side of an order."""

    BUY = 0
    SELL = 1


class Status(IntEnum):
    """What became of a message."""

    OK = 0
    REJ_UNKNOWN = 1  # the id was never issued, has expired, or is not resting
    REJ_PRICE = 2  # the level is outside the window
    REJ_QTY = 3  # the face is not in 1..LARGEST_TRADE
    REJ_POOL = 4  # no room for another resting order; it took nothing, or there would be room
    REJ_DUP = 5  # an order rests under this id
    REJ_CROSS = 6  # POST_ONLY that would take
    REJ_SECURITY = 7  # no such security
    REJ_SIDE = 8  # neither BUY nor SELL
    REJ_KIND = 9  # no such kind of message
    REJ_OWNER = 10  # the order is somebody else's
    REJ_KILLED = 11  # FOK that could not be filled in full; it took nothing
    REJ_CLOSED = 12  # the book is closed: it takes cancellations and reductions only


REASONS = {
    Status.OK: "accepted",
    Status.REJ_UNKNOWN: "no such order rests",
    Status.REJ_PRICE: "the price is no tick of the ladder",
    Status.REJ_QTY: "the size is no whole number above 0, or too large",
    Status.REJ_POOL: "no room for another resting order",
    Status.REJ_DUP: "an order rests under this id",
    Status.REJ_CROSS: "it would have traded, and was to rest only",
    Status.REJ_SECURITY: "no such security",
    Status.REJ_SIDE: "neither buy nor sell",
    Status.REJ_KIND: "no such kind of message",
    Status.REJ_OWNER: "the order is somebody else's, or its owner is no number",
    Status.REJ_KILLED: "it could not be filled in full",
    Status.REJ_CLOSED: "the book is closed",
}


class SelfTrade(IntEnum):
    """What happens when an owner's order meets one of its own."""

    ALLOW = 0
    CANCEL_RESTING = 1
    CANCEL_TAKER = 2


MESSAGE = np.dtype(
    [
        ("kind", "u1"),
        ("side", "u1"),
        ("security", "u2"),
        ("owner", "i4"),
        ("level", "i4"),
        ("face", "i4"),
        ("order_id", "i8"),
        ("status", "i4"),  # written back
        ("filled", "i4"),  # written back
    ]
)
ORDER = np.dtype(
    [
        ("level", "i4"),
        ("face", "i4"),
        ("next", "i4"),
        ("previous", "i4"),
        ("owner", "i4"),
        ("security", "u2"),
        ("side", "u1"),
        ("stays", "u1"),  # 1: good till cancelled
        ("order_id", "i8"),
    ]
)
FILL = np.dtype(
    [
        ("security", "i4"),
        ("level", "i4"),
        ("face", "i8"),
        ("taker", "i4"),
        ("maker", "i4"),
        ("maker_id", "i4"),
        ("side", "i4"),  # of the taker
    ]
)
LEVEL = np.dtype([("head", "i4"), ("tail", "i4"), ("face", "i8")])
TOP = np.dtype([("bid", "i4"), ("ask", "i4")])

# Places in the control array.
FREE_HEAD, UNUSED, RESTING = 0, 1, 2  # the pool: first free slot, first slot never used, orders resting
STATIC_IDS, FIRST_DAY_ID, NEXT_ID = 3, 4, 5  # ids: how many are static, the oldest that may still rest, next to issue
STOPPED = 6  # 0, or 1 + the slot held by the message during which the fill buffer was full
REJECTED, FILLS = 7, 8  # messages, fills
ENTERED, TRADED, CANCELLED = 9, 10, 11  # face: entered = 2 * traded + cancelled + resting
TODAY = 12  # first id issued today
N_CONTROL = 13


class Tables(NamedTuple):
    """All books of a market. A NamedTuple of arrays is a value to numba; it caches and unboxes natively."""

    top: NDArray[Any]  # (S,) TOP; -1 and n_levels when a side is empty
    levels: NDArray[Any]  # (S, L) LEVEL
    words: NDArray[np.uint64]  # (S, W) occupied levels; one bitmap for both sides, as bids < asks always
    summary: NDArray[np.uint64]  # (S, V) occupied words
    orders: NDArray[Any]  # (P,) ORDER; slot 0 is null
    slot_of: NDArray[np.int32]  # (I,) slot of an id, 0 when it is not resting; place 0 stays 0
    control: NDArray[np.int64]  # (N_CONTROL,)
    closed: NDArray[np.bool_]  # (S,) books that take cancellations and reductions only


def empty_tables(n_securities: int, n_levels: int, quoters: int, pool: int) -> Tables:
    """Return books without orders."""
    words = -(-n_levels // 64)
    static_ids = 2 * n_securities * quoters
    top = np.zeros(n_securities, TOP)
    top["bid"], top["ask"] = -1, n_levels
    control = np.zeros(N_CONTROL, np.int64)
    control[UNUSED] = 1
    control[STATIC_IDS] = static_ids
    control[FIRST_DAY_ID] = control[TODAY] = control[NEXT_ID] = static_ids + 1
    return Tables(
        top,
        _mapped((n_securities, n_levels), LEVEL),
        np.zeros((n_securities, words), np.uint64),
        np.zeros((n_securities, -(-words // 64)), np.uint64),
        _mapped((pool + 1,), ORDER),
        np.zeros(static_ids + 1, np.int32),
        control,
        np.zeros(n_securities, np.bool_),
    )


def _mapped(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return an array of zeros whose memory is committed a small page at a time, as it is touched."""
    size = max(prod(shape) * dtype.itemsize, 1)
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    memory = mmap.mmap(-1, size, **private)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, dtype, prod(shape)).reshape(shape)
