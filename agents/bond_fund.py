"""Open-end bond funds and exchange-traded funds: fast, moved by yields, active in every maturity."""

from agents.asset_manager import AssetManager
from agents.investor import DIRECT_SOURCE
from agents.traits import trait


class BondFund(AssetManager):
    """A mutual fund or an exchange-traded fund."""

    together = True
    sector = "bond funds"

    speed = trait(0.04, "share of the gap a day", (0, 1), "fast holders, set in a reduced model")
    elasticity = trait(
        0.014, "share of holdings per bp of level", (0, 1), "high, as of asset managers (Vayanos and Vila 2021)"
    )
    direct = trait(0.5, "share of its bids submitted by itself", (0, 1), DIRECT_SOURCE)
    activity = trait(2.5, "turnover relative to others of its size", (0, 100), "a guess")
