"""The securities: every marketable Treasury issue that is alive at the start of a run or that its calendar will issue.

Columns by security, sorted by maturity and CUSIP, fixed for a run: an issue whose auction lies ahead has its column
from the beginning, with nothing outstanding. What changes is only the coupon of a new issue, which its first auction
sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from market.units import Bool, Int, sealed


class Kind(IntEnum):
    """Classes of marketable securities."""

    BILL = 0
    NOTE = 1
    BOND = 2
    TIPS = 3
    FRN = 4


@dataclass(frozen=True, eq=False)
class Securities:
    """Static facts by security; S is their number.

    ``coupon_e3`` counts thousandths of a percent a year (4.375 % is 4375; 0 for bills and for FRN), ``term_months`` is
    the original term (bills: months, rounded), days are day numbers, ``index_base_e5`` is the reference CPI of a TIPS
    at its dated date in 1e-5 of an index point (0 for others).
    """

    cusip: tuple[str, ...]
    kind: NDArray[np.int8]
    term_months: Int
    coupon_e3: Int
    first_issue_day: Int
    maturity_day: Int
    index_base_e5: Int
    _place: dict[str, int] = field(default_factory=dict, repr=False)
    _masks: dict[tuple[Kind, ...], Bool] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        n = len(self.cusip)
        for name in ("kind", "term_months", "coupon_e3", "first_issue_day", "maturity_day", "index_base_e5"):
            column = getattr(self, name)
            if column.shape != (n,):
                raise ValueError(f"securities.{name} has shape {column.shape}, expected ({n},)")
            object.__setattr__(self, name, sealed(np.array(column)))
        object.__setattr__(self, "_place", {cusip: i for i, cusip in enumerate(self.cusip)})
        if len(self._place) != n:
            twice = sorted({c for c in self.cusip if self.cusip.count(c) > 1})
            raise ValueError(f"securities.cusip holds {twice[:3]} more than once")

    def __len__(self) -> int:
        return len(self.cusip)

    def place(self, cusip: str) -> int:
        """Return the column of a CUSIP; KeyError names the nearest."""
        if cusip not in self._place:
            near = "".join(f"; the nearest is {one!r}" for one in get_close_matches(cusip, self.cusip, n=1, cutoff=0.0))
            raise KeyError(f"no security {cusip!r} in this market{near}")
        return self._place[cusip]

    def places(self, cusips: Sequence[str]) -> Int:
        """Return the columns of several CUSIPs."""
        return np.array([self.place(c) for c in cusips], np.int64)

    def of(self, *kinds: Kind) -> Bool:
        """Return which securities are of these kinds (S,), a view that refuses writes."""
        if kinds not in self._masks:
            self._masks[kinds] = sealed(np.isin(self.kind, kinds))
        return self._masks[kinds]


def set_coupon(securities: Securities, place: int, coupon_e3: int) -> None:
    """Set the coupon of a new issue at its first auction; a coupon that is set never changes."""
    column = securities.coupon_e3.copy()
    if column[place] not in (0, coupon_e3):
        raise ValueError(f"{securities.cusip[place]} has a coupon of {column[place] / 1000} % already")
    column[place] = coupon_e3
    object.__setattr__(securities, "coupon_e3", sealed(column))


def as_published(securities: Securities, announced: Bool) -> Securities:
    """Return what is public of securities: the reference CPI of TIPS that are not ``announced`` (S,) yet is not.

    The calendar of issues to come is, as the Treasury's tentative schedule; no coupon is set before its auction.
    """
    return replace(securities, index_base_e5=np.where(announced, securities.index_base_e5, 0))
