"""Measures of repo by segment and of what the Fed lends, each a column of ``daily``.

Those of one form are made from a table; what they mean is what ``market.tables.record_columns`` says of their name.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from market.accounts.instruments import FED, Money
from market.money.overnight import E4_PER_BP, PRESSURE
from market.money.repo import sofr_e4
from market.money.segments import REPO_SEGMENTS, Segment
from market.tables.record_columns import COLUMNS
from market.units import CENTS_PER_MUSD

Key = TypeVar("Key")


def lent_musd(market: Any, money: Money) -> float:
    """Return what holders have of a money, in million dollars."""
    return float(np.maximum(market.ledger.balance[:, money], 0).sum() / CENTS_PER_MUSD)


def _segment(market: Any, segment: Segment) -> Any:
    return market.loans[market.loans["segment"] == segment]


def _rate_bp(market: Any, segment: Segment) -> float:
    loans = _segment(market, segment)
    private = loans[loans["lender"] != FED]
    return sofr_e4(private) / E4_PER_BP if private["cents"].sum() > 0 else float("nan")


def _volume_musd(market: Any, segment: Segment) -> float:
    return float(_segment(market, segment)["cents"].sum() / CENTS_PER_MUSD)


def zero_haircut_share(market: Any) -> float:
    """Part of uncleared bilateral repo without a haircut."""
    loans = _segment(market, Segment.BILATERAL)
    total = int(loans["cents"].sum())
    return float(int(loans["cents"][loans["haircut_e4"] == 0].sum()) / total) if total else float("nan")


def repo_pressure(market: Any) -> float:
    """How much fuller than usual dealers' balance sheets are, matched books included."""
    return float(market.extras.get(PRESSURE, 0.0))


def _named(name: str, found: Callable[[Any, Key], float], key: Key) -> Callable[[Any], float]:
    """Return the measure of a name: what ``found`` says of a key."""

    def measure(market: Any) -> float:
        return found(market, key)

    measure.__name__ = measure.__qualname__ = name
    measure.__doc__ = COLUMNS["daily"][name][1]
    return measure


DAILY = (
    *(_named(f"{segment.name.lower()}_rate_bp", _rate_bp, segment) for segment in REPO_SEGMENTS),
    *(_named(f"{segment.name.lower()}_musd", _volume_musd, segment) for segment in REPO_SEGMENTS),
    zero_haircut_share,
    repo_pressure,
    _named("overdrafts_musd", lent_musd, Money.OVERDRAFTS),
    _named("standing_repo_musd", lent_musd, Money.STANDING_REPO),
    _named("discount_credit_musd", lent_musd, Money.DISCOUNT_CREDIT),
    _named("fima_repo_musd", lent_musd, Money.FIMA_REPO),
    _named("federal_funds_musd", _volume_musd, Segment.FUNDS),
)
