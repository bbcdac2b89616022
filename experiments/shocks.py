"""What befalls the market from outside: values that a market calls each morning."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.errors import UserError, nearest
from experiments.kinds import KINDS
from experiments.scenario_sections import Sale
from market.apportion import apportion
from market.calendar import business_days
from market.securities import Kind
from market.units import FACE_PER_MUSD, day_number


@dataclass(frozen=True)
class ForcedSale:
    """One holder, or all of a kind, sells coupon securities of a maturity range in equal parts over some days.

    What is sold leaves the holder's accustomed share for good: the others are left to hold it.
    """

    first_day: int
    days: int
    holder: str
    bucket_years: tuple[float, float]
    face: int

    def __call__(self, market: Any) -> None:
        """Tell the holders what to sell today."""
        if market.burning_in or market.date < self.first_day:
            return
        number = len(business_days(self.first_day, market.date)) - 1
        if number >= self.days:
            return
        today = self.face * (number + 1) // self.days - self.face * number // self.days
        self._order(market, today)

    def _order(self, market: Any, face: int) -> None:
        low, high = self.bucket_years
        inside = market.securities.of(Kind.NOTE, Kind.BOND) & market.tradable
        inside &= (market.years >= low) & (market.years <= high)
        agents = sellers(market, self.holder)
        held = np.maximum(np.array([np.where(inside, a.position, 0) for a in agents]), 0)
        if held.sum() < face:
            have, want = held.sum() // FACE_PER_MUSD, face // FACE_PER_MUSD
            raise UserError(
                f"shock: {self.holder} holds {have:,} musd of {low} to {high} years, expected {want:,} or more"
            )
        parts = apportion(face, held.ravel()).reshape(held.shape)
        for agent, part in zip(agents, parts, strict=True):
            agent.forced = agent.forced - part
            agent.held_before = agent.position.astype(np.float64)
            agent.benchmark = agent.benchmark - np.where(part > 0, part / np.maximum(market.anticipated, 1), 0.0)


def sellers(market: Any, holder: str) -> list[Any]:
    """Return the institutions of a kind (as the population names it) or the one of a name."""
    found = [a for a in market.agents if a.name == holder]
    if not found and holder in KINDS:
        found = [a for a in market.agents if isinstance(a, KINDS[holder])]
    if not found:
        names = [*KINDS, *(a.name for a in market.agents)]
        raise UserError(
            f"shocks.holder is {holder!r}, expected a kind or the name of an institution{nearest(holder, names)}"
        )
    return found


def shock_of(sale: Sale) -> ForcedSale:
    """Return the shock that a scenario describes."""
    return ForcedSale(
        day_number(sale.date), sale.days, sale.holder, sale.bucket_years, sale.amount_musd * FACE_PER_MUSD
    )
