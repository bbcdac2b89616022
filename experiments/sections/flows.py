"""The section of a scenario for flows: what a holder buys or sells whatever it costs, day by day, by maturity.

A path of amounts is the general case of a sale (``shocks``): positive days buy, negative days sell, each in equal parts
over the rounds of the day. What is bought or sold changes the holder's accustomed share for good.
"""

from typing import Literal, Self

from pydantic import model_validator

from experiments.sections.section import CHOICE, BusinessDay, Section, Years, declared, required

FlowKind = Literal["coupons", "bills", "tips"]


class Flow(Section):
    """What one holder, or all of a kind, buys (positive) and sells (negative) on consecutive business days."""

    date: BusinessDay = required("date", "first day")
    holder: str = required("name", "kind or name of the institution that trades", min_length=1)
    securities: FlowKind = declared("coupons", "mode", CHOICE, "what is traded")
    bucket_years: Years = required("years", "remaining maturity, from and to")
    daily_musd: tuple[int, ...] = required(
        "musd", "face bought, or sold if negative, on each business day from the first on", min_length=1, max_length=600
    )

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        large = next((amount for amount in self.daily_musd if abs(amount) > 500_000), None)
        if large is not None:
            raise ValueError(f"daily_musd has {large}, expected -500000 to 500000")
        return self
