"""What a list of securities looked like at a close: its prices, how long dealers hold it, and the room that they have.

Residuals are recorded for what the curve is fitted to, notes and bonds of up to ten years: longer lists, and TIPS, have
none. Units: bp, days, share; millions of dollars.
"""

from typing import NamedTuple

import pandas as pd

from experiments.check import RunTables
from market.tables.record_columns import DEALERS
from market.units import FACE_PER_MUSD

LISTED = "listed"
HOLDINGS = "holdings_musd"
UNITS = {
    "residual_bp": "yield over the fitted curve of what is listed",
    "holding_days": "dealers' holdings of it in days of its turnover (mean of 20 days)",
    "utilisation": "use of dealers' limits",
    HOLDINGS: "dealers' holdings of it",
}
TURNOVER_DAYS = 20


class Panel(NamedTuple):
    """Closes of a run by day (rows) and CUSIP, and of all dealers by day."""

    residual_bp: pd.DataFrame
    turnover_musd: pd.DataFrame
    holdings_musd: pd.DataFrame
    utilisation: pd.Series

    @classmethod
    def of(cls, run: RunTables, days: pd.DatetimeIndex) -> "Panel":
        """Read them from the tables of a run."""
        closes = run["securities"].astype({"cusip": str})
        turnover = _by_day(closes, "turnover_musd", days).fillna(0.0).rolling(TURNOVER_DAYS, min_periods=1).mean()
        sheets = run["balance_sheets"].astype({"instrument": str, "sector": str, "unit": str})
        mine = sheets[(sheets["sector"] == DEALERS) & (sheets["unit"] == "face")]
        musd = mine[["amount", "due", "lent"]].sum(axis=1) / FACE_PER_MUSD
        holdings = _by_day(mine.assign(cusip=mine["instrument"], musd=musd), "musd", days).fillna(0.0)
        utilisation = run["daily"].set_index("date")["dealer_utilisation"].reindex(days)
        return cls(_by_day(closes, "residual_bp", days), turnover, holdings, utilisation)

    def level(self, name: str, listed: tuple[str, ...], at: int) -> float:
        """Return a measure of ``UNITS`` at a close: sums or, of residuals, the mean over what is listed."""
        if name == "utilisation":
            return float(self.utilisation.iloc[at])
        if name == "residual_bp":
            return float(self.residual_bp.iloc[at].reindex(listed).mean())
        held = float(self.holdings_musd.iloc[at].reindex(listed).sum())
        turnover = float(self.turnover_musd.iloc[at].reindex(listed).sum())
        return held if name == HOLDINGS else held / turnover if turnover > 0 else float("nan")


def _by_day(table: pd.DataFrame, column: str, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return sums of a column by day (rows, every one of ``days``) and CUSIP, NaN where nothing is known."""
    return table.groupby(["date", "cusip"], observed=True)[column].sum(min_count=1).unstack().reindex(days)
