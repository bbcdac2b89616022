"""The securities outstanding on a day, and those that a calendar of auctions will add.

Outstanding at the close of day d: everything issued on or before d that matures after d, less buybacks settled on or
before d (``issuance``). Known differences from published lists: 912810TS7 is 164 million too high; 120 coupons follow
from auction yields (``data/SOURCES.md``). Face is in hundreds of dollars, TIPS un-indexed.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.inputs.auction_calendar import ScheduledAuction
from experiments.inputs.tips_index import index_bases_e5
from experiments.start.issuance import FIRST_DAY, LAST_DAY, STATIC, bought_back, issues, static_facts
from market.announcing import ranks
from market.bonds.securities import Kind, Securities
from market.units import Int, to_date

UNRANKED = -1


class Listing(NamedTuple):
    """Securities, their outstanding face (S,), and their rank of age in their original term (S,): 0 is on the run.

    Ranks are of nominal notes and bonds only; others have -1.
    """

    securities: Securities
    outstanding: Int
    otr_rank: Int


def listing(day: int) -> Listing:
    """Return what is outstanding at the close of a day, sorted by maturity and CUSIP."""
    if not FIRST_DAY <= day <= LAST_DAY:
        nearest = to_date(min(max(day, FIRST_DAY), LAST_DAY))
        raise UserError(f"securities: {to_date(day)} is not covered by the issuance data, nearest {nearest}")
    issued, bought, static = issues(), bought_back(), static_facts()
    alive = static.loc[(static.maturity_day > day) & (static.first_issue_day <= day)]
    alive = alive.sort_values(["maturity_day", "cusip"])
    face = _sums(issued.loc[issued.issue_day <= day], alive.cusip)
    retired = _sums(bought.loc[bought.settlement_day <= day], alive.cusip)
    securities = securities_of(alive)
    return Listing(securities, face - retired, ranks(securities, np.ones(len(securities), np.bool_)))


def _sums(frame: pd.DataFrame, cusips: pd.Series) -> Int:
    """Return the sum of face for each CUSIP, 0 where there is none."""
    return frame.groupby("cusip").face.sum().reindex(cusips).fillna(0).to_numpy(np.int64)


def with_future(current: Listing, auctions: Iterable[ScheduledAuction]) -> Listing:
    """Return the listing with a column for every security to be auctioned: nothing outstanding, no coupon, no rank.

    Columns are sorted by maturity and CUSIP again; ``Securities.place`` finds the old ones.
    """
    new: dict[str, tuple[str, int, int, int, int, int]] = {}
    for a in sorted(auctions, key=lambda auction: auction.issue_day):
        new.setdefault(a.cusip, (a.cusip, a.kind, a.term_months, 0, a.issue_day, a.maturity_day))
    known = current.securities
    old = [known.cusip, *(getattr(known, name).tolist() for name in STATIC)]
    rows = [*zip(*old, strict=True), *(row for cusip, row in new.items() if cusip not in set(known.cusip))]
    frame = pd.DataFrame(rows, columns=["cusip", *STATIC]).sort_values(["maturity_day", "cusip"])
    securities = securities_of(frame)
    place = securities.places(known.cusip)
    outstanding, rank = np.zeros(len(frame), np.int64), np.full(len(frame), UNRANKED, np.int64)
    outstanding[place], rank[place] = current.outstanding, current.otr_rank
    return Listing(securities, outstanding, rank)


def securities_of(rows: pd.DataFrame) -> Securities:
    """Return securities from rows of ``static_facts``, with the reference CPI of TIPS at their dated dates."""
    kind, term, coupon, issue, maturity = (rows[name].to_numpy(np.int64) for name in STATIC)
    base = index_bases_e5(kind == Kind.TIPS, issue, maturity)
    return Securities(tuple(rows.cusip), kind.astype(np.int8), term, coupon, issue, maturity, base)
