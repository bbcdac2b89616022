"""Households and the rest of the domestic public, in a few large groups: attracted by yields, slowly."""

from agents.buyers.investor import Investor
from agents.traits import trait

NONCOMPETITIVE_SOURCE = "awards without add-ons: 3.2 % of bills, 0.6 % of coupons, June 2023 to May 2024 (Fiscal Data)"


class Household(Investor):
    """A group of households, corporations and others."""

    together = True
    sector = "households"
    bidders = 100_000  # people of a group at one auction, a guess: the limit of each does not bind

    speed = trait(0.02, "share of the gap a day", (0, 1), "a guess")
    elasticity = trait(
        0.0105,
        "share of holdings per bp of level",
        (0, 1),
        "yield-sensitive buyers of 2022-2024 (FEDS Notes, 14 June 2024)",
    )
    activity = trait(0.4, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(1.0, "share of its part of an issue bid at auction", (0, 2), "a guess")
    noncompetitive = trait(0.04, "share of its bids for coupons without a rate", (0, 1), NONCOMPETITIVE_SOURCE)
    bill_noncompetitive = trait(0.2, "the same in bills", (0, 1), NONCOMPETITIVE_SOURCE)
