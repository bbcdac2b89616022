"""Month-end of the index: who is measured against it takes new issues when they enter it, not when they are auctioned.

An index of Treasuries takes in what was issued in a month at the close of the month's last business day, and its
duration jumps. An asset manager that follows it with ``index_share`` of its money bids for that much less of new notes
and bonds, leaves them alone until then, and buys what it is short of its accustomed share in the last rounds of that
day, from 15:00 on, in equal parts and at any price:

    wanted(s) = (1 - index share) x what it would want,    of issues that are not in the index yet
    face      = (accustomed share x supply - held) / rounds left,    on the last day, of issues that enter

Issues of the first day are in everybody's accustomed holdings and are left alone. Left out: what leaves the index
within a year of maturity, since who takes it over is not published. Source: end-of-month returns of Treasuries and the
trades of those who follow indices, Hartley and Schwarz (2019), Predictable End-of-Month Treasury Returns (from memory,
low confidence). What part of managers' money follows an index so closely is a guess: off by default.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.bidding import whole
from market.bonds.securities import Kind
from market.books.messages import ORDERS, Venue
from market.calendar import reporting_date, round_at
from market.kernels import rule
from market.units import FACE_PER_MUSD, Bool, day_number, to_date
from market.view import View

FROM_TIME = "15:00"  # when index trades begin on the last day: a guess, an hour before the index is priced


@rule
def part_now(short: float, rounds_left: int) -> float:
    """Return the face to buy in this round of what is short of the accustomed holding; nothing if it holds enough."""
    return max(short, 0.0) / max(rounds_left, 1)


def outside_index(view: View, start_day: int) -> Bool:
    """Return the notes and bonds (S,) issued after the start that the index of last month's end does not hold."""
    month = day_number(to_date(view.date).replace(day=1))
    new = view.securities.first_issue_day >= max(month, start_day + 1)
    return np.asarray(view.securities.of(Kind.NOTE, Kind.BOND) & new)


def rebalancing(view: View) -> bool:
    """Tell whether index trades are made in this round."""
    return view.day >= 0 and view.round >= round_at(FROM_TIME, view.rounds) and bool(reporting_date(view.date))


def index_orders(investor: Any, view: View) -> NDArray[Any]:
    """Return requests, at any price, for what enters the index and is not held; empty on other days."""
    if not rebalancing(view):
        return np.zeros(0, ORDERS)
    enters = outside_index(view, investor._market.premises.start_date) & (view.securities.first_issue_day <= view.date)
    short = np.where(enters & view.tradable, investor.benchmark * view.anticipated - investor.position, 0.0)
    short = np.atleast_2d(np.where(investor.index_share > 0.0, short, 0.0))
    face = whole(part_now(short, view.rounds - view.round))
    place, security = np.divmod(np.flatnonzero(face >= FACE_PER_MUSD), face.shape[1])
    table: NDArray[Any] = investor.lines(view, place, security, face[place, security])
    table["limit"], table["venue"] = np.nan, Venue.REQUEST
    return table
