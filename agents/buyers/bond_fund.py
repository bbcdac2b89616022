"""Open-end bond funds and exchange-traded funds: fast, moved by yields, active in every maturity.

Their owners follow performance: what they ask back must be sold within the day (``agents.buyers.owner_flows``); what
they bring raises what the fund wants. Both move its accustomed shares for good. Nothing of it happens in the burn-in.
"""

import numpy as np

from agents.bidding import whole
from agents.buyers.asset_manager import AssetManager
from agents.buyers.investor import DIRECT_SOURCE
from agents.buyers.owner_flows import MONTH, liquid_first, owners_flow, return_of_day
from agents.traits import memory, trait
from market.exposure import exposure
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, Float
from market.view import View

FLOW_SOURCE = "Goldstein, Jiang and Ng (2017): 0.2 to 0.4, larger on losses; from memory"
MUSD_PER_FACE_POINT = CENTS_PER_FACE / CENTS_PER_MUSD / 100.0


class BondFund(AssetManager):
    """A mutual fund or an exchange-traded fund."""

    together = True
    runs = True
    sector = "bond funds"

    speed = trait(0.04, "share of the gap a day", (0, 1), "fast holders, set in a reduced model")
    elasticity = trait(
        0.0105, "share of holdings per bp of level", (0, 1), "high, as of asset managers (Vayanos and Vila 2021)"
    )
    direct = trait(0.5, "share of its bids submitted by itself", (0, 1), DIRECT_SOURCE)
    activity = trait(2.5, "turnover relative to others of its size", (0, 100), "a guess")
    gain_flow = trait(0.2, "% of assets a month per 1 % of a month's gain", (0, 5), FLOW_SOURCE)
    loss_flow = trait(0.4, "% of assets a month per 1 % of a month's loss", (0, 5), FLOW_SOURCE)

    marked_bp = memory(np.nan, "bp: yields of the last marks")
    returns = memory(0.0, "share: what yields did to it on each of the last days", MONTH)
    owed = memory(0.0, "$m that owners asked back and no order was given for", 1)
    asked_back = memory(0.0, "$m that owners asked back today; what they brought, negative", 1)
    ordered = memory(0.0, "face that it ordered to be sold today because owners asked money back", 1)

    def prepare(self, view: View) -> None:
        """Hear from its owners in the morning: what they ask back, it must sell."""
        self.daily("owners", lambda: self._hear_owners(view))
        super().prepare(view)

    def _hear_owners(self, view: View) -> None:
        """Mark, let owners answer, and give the orders that their redemptions need."""
        self.asked_back, self.ordered = np.zeros_like(self.asked_back), np.zeros_like(self.ordered)
        if view.day < 0:
            return
        before, held = self.marked_bp, self.position
        price = np.nan_to_num(view.price(view.composite_bp))
        change = return_of_day(held, view.price(view.composite_bp), view.price(before))
        self.returns = np.concatenate([self.returns[..., 1:], change], axis=-1)
        self.marked_bp = np.broadcast_to(view.composite_bp, held.shape)
        month = exposure(self.returns, np.ones(MONTH))
        flow = np.maximum(owners_flow(month, self.gain_flow, self.loss_flow), -1.0)
        owned = np.maximum(held, 0)
        self.asked_back = -flow * exposure(owned * price, np.ones(held.shape[-1])) * MUSD_PER_FACE_POINT
        self.benchmark = self.benchmark * (1.0 + flow)
        self.owed = self.owed + np.maximum(self.asked_back, 0.0)
        self._raise(view, owned.astype(np.float64), price)

    def _raise(self, view: View, owned: Float, price: Float) -> None:
        """Order the sale of what is owed, in whole millions of each security; the rest is owed tomorrow."""
        free = np.where(view.tradable & ~view.when_issued, np.maximum(owned + np.minimum(self.forced, 0.0), 0.0), 0.0)
        turnover = self._market.outlook.on(view).turnover
        face = whole(liquid_first(free, turnover, price, self.owed / MUSD_PER_FACE_POINT))
        self.owed = self.owed - exposure(face * price, np.ones(face.shape[-1])) * MUSD_PER_FACE_POINT
        self.order_sale(face)
        self.ordered = exposure(face, np.ones(face.shape[-1]))

    def redemptions(self) -> tuple[Float, Float]:
        """Return what owners asked back today in $m, negative if they brought it, and the face ordered for it."""
        asked, ordered = (np.atleast_2d(column)[:, 0] for column in (self.asked_back, self.ordered))
        return np.asarray(asked), np.asarray(ordered)
