"""What befalls the market from outside: values that a market calls each morning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.buyers.foreign_official import oldest_first
from experiments.errors import UserError, nearest
from experiments.kinds import KINDS
from experiments.sections.flows import Flow, FlowKind
from experiments.sections.world import Sale
from market.auctions.apportion import apportion
from market.bonds.securities import Kind
from market.calendar import business_days
from market.units import FACE_PER_MUSD, Bool, Int, day_number, to_date

CLASSES: dict[FlowKind, tuple[Kind, ...]] = {
    "coupons": (Kind.NOTE, Kind.BOND),
    "bills": (Kind.BILL,),
    "tips": (Kind.TIPS,),
}


@dataclass(frozen=True)
class ForcedFlow:
    """One holder, or all of a kind, buys or sells face of a maturity range, by day from the first on.

    Sales are spread over what is held (officials begin with their oldest issues), purchases over what the market holds.
    What is traded changes the holder's accustomed share for good: the others are left to hold it, or to do without.
    """

    first_day: int
    holder: str
    bucket_years: tuple[float, float]
    face_by_day: tuple[int, ...]  # positive: bought
    kinds: tuple[Kind, ...] = CLASSES["coupons"]
    place: str = "shock"  # in the scenario: flows[2]

    def __call__(self, market: Any) -> None:
        """Tell the holders what to trade today."""
        if market.burning_in or market.date < self.first_day:
            return
        number = len(business_days(self.first_day, market.date)) - 1
        if number < len(self.face_by_day) and self.face_by_day[number]:
            self._order(market, self.face_by_day[number])

    def _order(self, market: Any, face: int) -> None:
        low, high = self.bucket_years
        inside = market.securities.of(*self.kinds) & market.tradable & (market.years >= low) & (market.years <= high)
        agents = named_holders(market, self.holder, self.place)
        wanted = self._held(market, agents, inside, -face) if face < 0 else self._to_be_had(market, agents, inside)
        parts = np.sign(face) * apportion(abs(face), wanted.ravel()).reshape(wanted.shape)
        for agent, part, held in zip(agents, parts, wanted, strict=True):
            if face < 0 and agent.sells_oldest:
                part = -oldest_first(held, market.securities.first_issue_day, int(-part.sum()))
            agent.order_sale(-part)
            agent.benchmark = agent.benchmark + np.where(part != 0, part / np.maximum(market.anticipated, 1), 0.0)

    def _held(self, market: Any, agents: Sequence[Any], inside: Bool, face: int) -> Int:
        """Return what each seller has of each security (A, S); UserError if that is not enough."""
        held: Int = np.maximum(np.array([np.where(inside, a.position, 0) for a in agents]), 0)
        if held.sum() < face:
            (low, high), have, want = self.bucket_years, held.sum() // FACE_PER_MUSD, face // FACE_PER_MUSD
            raise UserError(
                f"{self.place} of {to_date(self.first_day)}: on {to_date(market.date)} {self.holder} holds "
                f"{have:,} musd of {low:g} to {high:g} years, expected {want:,} or more"
            )
        return held

    def _to_be_had(self, market: Any, agents: Sequence[Any], inside: Bool) -> Int:
        """Return what the market holds of each security, once for each buyer (A, S); UserError if there is nothing."""
        there = np.where(inside, np.maximum(market.anticipated, 0), 0)
        if not there.any():
            low, high = self.bucket_years
            raise UserError(
                f"{self.place} of {to_date(self.first_day)}: on {to_date(market.date)} nothing of {low:g} to {high:g} "
                f"years is there for {self.holder} to buy, expected a range with securities"
            )
        return np.tile(there, (len(agents), 1))


def named_holders(market: Any, holder: str, place: str = "shock") -> list[Any]:
    """Return the institutions of a kind (as the population names it) or the one of a name; each must be an investor."""
    found = [a for a in market.agents if a.name == holder]
    if not found and holder in KINDS:
        found = [a for a in market.agents if isinstance(a, KINDS[holder])]
    if not found:
        names = [*KINDS, *(a.name for a in market.agents)]
        raise UserError(
            f"{place}.holder is {holder!r}, expected a kind or the name of an institution{nearest(holder, names)}"
        )
    if not found[0].declares("forced"):
        able = [name for name, kind in KINDS.items() if hasattr(kind, "forced")]
        raise UserError(f"{place}.holder is {holder!r}, who trades for others, expected one of {', '.join(able)}")
    return found


def sale_of(sale: Sale, place: str = "shock") -> ForcedFlow:
    """Return the shock that a sale is: equal parts of it by day."""
    face, days = sale.amount_musd * FACE_PER_MUSD, sale.days
    by_day = tuple(face * number // days - face * (number + 1) // days for number in range(days))
    return ForcedFlow(day_number(sale.date), sale.holder, sale.bucket_years, by_day, place=place)


def flow_of(flow: Flow, place: str = "shock") -> ForcedFlow:
    """Return the shock that a flow is."""
    by_day = tuple(musd * FACE_PER_MUSD for musd in flow.daily_musd)
    return ForcedFlow(day_number(flow.date), flow.holder, flow.bucket_years, by_day, CLASSES[flow.securities], place)
