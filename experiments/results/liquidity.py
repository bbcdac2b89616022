"""Who asked for liquidity and who met it: the table of sectors over a window of days, and its page.

Amounts are sums over the window in millions of face, prices in bp of yield: what was paid or earned away from the
middle over what a basis point was worth of it. A sector that both asks and meets is in both columns
(``market.tables.sector_flows`` says which trades are whose).
"""

from typing import Any

import numpy as np
import pandas as pd

AMOUNTS = ("asked_musd", "met_musd", "net_asked_musd", "net_met_musd", "net_musd", "refused_musd")
PRICES = {"paid_bp": ("paid_musd", "asked_dv01_musd"), "earned_bp": ("earned_musd", "met_dv01_musd")}
SECTOR_COLUMNS = (*AMOUNTS, *PRICES)
HEADS = {
    "sector": "sector",
    "asked_musd": "asked for, bn",
    "refused_musd": "refused, bn",
    "net_asked_musd": "bought less sold in it, bn",
    "paid_bp": "paid, bp",
    "met_musd": "met, bn",
    "net_met_musd": "bought less sold in it, bn",
    "earned_bp": "earned, bp",
}


def sectors_in(table: pd.DataFrame, first_day: int, last_day: int) -> pd.DataFrame:
    """Return ``SECTOR_COLUMNS`` by sector over business days of the run, ends included, the first being day 1."""
    dates = np.sort(table["date"].unique())[first_day - 1 : last_day]
    inside = table[table["date"].isin(dates)].astype({"sector": str})
    summed = [*AMOUNTS, *(name for pair in PRICES.values() for name in pair)]
    sums = inside.groupby("sector")[summed].sum()
    for price, (paid, worth) in PRICES.items():
        sums[price] = sums[paid] / sums[worth].where(sums[worth] > 0)
    active = (sums["asked_musd"] > 0) | (sums["met_musd"] > 0)
    return sums.loc[active, list(SECTOR_COLUMNS)].reset_index()


def page(sectors: pd.DataFrame, window: tuple[int, int], arms: list[str]) -> list[str]:
    """Return the tables of the arms as lines of Markdown."""
    lines = [
        "## Who asked for liquidity, who met it",
        "",
        f"Sums over business days {window[0]} to {window[1]}, means over seeds. Asked for: requests, quotes taken and",
        "offers into operations that it started; met: those of others that it was the other side of. Prices: distance",
        "from the middle.",
        "",
    ]
    for arm in arms:
        mine = sectors[sectors["arm"] == arm].sort_values("met_musd", ascending=False)
        lines += [f"**{arm}**", "", f"| {' | '.join(HEADS.values())} |", f"|---|{'---:|' * (len(HEADS) - 1)}"]
        lines += [f"| {' | '.join(_cell(row, name) for name in HEADS)} |" for row in mine.to_dict("records")]
        lines += [""]
    return lines


def _cell(row: dict[Any, Any], name: str) -> str:
    """Return a cell: billions and basis points with their decimals."""
    value = row[name]
    if name == "sector":
        return str(value)
    if value != value:
        return "-"
    return f"{value / 1000:,.1f}" if name.endswith("_musd") else f"{value:.2f}"
