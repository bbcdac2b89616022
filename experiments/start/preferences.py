"""Which securities a sector likes: the seed of the fit of holdings, by kind, remaining maturity and age.

Documented guesses: who holds which single security is not published. They are the habits that the sector tables,
N-MFP, TIC's split into bills and coupons and the buy side's mandates suggest: money funds only what matures within
397 days (and floating rates), banks and foreign officials the belly and shorter, insurers and pensions the long end,
hedge funds seasoned coupons (basis and relative-value trades), state and local governments short paper. The fit keeps
ratios of these numbers between sectors; the random tilt of the starting state measures how much they matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from market.bonds.securities import Kind, Securities
from market.units import Float, Int

MONEY_FUND_DAYS = 397
YEARS = (0, 1, 3, 5, 7, 10, 20, 31)  # edges of remaining maturity of coupons
SEASONED_RANK = 3


@dataclass(frozen=True, slots=True)
class Preference:
    """Relative liking per dollar outstanding: ``coupons`` by bucket of ``YEARS``, times ``seasoned`` for old ones."""

    bills: float
    frn: float
    tips: float
    coupons: Sequence[float]
    seasoned: float = 1.0
    longest_days: int | None = None


PREFERENCES = {
    "money_fund": Preference(1.0, 0.5, 0.0, (0.15, 0.15, 0.0, 0.0, 0.0, 0.0, 0.0), longest_days=MONEY_FUND_DAYS),
    "bank": Preference(0.3, 0.5, 0.1, (0.8, 1.0, 1.2, 1.1, 0.8, 0.3, 0.2)),
    "bond_fund": Preference(0.25, 0.3, 1.5, (0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)),
    "insurer": Preference(0.15, 0.2, 0.4, (0.6, 0.6, 0.8, 1.0, 1.0, 1.6, 1.6)),
    "pension": Preference(0.2, 0.2, 1.2, (0.5, 0.5, 0.6, 0.9, 0.9, 2.0, 2.0)),
    "state_local": Preference(0.6, 0.5, 0.3, (1.5, 1.5, 0.7, 0.4, 0.3, 0.2, 0.2)),
    "household": Preference(1.0, 0.3, 1.0, (1.2, 1.0, 0.7, 0.7, 0.7, 0.7, 0.7)),
    "hedge_fund": Preference(0.1, 0.1, 0.3, (0.8, 1.2, 1.2, 1.2, 1.2, 0.8, 0.8), seasoned=1.5),
    "foreign_official": Preference(1.0, 0.3, 0.2, (1.2, 1.2, 1.0, 1.0, 0.7, 0.25, 0.25)),
    "foreign_private": Preference(0.5, 0.3, 0.5, (0.6, 0.7, 1.0, 1.0, 1.0, 0.9, 0.9)),
}


def liking(sector: str, securities: Securities, otr_rank: Int, day: int) -> Float:
    """Return a sector's liking of each security (S,) on a day, 0 for what it may not hold."""
    preference = PREFERENCES[sector]
    days_left = securities.maturity_day - day
    bucket = np.clip(np.digitize(days_left / 365.25, YEARS) - 1, 0, len(YEARS) - 2)
    by_kind = {Kind.BILL: preference.bills, Kind.FRN: preference.frn, Kind.TIPS: preference.tips}
    coupons = np.asarray(preference.coupons)[bucket] * np.where(otr_rank >= SEASONED_RANK, preference.seasoned, 1.0)
    liked = np.select([securities.of(kind) for kind in by_kind], list(by_kind.values()), coupons)
    if preference.longest_days is not None:
        liked = np.where((days_left > preference.longest_days) & ~securities.of(Kind.FRN), 0.0, liked)
    return np.asarray(liked, np.float64)
