"""Swap-spread funds at the start: what hedge funds hold against swaps (``experiments.start.leveraged_funds``)."""

from typing import Any

import numpy as np

from agents.hedge_funds.swap_fund import SwapFund
from experiments.sections.swaps import Swaps
from experiments.start.leveraged_funds import take_over


def open_swap_funds(market: Any, section: Swaps) -> None:
    """Let swap-spread funds join and take over their part of hedge funds' books; nothing where they are off."""
    if not section.enabled:
        return
    names = [f"Swap Fund {number + 1:02d}" for number in range(section.funds)]
    for fund in take_over(market, SwapFund, names, section.share, section.equity):
        fund.spread_bp = np.array(section.spread_bp)
