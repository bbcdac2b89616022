"""Foreign central banks and reserve managers, by country: insensitive to yields; reserves move what they hold."""

from agents.investor import Investor
from agents.traits import trait


class ForeignOfficial(Investor):
    """The official holders of one country."""

    together = True
    sector = "foreign official"
    monetary_authority = True

    speed = trait(0.02, "share of the gap a day", (0, 1), "[SPEC]")
    elasticity = trait(0.0, "share of holdings per bp of level", (0, 1), "yield-insensitive (Beltran et al. 2013)")
    own_elasticity = trait(0.01, "share of holdings per bp of residual", (0, 10), "[SPEC]")
    activity = trait(0.5, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(1.0, "share of its part of an issue bid at auction", (0, 2), "indirect bidders")
    noncompetitive = trait(0.01, "share of its bids for coupons without a rate", (0, 1), "a guess: not published")
    bill_noncompetitive = trait(0.01, "the same in bills", (0, 1), "a guess: not published")
