"""Households and the rest of the domestic public, in a few large groups: attracted by yields, slowly."""

from agents.investor import Investor
from agents.traits import trait


class Household(Investor):
    """A group of households, corporations and others."""

    together = True
    sector = "households"

    speed = trait(0.02, "share of the gap a day", (0, 1), "[SPEC]")
    elasticity = trait(
        0.014,
        "share of holdings per bp of level",
        (0, 1),
        "yield-sensitive buyers of 2022-2024 (economics.md 1.2, F24)",
    )
    activity = trait(0.4, "turnover relative to others of its size", (0, 100), "a guess")
    participation = trait(0.95, "share of its part of an issue bid at auction", (0, 2), "[SPEC]")
