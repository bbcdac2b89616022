"""The section of a scenario for announced changes of supply: larger auctions from a day on, as they were announced."""

from typing import Self

from pydantic import model_validator

from experiments.sections.section import CHOICE, BusinessDay, Span, declared, required


class LargerAuctions(Span):
    """Nominal coupon auctions larger than the calendar's, announced beforehand; bills, sized by cash, give way."""

    announced: BusinessDay = required("date", "day of the announcement")
    share: float = declared(0.1, "share", CHOICE, "size over that of the calendar, less one", gt=-1, le=5)
    terms_months: tuple[int, ...] = declared(
        (24, 36, 60, 84, 120, 240, 360),
        "months",
        "the Treasury's terms",
        "original terms of the auctions",
        min_length=1,
    )

    @model_validator(mode="after")
    def _announced_before(self) -> Self:
        if not self.announced < self.since:
            raise ValueError(f"announced is {self.announced}, expected before the first of its days, {self.since}")
        return self
