"""The section of a scenario for deficits: outlays, or receipts, that come on top of the published flows.

Spread evenly over business days. Bills finance what coupons do not: their sizes follow the Treasury's cash. Where
coupons finance it, nominal coupon auctions are raised as they are for buybacks (``agents.officials.debt_office``). Left
out: what is paid and received feeds back on nothing, and nobody expects a deficit before it is there.
"""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import model_validator

from experiments.sections.section import Span, declared, required
from market.calendar import business_days
from market.units import CENTS_PER_MUSD, day_number

DAYS_A_YEAR = 250  # business days


class Deficit(Span):
    """More outlays than published from a day to a day, at a yearly pace; less than nothing: more receipts."""

    yearly_musd: int = required(
        "musd", "outlays less receipts on top of the published ones, in 250 business days", ge=-5_000_000, le=5_000_000
    )
    financing: Literal["bills", "coupons"] = declared(
        "bills", "mode", "a modelling choice", "what is issued more, or less, for it"
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.financing == "coupons" and self.yearly_musd < 0:
            raise ValueError(
                'yearly_musd below 0 with financing = "coupons", expected "bills": coupons are only raised'
            )
        return self


def outlays_cents(deficits: Sequence[Deficit], financing: tuple[str, ...] = ("bills", "coupons")) -> dict[int, int]:
    """Return the cents by day number that these deficits add to outlays."""
    by_day: dict[int, int] = {}
    for deficit in deficits:
        if deficit.financing in financing:
            for day in business_days(day_number(deficit.since), day_number(deficit.until)).tolist():
                by_day[day] = by_day.get(day, 0) + deficit.yearly_musd * CENTS_PER_MUSD // DAYS_A_YEAR
    return by_day
