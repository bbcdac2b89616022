"""The section of a scenario for the Fed's administered rates, from a day on; the rate that guidance expects follows."""

from datetime import date
from typing import Self

from pydantic import model_validator

from experiments.sections.section import Section, declared, required


class Rates(Section):
    """The Fed's administered rates, from a day on."""

    since: date = required("date", "first day of the rates")
    iorb_bp: float = required("bp", "interest on reserves", ge=-100, le=2500)
    on_rrp_bp: float = required("bp", "overnight reverse repo rate", ge=-100, le=2500)
    standing_repo_bp: float = required("bp", "minimum bid of the standing repo facility", ge=-100, le=2500)
    discount_bp: float | None = declared(
        None,
        "bp",
        "Board of Governors: the top of the target range since March 2020, as the standing facility's minimum bid",
        "rate of primary credit at the discount window; left out: that of the standing repo facility",
        ge=-100,
        le=2500,
    )

    @model_validator(mode="after")
    def _corridor(self) -> Self:
        if not self.on_rrp_bp <= self.iorb_bp <= self.standing_repo_bp:
            found = f"{self.on_rrp_bp:g}, {self.iorb_bp:g} and {self.standing_repo_bp:g} from {self.since} on"
            raise ValueError(f"on_rrp_bp, iorb_bp and standing_repo_bp are {found}, expected none above the next")
        if self.discount_bp is not None and self.discount_bp < self.iorb_bp:
            raise ValueError(
                f"discount_bp is {self.discount_bp:g} from {self.since}, expected iorb_bp, {self.iorb_bp:g}, or more; "
                "else banks borrow to leave it with the Fed"
            )
        return self
