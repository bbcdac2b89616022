"""What one day was like in futures and for those who live by them, a function for each column of ``daily``."""

from typing import Any

import numpy as np

from market.roles import Leveraged


def futures_spread_bp(market: Any) -> float:
    """Implied repo of futures less expected repo, by open interest; NaN without futures."""
    if market.futures is None or market.futures.board is None:
        return float("nan")
    weight = np.maximum(market.futures.position, 0).sum(axis=0)
    return float(np.average(market.futures.spread_bp, weights=weight)) if weight.any() else float("nan")


def open_interest(market: Any) -> int:
    """Futures contracts that are long."""
    return 0 if market.futures is None else int(np.maximum(market.futures.position, 0).sum())


def leveraged_musd(market: Any) -> float:
    """Securities of funds that hold them against futures or swaps, at the close."""
    return _sum(market, "securities_musd")


def leveraged_forced_musd(market: Any) -> float:
    """Face that such funds have still to sell at any price."""
    return _sum(market, "forced_musd")


def _sum(market: Any, column: str) -> float:
    return float(sum(float(np.sum(fund.leverage()[column])) for fund in market.playing(Leveraged)))
