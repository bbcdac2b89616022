"""The matching session at the end of a round: wishes of dealers and trading firms meet at the middle, unseen.

Interdealer brokers run such sessions (work-ups, volume matches); they let a long dealer and a short one lay off risk
without paying a spread. Whose turn it is, is drawn. Nothing trades in a security that all want to buy.
"""

import numpy as np

from market.books.session_kernels import pair_off
from market.units import FACE_PER_MUSD, Int


def match_wishes(wanted: Int, queue: Int) -> tuple[Int, Int, Int, Int]:
    """Return (buyer, seller, security, face) of the trades, members by number, in whole millions.

    ``wanted`` (n, S) is the face each would buy (positive) or sell at the middle, ``queue`` (n,) the order of turns.
    """
    room = np.count_nonzero(wanted)  # each trade fills a wish
    buyer, seller, security, face = np.empty((4, room), np.int64)
    left = np.empty(len(wanted), np.int64)
    count = pair_off(np.ascontiguousarray(wanted), queue, FACE_PER_MUSD, left, buyer, seller, security, face)
    return buyer[:count], seller[:count], security[:count], face[:count]
