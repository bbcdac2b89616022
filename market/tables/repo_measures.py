"""Measures of repo by segment and of what the Fed lends, each a column of ``daily``: its docstring is the meaning."""

from typing import Any

import numpy as np

from market.accounts.instruments import FED, Money
from market.money.overnight import E4_PER_BP, PRESSURE
from market.money.repo import sofr_e4
from market.money.segments import Segment
from market.units import CENTS_PER_MUSD


def _lent_musd(market: Any, money: Money) -> float:
    return float(np.maximum(market.ledger.balance[:, money], 0).sum() / CENTS_PER_MUSD)


def _segment(market: Any, segment: Segment) -> Any:
    return market.loans[market.loans["segment"] == segment]


def _rate_bp(market: Any, segment: Segment) -> float:
    loans = _segment(market, segment)
    private = loans[loans["lender"] != FED]
    return sofr_e4(private) / E4_PER_BP if private["cents"].sum() > 0 else float("nan")


def triparty_rate_bp(market: Any) -> float:
    """Median rate of tri-party repo, the Fed's left out: what TGCR measures."""
    return _rate_bp(market, Segment.TRIPARTY)


def cleared_rate_bp(market: Any) -> float:
    """Median rate of cleared repo."""
    return _rate_bp(market, Segment.CLEARED)


def bilateral_rate_bp(market: Any) -> float:
    """Median rate of uncleared bilateral repo of dealers with clients."""
    return _rate_bp(market, Segment.BILATERAL)


def _volume_musd(market: Any, segment: Segment) -> float:
    return float(_segment(market, segment)["cents"].sum() / CENTS_PER_MUSD)


def triparty_musd(market: Any) -> float:
    """Cash lent in tri-party repo, the standing facility's included."""
    return _volume_musd(market, Segment.TRIPARTY)


def cleared_musd(market: Any) -> float:
    """Cash lent in cleared repo."""
    return _volume_musd(market, Segment.CLEARED)


def bilateral_musd(market: Any) -> float:
    """Cash lent by dealers to clients in uncleared bilateral repo."""
    return _volume_musd(market, Segment.BILATERAL)


def zero_haircut_share(market: Any) -> float:
    """Part of uncleared bilateral repo without a haircut."""
    loans = _segment(market, Segment.BILATERAL)
    total = int(loans["cents"].sum())
    return float(int(loans["cents"][loans["haircut_e4"] == 0].sum()) / total) if total else float("nan")


def repo_pressure(market: Any) -> float:
    """How much fuller than usual dealers' balance sheets are."""
    return float(market.extras.get(PRESSURE, 0.0))


def overdrafts_musd(market: Any) -> float:
    """Cash lent unsecured by banks to borrowers of repo who had no collateral left."""
    return _lent_musd(market, Money.OVERDRAFTS)


def standing_repo_musd(market: Any) -> float:
    """The Fed's standing repo."""
    return _lent_musd(market, Money.STANDING_REPO)


def discount_credit_musd(market: Any) -> float:
    """Primary credit at the discount window."""
    return _lent_musd(market, Money.DISCOUNT_CREDIT)


def fima_repo_musd(market: Any) -> float:
    """The Fed's repo with foreign officials."""
    return _lent_musd(market, Money.FIMA_REPO)


def federal_funds_musd(market: Any) -> float:
    """Reserves that banks lent each other."""
    return _volume_musd(market, Segment.FUNDS)


DAILY = (
    triparty_rate_bp,
    cleared_rate_bp,
    bilateral_rate_bp,
    triparty_musd,
    cleared_musd,
    bilateral_musd,
    zero_haircut_share,
    repo_pressure,
    overdrafts_musd,
    standing_repo_musd,
    discount_credit_musd,
    fima_repo_musd,
    federal_funds_musd,
)
