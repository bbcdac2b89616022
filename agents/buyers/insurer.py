"""Insurers match long liabilities; they are slow and little moved by yields."""

from agents.buyers.asset_manager import AssetManager
from agents.buyers.investor import DIRECT_SOURCE
from agents.traits import trait


class Insurer(AssetManager):
    """A life or property insurer."""

    together = True
    sector = "insurers"

    speed = trait(0.01, "share of the gap a day", (0, 1), "slow holders, set in a reduced model")
    elasticity = trait(
        0.0045, "share of holdings per bp of level", (0, 1), "low in liability-matched habitats (Vayanos and Vila 2021)"
    )
    direct = trait(0.5, "share of its bids submitted by itself", (0, 1), DIRECT_SOURCE)
    activity = trait(0.4, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(0.9, "share of its part of an issue bid at auction", (0, 2), "a guess")
