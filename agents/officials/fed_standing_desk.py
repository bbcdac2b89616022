"""The standing facility on the Fed's account: what the Treasury would buy and reopen, the Fed buys and sells.

The arm of easing that belongs to a standing bid: the same lists, yields, haircuts and budgets, paid with reserves that
are new, and nothing is extinguished. Offers of a two-sided facility are sold out of what the Fed holds; they are no new
supply, and take reserves back. Fills differ from those of the Treasury's bid as soon as prices do, so that the cash is
equal on the first day on which something is bought and nearly so later. As for all of its purchases, no more of a
security is bid for than leaves the Fed's holding at 70 % of the face outstanding. A counterfactual of the project.
"""

from typing import Any

import numpy as np

from agents.officials.open_market_desk import LARGEST_SHARE
from agents.officials.standing_desk import StandingDesk
from market.units import Int
from market.view import View


class FedStandingDesk(StandingDesk):
    """Rests the facility's bids, and its offers, in the books for the Fed."""

    account = "Federal Reserve"
    sector = "Federal Reserve"

    def caps(self, view: View) -> Int:
        """Return the most face bought of each security today (S,): a cap of the facility, and the Fed's own limit."""
        part, whole = LARGEST_SHARE
        morning = self.daily("held this morning", lambda: self.position)
        room = np.maximum(view.outstanding * part // whole - morning, 0)
        caps = super().caps(view)
        return np.asarray(room if caps is None else np.minimum(room, caps))

    def most_sold(self, view: View) -> Any:
        """Return the most face sold of each security today (S,): of what it held this morning."""
        morning = self.daily("held this morning", lambda: self.position)
        return np.minimum(super().most_sold(view), np.maximum(morning, 0))
