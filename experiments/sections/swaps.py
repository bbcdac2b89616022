"""The section of a scenario for swap spreads: whether funds trade them, where they stand, what moves them."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

from pydantic import model_validator

from agents.hedge_funds.swap_fund import WIDER
from experiments.sections.section import BusinessDay, Section, declared, required
from market.units import day_number

FROM_MEMORY = "swap rate on SOFR less Treasury yield at the end of May 2024, from memory, low confidence"


class SpreadStep(Section):
    """From a day on swap spreads lie so far from those of the start, at all maturities."""

    since: BusinessDay = required("date", "first day")
    change_bp: float = required(
        "bp", "swap spreads less those of the start; below zero: the trade pays more", ge=-300, le=300
    )


class Swaps(Section):
    """Funds that hold Treasuries against swaps, and the spread that they are after."""

    enabled: bool = declared(False, "flag", "off", "whether swap-spread funds trade")
    funds: int = declared(6, "funds", "a guess", "swap-spread funds", ge=1, le=200)
    share: float = declared(
        0.1,
        "share",
        "a guess: the trade is smaller than that against futures; nothing published tells them apart",
        "of hedge funds' notes and bonds, what is held against swaps at the start",
        ge=0,
        le=1,
    )
    equity: float = declared(
        0.1, "share of value", "a guess: ten times", "swap funds' equity over their securities at the start", gt=0, le=1
    )
    spread_2y_bp: float = declared(-15.0, "bp", FROM_MEMORY, "swap spread of two years", ge=-300, le=300)
    spread_5y_bp: float = declared(-27.0, "bp", FROM_MEMORY, "swap spread of five years", ge=-300, le=300)
    spread_10y_bp: float = declared(-38.0, "bp", FROM_MEMORY, "swap spread of ten years", ge=-300, le=300)
    spread_30y_bp: float = declared(-75.0, "bp", FROM_MEMORY, "swap spread of thirty years", ge=-300, le=300)
    steps: tuple[SpreadStep, ...] = declared(
        (), "bp by date", "flat by default", "days from which swap spreads differ, each later than the one before"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in pairwise(self.steps):
            if after.since <= before.since:
                raise ValueError(f"steps has {after.since} after {before.since}, expected later days")
        return self

    @property
    def spread_bp(self) -> tuple[float, float, float, float]:
        """Return the swap spread of the start at 2, 5, 10 and 30 years, bp."""
        return self.spread_2y_bp, self.spread_5y_bp, self.spread_10y_bp, self.spread_30y_bp


@dataclass(frozen=True)
class SwapQuotes:
    """What the market calls each morning: it makes the level of swap spreads public."""

    steps: tuple[tuple[int, float], ...]  # day, change in bp, in order

    def __call__(self, market: Any) -> None:
        """Say how far swap spreads lie from those of the start today."""
        in_force = [change for day, change in self.steps if day <= market.date and not market.burning_in]
        market.extras[WIDER] = in_force[-1] if in_force else 0.0


def swap_quotes(swaps: Swaps) -> SwapQuotes:
    """Return the path of the level of swap spreads."""
    return SwapQuotes(tuple((day_number(step.since), step.change_bp) for step in swaps.steps))
