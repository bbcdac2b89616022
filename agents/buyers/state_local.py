"""State and local governments invest taxes and bond proceeds, mostly short, and hold to maturity."""

from agents.buyers.investor import Investor
from agents.traits import trait


class StateLocal(Investor):
    """A state, a city or its fund."""

    together = True
    sector = "state and local governments"

    speed = trait(0.01, "share of the gap a day", (0, 1), "slow holders, set in a reduced model")
    elasticity = trait(0.0045, "share of holdings per bp of level", (0, 1), "a guess")
    activity = trait(0.3, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(0.95, "share of its part of an issue bid at auction", (0, 2), "a guess")
