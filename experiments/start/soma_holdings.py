"""What the Fed holds of each security on a day, in hundreds of dollars of face.

Notes and bonds: the portfolio by CUSIP of 2024-05-22 (New York Fed), rolled to the day with published add-ons and
maturities. Before that day the holdings of what has matured since are not published: what the total of the day leaves
is spread over them in proportion to outstanding face. Bills, FRN and TIPS are published by type only: each type's
total is spread over its securities in proportion to outstanding face. No holding may pass 70 % of an issue where it
is spread (the Fed's own limit). Sums by type are the published ones to the unit; what the roll misses is made up in
proportion and reported.
"""

from typing import NamedTuple

import numpy as np

from experiments.inputs.fed_factors import FedLevels
from experiments.inputs.published import DataError, exact_face, table
from experiments.start.security_list import Listing
from market.auctions.apportion import apportion
from market.bonds.securities import Kind
from market.units import CENTS_PER_FACE, FACE_PER_MUSD, Int, day_number, to_date

PORTFOLIO_DAY = day_number("2024-05-22")
LARGEST_SHARE = 0.7


class FedHoldings(NamedTuple):
    """Face (S,) held by the Fed, and the face that the roll of notes and bonds missed of the published total."""

    face: Int
    missed: int


def fed_holdings(current: Listing, day: int, levels: FedLevels) -> FedHoldings:
    """Return the Fed's holdings at the close of a day that add to the published levels by type."""
    securities = current.securities
    face = np.zeros(len(securities), np.int64)
    for kind, cents in ((Kind.BILL, levels.bills), (Kind.FRN, levels.frn), (Kind.TIPS, levels.tips)):
        chosen = securities.of(kind)
        face[chosen] = _spread(cents // CENTS_PER_FACE, current.outstanding[chosen], kind.name, day)
    nominal = np.flatnonzero(securities.of(Kind.NOTE, Kind.BOND))
    held, missed = _nominal(current, day, nominal, levels.notes_bonds // CENTS_PER_FACE)
    face[nominal] = held
    return FedHoldings(face, missed)


def _spread(total: int, outstanding: Int, what: str, day: int) -> Int:
    """Share a total in proportion to outstanding face, at most 70 % of each."""
    if total > LARGEST_SHARE * outstanding.sum():
        held, there = total / FACE_PER_MUSD, outstanding.sum() / FACE_PER_MUSD
        raise DataError(
            f"SOMA {what} near {to_date(day)}: {held:,.0f} musd, expected at most 70 % of {there:,.0f} outstanding"
        )
    return apportion(total, outstanding)


def _nominal(current: Listing, day: int, nominal: Int, total: int) -> tuple[Int, int]:
    """Return holdings of notes and bonds that add to a total, and what had to be made up."""
    known, add_ons = _portfolio(), _add_ons(min(day, PORTFOLIO_DAY), max(day, PORTFOLIO_DAY))
    sign = 1 if day > PORTFOLIO_DAY else -1
    cusips = [current.securities.cusip[place] for place in nominal]
    held = np.array([max(0, known.get(c, 0) + sign * add_ons.get(c, 0)) for c in cusips], np.int64)
    outstanding = current.outstanding[nominal]
    held = np.minimum(held, outstanding)
    unknown = current.securities.maturity_day[nominal] <= PORTFOLIO_DAY
    missed = total - int(held.sum())
    if unknown.any():
        held[unknown] = _spread(missed, outstanding[unknown], "notes and bonds matured since", day)
        return held, 0
    change = apportion(abs(missed), np.minimum(held, outstanding - held) if missed > 0 else held)
    return held + (change if missed > 0 else -change), missed


def _portfolio() -> dict[str, int]:
    """Return face by CUSIP on 2024-05-22."""
    frame = table("soma_nominal_notes_bonds_2024-05-22")
    face = np.rint(frame.par_musd.to_numpy() * FACE_PER_MUSD).astype(np.int64)
    return dict(zip(frame.cusip, face.tolist(), strict=True))


def _add_ons(after_day: int, through_day: int) -> dict[str, int]:
    """Return face bought as add-ons by CUSIP, issued after one day and through another."""
    frame = table("issuance_2008-2024")
    frame = frame.loc[(frame.issue_date > after_day) & (frame.issue_date <= through_day)]
    totals = frame.assign(face=exact_face(frame.soma_add_on_usd.to_numpy())).groupby("cusip").face.sum()
    return {str(cusip): int(face) for cusip, face in totals.items()}
