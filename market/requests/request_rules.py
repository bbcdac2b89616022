"""The rules of requests and relationships: how many dealers are asked, what losers learn, how clients remember.

    dealers asked = dealers_asked - size_slope log10(face / $10m) + urgent_more (an order without a limit), or all

A client may ask the larger trade of fewer dealers, for fear of leakage: Riggs, Onur, Reiffen and Zhu (2020), Journal of
Financial Economics 137. Defaults leave that out: everybody asks the same number.
"""

from dataclasses import dataclass

import numpy as np

from market.units import FACE_PER_MUSD, Int

USUAL_FACE = 10.0 * FACE_PER_MUSD


@dataclass(frozen=True, slots=True)
class RequestRules:
    """What a scenario says of requests for quote and of relationships; units in ``experiments.sections.requests``."""

    size_slope: float = 0.0
    urgent_more: int = 0
    least_asked: int = 1
    ask_all: bool = False
    leakage: float = 0.0
    retries: int = 0
    loyalty: float = 0.3
    half_life_days: float = 20.0
    acquaintance: float = 5.0
    after_book: bool = True


def number_asked(rules: RequestRules, dealers_asked: int, face: Int, urgent: Int, dealers: int) -> Int:
    """Return how many dealers each request goes to (R,), from ``least_asked`` to all ``dealers``."""
    if rules.ask_all:
        return np.full(len(face), dealers)
    wanted = np.full(len(face), dealers_asked) + rules.urgent_more * urgent
    if rules.size_slope:
        size = np.log10(np.maximum(np.abs(face), 1) / USUAL_FACE)
        wanted = np.rint(dealers_asked - rules.size_slope * size).astype(np.int64) + rules.urgent_more * urgent
    return np.asarray(np.clip(wanted, min(rules.least_asked, dealers), dealers))
