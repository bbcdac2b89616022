"""Foreign banks, insurers and funds, by country: elastic in what Treasuries yield them."""

from agents.investor import Investor
from agents.traits import trait


class ForeignPrivate(Investor):
    """The private holders of one country."""

    together = True
    sector = "foreign private"

    speed = trait(0.04, "share of the gap a day", (0, 1), "fast holders, set in a reduced model")
    elasticity = trait(0.014, "share of holdings per bp of level", (0, 1), "elastic: a convention")
    activity = trait(2.0, "turnover relative to others of its size", (0, 100), "a guess")
