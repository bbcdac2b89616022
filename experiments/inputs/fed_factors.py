"""The Fed's balance sheet on Wednesdays, reduced to the market's columns so that it closes to the cent.

    Treasuries at par (bills, notes and bonds, FRN, TIPS un-indexed) + other assets
        = reserves + Treasury cash + ON RRP + foreign repo + currency + other liabilities

Sources: ``h41_wednesday_levels`` (Board) and ``soma_by_type`` (New York Fed). Other assets are total assets less
Treasuries at par: mortgage securities, inflation compensation, premiums, loans, the rest, plus the deferred asset
(remittances not paid), which the H.4.1 books as a negative liability; so the sum here is total assets plus the
deferred asset. Other liabilities are what closes the sheet: other deposits, capital, other items, less the Treasury
currency that is in circulation but is no liability of the Fed. Levels only, never week averages; millions in the
files, cents here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.officials.reinvestment import month_of
from experiments.inputs.published import DataError, nearest_place, nearest_row, remembered, table
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, Int, to_date

H41, SOMA = "h41_wednesday_levels_weekly_2019-2024", "soma_by_type_weekly_2019-2024"
SOMA_TYPES = {"bills": "bills", "notes_bonds": "notes_bonds_nominal", "frn": "frn", "tips": "tips_par"}


@dataclass(frozen=True, slots=True)
class FedLevels:
    """Levels of one Wednesday in cents; liabilities are positive numbers. ``total`` is the sum of each side."""

    day: int
    bills: int
    notes_bonds: int
    frn: int
    tips: int
    other_assets: int
    reserves: int
    treasury_cash: int
    on_rrp: int
    foreign_repo: int
    currency: int
    other_liabilities: int
    deferred_asset: int

    @property
    def treasuries(self) -> int:
        """Return Treasuries at par."""
        return self.bills + self.notes_bonds + self.frn + self.tips

    @property
    def total(self) -> int:
        """Return the sum of the assets, which is that of the liabilities."""
        return self.treasuries + self.other_assets


@remembered()
def fed_levels() -> tuple[FedLevels, ...]:
    """Return the levels of every published Wednesday, in order."""
    soma = table(SOMA)
    rows = soma.to_dict("records")
    return tuple(_levels(row, rows[nearest_place(soma, row["date"])]) for row in table(H41).to_dict("records"))


def _levels(row: Mapping[Any, Any], soma: Mapping[Any, Any]) -> FedLevels:
    """Reduce a row of the H.4.1 and one of the SOMA to the market's columns."""
    types = {name: _cents(soma[column]) for name, column in SOMA_TYPES.items()}
    liabilities = {
        "reserves": _cents(row["reserve_balances"]),
        "treasury_cash": _cents(row["tga"]),
        "on_rrp": _cents(row["rrp_others_onrrp"]),
        "foreign_repo": _cents(row["rrp_foreign_official"]),
        "currency": _cents(row["currency_in_circulation"]),
    }
    deferred = max(0, -_cents(row["other_liabilities_accrued_dividends"]))
    total = _cents(row["total_assets"]) + deferred
    return FedLevels(
        day=int(row["date"]),
        other_assets=total - sum(types.values()),
        other_liabilities=total - sum(liabilities.values()),
        deferred_asset=deferred,
        **types,
        **liabilities,
    )


def _cents(millions: float) -> int:
    """Return cents from millions of dollars published with at most three decimals."""
    return round(float(millions) * 1000) * (CENTS_PER_MUSD // 1000)


def mortgage_principal() -> dict[tuple[int, int], int]:
    """Return what mortgage securities repaid by month, in face: the fall from its first Wednesday to the next month's.

    Nothing was bought in the years from 2023 on, so that a fall of the level is principal; it is paid from the 15th on.
    A rise (purchases that settled, before) counts as none. The last month published is incomplete and left out.
    """
    frame = table(H41)
    levels: dict[tuple[int, int], float] = {}
    for day, level in zip(frame["date"], frame["soma_mbs"], strict=True):
        levels.setdefault(month_of(int(day)), float(level))
    following = list(levels.values())[1:]
    falls = zip(levels.items(), following, strict=False)
    return {month: round(max(level - after, 0.0)) * FACE_PER_MUSD for (month, level), after in falls}


def levels_as_of(day: int) -> FedLevels:
    """Return the last published levels not after a day: what was known and held until the next Wednesday."""
    past = [levels for levels in fed_levels() if levels.day <= day]
    if not past:
        raise DataError(
            f"{H41}.csv: nothing on or before {to_date(day)}, the first Wednesday is {to_date(fed_levels()[0].day)}"
        )
    return past[-1]


def levels_near(day: int, settlements: Int) -> FedLevels:
    """Return the levels of the Wednesday nearest to a day that none of the settlement days separates from it.

    A settlement on day s separates the days before s from s and later. Where no Wednesday within eight days will do
    (the end of 2024), the nearest one's levels are taken with the SOMA published nearest to the day; other assets
    give way.
    """
    close = sorted(fed_levels(), key=lambda levels: (abs(levels.day - day), levels.day))
    for levels in close:
        low, high = min(levels.day, day), max(levels.day, day)
        if high - low <= 8 and not np.any((settlements > low) & (settlements <= high)):
            return levels
    return _levels(nearest_row(table(H41), day).to_dict(), nearest_row(table(SOMA), day).to_dict())
