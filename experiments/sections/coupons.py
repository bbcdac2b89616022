"""The section of a scenario for the debt manager's rule of coupon sizes (``agents/officials/coupon_shift.py``)."""

from typing import Self

from pydantic import model_validator

from experiments.sections.section import Section, declared


class CouponShifts(Section):
    """Coupon sizes follow the bill share, on top of the calendar; bills, the residual, take the other side."""

    enabled: bool = declared(
        False, "flag", "off: a counterfactual", "whether sizes move at all; off: the calendar's, as published"
    )
    lowest: float = declared(
        0.10, "share", "a guess: wide; the advisory committee's own is 0.15", "bill share below which coupons shrink",
        ge=0, le=1,
    )  # fmt: skip
    highest: float = declared(
        0.25, "share", "a guess: wide; the advisory committee's own is 0.20", "bill share above which coupons grow",
        ge=0, le=1,
    )  # fmt: skip
    quarters: int = declared(2, "quarters", "a guess", "looks outside the band before sizes move", ge=1, le=40)
    belly_musd: int = declared(
        3_000,
        "musd",
        "Treasury refunding statements, 2023-24",
        "step of 3- to 7-year auctions",
        ge=0,
        le=50_000,
    )
    other_musd: int = declared(
        2_000,
        "musd",
        "Treasury refunding statements, 2023-24",
        "step of other nominal coupons",
        ge=0,
        le=50_000,
    )

    @model_validator(mode="after")
    def _band(self) -> Self:
        if not self.lowest < self.highest:
            raise ValueError(f"lowest is {self.lowest:g} and highest {self.highest:g}, expected lowest below highest")
        return self
