"""Which single issues an institution holds more or less of as time goes by: persistent flows by CUSIP.

Funds change mandates, banks what they pledge, reserve managers what they keep; none of it is about the yield of the
issue. Each institution's accustomed share of each note, and of each bond of up to ten years, wanders around the one
that it began with, by a draw of its own name, issue and day:

    share(t) = share(0) (1 + x(t)),   x(t) = m x(t - 1) + wander z(t),   m = exp(-1 / taste_days),   x above -0.9

What it holds follows at its own speed; the sum over institutions is what others must be paid to hold, by their own
elasticities, as far as arbitrage leaves it. So the pattern of yields between issues changes, and dealers' books of
single issues differ. The pattern of the first day, which came of tastes before it, wears off in the same days
(``agents.outlook``), so that what is new replaces what was. Bonds of more than ten years have kept their pattern
(``experiments.start.pattern``), and keep it here. Limits to arbitrage between issues: Hu, Pan and Wang (2013), Noise as
information for illiquidity, Journal of Finance 68.
"""

import math
from typing import Any

from agents.buyers.kinds import normals
from market.kernels import rule
from market.view import View

LEAST_TASTE = -0.9  # of the share of the start: an institution does not go short of an issue for taste


@rule
def next_taste(taste: float, drawn: float, wander: float, days: float) -> float:
    """Return tomorrow's share of an issue over that of the start, less one, from today's and a standard normal draw."""
    return max(math.exp(-1.0 / days) * taste + wander * drawn, LEAST_TASTE)


def wander(investor: Any, view: View) -> None:
    """Draw the day's tastes of an investor, or of all of a kind, and move its accustomed shares by them."""
    if view.day < 0:
        return
    known = view.tradable & ~view.when_issued & investor._market.outlook.renewed
    before = investor.taste.copy()
    drawn = normals(investor, "tastes", view.day, len(known)).reshape(before.shape)
    investor.taste = next_taste(before, drawn, investor.taste_wander * known, investor.taste_days)
    investor.benchmark = investor.benchmark * ((1.0 + investor.taste) / (1.0 + before))
