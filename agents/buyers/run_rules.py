"""Selling because others are expected to: a run on liquidity, a switch with one parameter, off by default.

Who may have to sell later would rather sell before the others do, while dealers still pay; so it sells when it expects
them to. What it takes for their selling is what it sees: yields of a maturity that rose since yesterday by more than
news explains and more than on a usual day. Each bp beyond makes it sell ``fear`` of what it holds there, at any price,
up to a bound; that raises yields, and others see it: selling is a strategic complement. Accustomed shares stay, so who
ran comes back at its own pace. Bernardo and Welch (2004), Liquidity and financial market runs, Quarterly Journal of
Economics; Morris and Shin (2004), Liquidity black holes, Review of Finance. Both have players who know each other's
constraints; here they read them from yields, which is a simplification. Bound and usual day are guesses.
"""

from typing import Any

import numpy as np

from agents.bidding import whole
from market.kernels import rule
from market.view import View

USUAL_RISE_BP = 2.0  # of a maturity in a day, beyond news
MOST_RUN = 0.1  # of what is held of a security, in a day


@rule
def run_share(rise_bp: float, fear: float) -> float:
    """Return the share of a holding to sell at once after a rise of its yield that news does not explain."""
    return min(fear * max(rise_bp - USUAL_RISE_BP, 0.0), MOST_RUN)


def join_run(investor: Any, view: View) -> None:
    """Compare an investor's yields, net of the news it knows, with yesterday's; order the sales that fear demands."""
    away = investor._market.outlook.deviation(view)
    now = away.level - investor._known(away.level_load)
    rise = np.nan_to_num(now - investor.seen_level)
    investor.seen_level = now
    if view.day >= 0:
        free = np.maximum(investor.position + np.minimum(investor.forced, 0.0), 0.0)
        free = np.where(view.tradable & ~view.when_issued, free, 0.0)
        investor.order_sale(whole(free * run_share(rise, investor.fear)))
