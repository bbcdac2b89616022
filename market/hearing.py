"""What institutions say, read before it counts: a line that is none is refused with a reason, and the rest goes on.

Tables of the right dtype and whole numbers of the right shape go through as they are. Refusals stand in
``market.rejections`` by name; what is refused counts as if it had not been said. What a sound line may ask for is
checked by the venue that it is for.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.books.messages import ORDERS, Order, Quotes, Rejection, Venue
from market.units import Bool, Float, Int

MOST = 2**53  # up to here a float tells whole numbers apart
MOST_CENTS = 10**17  # a thousand trillion dollars: sums of such amounts are exact
MOST_BP = 10_000.0
NOTHING = np.zeros(0, ORDERS)
NO_LIMIT = float("nan")


def refuse(market: Any, name: str, line: tuple[Any, ...], reason: str) -> None:
    """Note that the market refused a line of somebody, and why."""
    market.rejections.setdefault(name, []).append(Rejection(market.day, market.round, line, reason))


# ---- orders ---------------------------------------------------------------------------------------
def orders_of(market: Any, who: Any, said: Any) -> NDArray[Any]:
    """Return what somebody decided as a table of ORDERS, its owner the number of the member."""
    if isinstance(said, np.ndarray):
        return lines_of(market, who, said, ORDERS, "orders")
    if said is None:
        return NOTHING
    if isinstance(said, Order | str | bytes | Mapping) or not isinstance(said, Iterable):
        reason = f"orders: {_kind(said)}, expected a list of Order or a table of ORDERS"
        refuse(market, who.called(0), (_shown(said),), reason)
        return NOTHING
    rows = [_order(market, who, one) for one in said]
    return np.array([row for row in rows if row is not None], ORDERS)


def _order(market: Any, who: Any, one: Any) -> tuple[Any, ...] | None:
    """Return one line of ORDERS, or refuse it."""
    if not isinstance(one, Order):
        refuse(market, who.called(0), (_shown(one),), f"{_kind(one)}, expected an Order")
        return None
    line = one.security, one.face, one.limit, one.venue
    security, face = whole(one.security), whole(one.face)
    limit = NO_LIMIT if one.limit is None else real(one.limit)
    venue = whole(one.venue)
    for name, found, said, expected in (
        ("security", security, one.security, "the number of a security"),
        ("face", face, one.face, "a whole number of $100"),
        ("limit", limit, one.limit, "a price in points or None"),
        ("venue", venue, one.venue, f"one of Venue.{', Venue.'.join(v.name for v in ORDERED)}"),
    ):
        if found is None:
            refuse(market, who.called(0), tuple(map(_shown, line)), f"{name} {_shown(said)}, expected {expected}")
            return None
    return 0, security, face, limit, venue


ORDERED = (Venue.BOOK, Venue.REQUEST, Venue.BOOK_THEN_REQUEST, Venue.REST, Venue.BOOK_ELSE_REQUEST)


def whole(value: Any) -> int | None:
    """Return a whole number of 63 bits as one, and None for anything else."""
    integer = isinstance(value, int | np.integer)
    if integer or (isinstance(value, float | np.floating) and float(value).is_integer()):
        return min(max(int(value), -(2**62)), 2**62)
    return None


def real(value: Any) -> float | None:
    """Return a number as a float, and None for anything else."""
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else None


# ---- tables and columns ----------------------------------------------------------------------------
def lines_of(market: Any, who: Any, said: Any, kind: np.dtype[Any], what: str) -> NDArray[Any]:
    """Return a table of a dtype as it is, and an empty one for anything else, which is refused."""
    if isinstance(said, np.ndarray) and said.dtype == kind:
        return said if said.ndim == 1 and said.flags.c_contiguous else np.array(said).ravel()
    found = f"a table of {said.dtype}" if isinstance(said, np.ndarray) else _kind(said)
    refuse(
        market, who.called(0), (_shown(said),), f"{what}: {found}, expected a table of {', '.join(kind.names or ())}"
    )
    return np.zeros(0, kind)


def kept(market: Any, who: Any, table: NDArray[Any], wrong: Bool, member: str, reason: str) -> NDArray[Any]:
    """Return the lines of a table that are not ``wrong``, and refuse the others; a column names the ``member``."""
    if not wrong.any():
        return table
    for k in np.flatnonzero(wrong).tolist():
        number = int(table[member][k])
        refuse(market, who.called(number if 0 <= number < len(who.rows) else 0), table[k].tolist(), reason)
    return table[~wrong]


def faces_of(market: Any, who: Any, said: Any, shape: tuple[int, ...], what: str) -> Int:
    """Return whole numbers of a shape; what is none is 0 and refused."""
    if isinstance(said, np.ndarray) and said.dtype.kind in "iu" and said.shape == shape:
        return said
    array = _numbers(market, who, said, shape, what, 0.0)
    if array.dtype.kind in "iu":
        return array.astype(np.int64)
    with np.errstate(invalid="ignore"):
        wrong = ~((array == np.rint(array)) & (np.abs(array) <= MOST))
    _refuse_first(market, who, array, wrong, f"{what}, expected whole numbers")
    return np.where(wrong, 0.0, array).astype(np.int64)


def cents_of(market: Any, who: Any, said: Any, shape: tuple[int, ...], what: str) -> Int:
    """Return cents of a shape, fractions of a cent cut off; what is no amount is 0 and refused."""
    if isinstance(said, np.ndarray) and said.dtype.kind in "iu" and said.shape == shape:
        return said
    array = _numbers(market, who, said, shape, what, 0.0)
    wrong = ~(np.abs(array) <= MOST_CENTS)
    _refuse_first(market, who, array, wrong, f"{what}, expected an amount in cents")
    return np.where(wrong, 0, array).astype(np.int64)


def loans_of(market: Any, who: Any, said: Any, cash_cents: Int, what: str) -> tuple[Int, Float]:
    """Return cents and rates in bp (members,) each; nothing of what is none, or of money that is lent and not there.

    ``cash_cents`` is what who is asked one by one has to lend; of borrowers it is not asked.
    """
    shape = (len(who.rows),)
    if not (isinstance(said, tuple | list) and len(said) == 2):
        refuse(market, who.called(0), (_shown(said),), f"{what}: {_kind(said)}, expected a pair of cents and rates")
        said = np.zeros(shape, np.int64), np.zeros(shape)
    cents = cents_of(market, who, said[0], shape, f"cents {what}")
    rate = prices_of(market, who, said[1], shape, f"rates {what}")
    for wrong, reason in (
        (~(np.abs(rate) <= MOST_BP), "expected a rate within 100 % a year"),
        (market.alone[who.rows] & (cents > cash_cents), f"{what}: more than the cash that it has"),
    ):
        for k in np.flatnonzero(wrong & (cents > 0)).tolist():
            refuse(market, who.called(k), (int(cents[k]), float(rate[k])), reason)
        cents, rate = np.where(wrong, 0, cents), np.where(wrong, 0.0, rate)
    return cents, rate


def prices_of(market: Any, who: Any, said: Any, shape: tuple[int, ...], what: str) -> Float:
    """Return numbers of a shape; NaN, which says nothing, where there are none, and where they are infinite."""
    if isinstance(said, np.ndarray) and said.dtype == np.float64 and said.shape == shape:
        array = said
    else:
        array = _numbers(market, who, said, shape, what, np.nan).astype(np.float64)
    wrong = np.isinf(array)
    if not wrong.any():
        return array
    _refuse_first(market, who, array, wrong, f"{what}, expected finite numbers or NaN")
    return np.where(wrong, np.nan, array)


def quotes_of(market: Any, who: Any, said: Any, shape: tuple[int, ...]) -> Quotes:
    """Return quotes of a shape (members, S); nothing is shown of what is no price or no face."""
    if not isinstance(said, Quotes):
        refuse(market, who.called(0), (_shown(said),), f"quotes: {_kind(said)}, expected Quotes")
        said = Quotes(*(np.full(shape, nothing) for nothing in (np.nan, np.nan, 0, 0)))
    bid, ask = (prices_of(market, who, side, shape, "prices of quotes") for side in (said.bid, said.ask))
    faces = (faces_of(market, who, side, shape, "faces of quotes") for side in (said.bid_face, said.ask_face))
    return Quotes(bid, ask, *faces)


def _numbers(market: Any, who: Any, said: Any, shape: tuple[int, ...], what: str, nothing: float) -> NDArray[Any]:
    """Return what was said as an array of a shape, filled with ``nothing`` if it is no array of numbers of it."""
    expected = "one number" if not shape else f"numbers of shape {shape}"
    try:
        array = np.asarray(said)
        if array.dtype.kind in "iuf":
            return np.broadcast_to(array, shape)
        found = _kind(said)
    except (ValueError, TypeError):  # ragged, or of another shape
        found = f"shape {np.shape(said)}" if isinstance(said, np.ndarray) else _kind(said)
    refuse(market, who.called(0), (_shown(said),), f"{what}: {found}, expected {expected}")
    return np.full(shape, nothing)


def _refuse_first(market: Any, who: Any, array: NDArray[Any], wrong: Bool, reason: str) -> None:
    """Refuse the numbers that are wrong in one line that names the first of them and how many there are."""
    places = np.argwhere(wrong)
    if len(places):
        first = tuple(places[0].tolist())
        number = first[0] if array.ndim > 1 else 0
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        refuse(market, who.called(number), (*first, float(array[first])), f"{float(array[first])}{more}: {reason}")


def _kind(value: Any) -> str:
    return f"{'an' if type(value).__name__[:1].lower() in 'aeiou' else 'a'} {type(value).__name__}"


def _shown(value: Any) -> Any:
    """Return a value that can be kept and told: numbers and short text as they are, of all else the class."""
    if value is None or isinstance(value, int | float | np.integer | np.floating):
        return value
    return value[:40] if isinstance(value, str) else _kind(value)
