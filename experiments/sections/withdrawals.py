"""Bidders that stay away from auctions for some days: a class of them, or all, by a share."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator

from experiments.errors import one_of
from experiments.kinds import KINDS
from experiments.sections.section import CHOICE, Span, declared, required
from market.auctions.auction import WHOLE
from market.auctions.turnout import stay_away
from market.units import day_number


class Withdrawal(Span):
    """From a day to another, a share of what some kinds of institutions would bid for at auctions is not bid for."""

    kinds: tuple[Annotated[str, AfterValidator(partial(one_of, choices=KINDS))], ...] = declared(
        tuple(KINDS), "kinds", CHOICE, "kinds of institutions that stay away", min_length=1
    )
    share: float = required("share", "share of their bids that stays away, 1 being all of them", gt=0, le=1)


@dataclass(frozen=True)
class StayingAway:
    """What the market calls each morning."""

    first_day: int
    last_day: int
    kinds: tuple[str, ...]
    share_e4: int

    def __call__(self, market: Any) -> None:
        """Say who stays away today."""
        if market.burning_in or not self.first_day <= market.date <= self.last_day:
            return
        classes = tuple(KINDS[kind] for kind in self.kinds)
        stay_away(market, [int(a.row) for a in market.agents if isinstance(a, classes)], self.share_e4)


def withdrawal_of(plan: Withdrawal) -> StayingAway:
    """Return the shock that a scenario describes."""
    return StayingAway(day_number(plan.since), day_number(plan.until), plan.kinds, round(plan.share * WHOLE))
