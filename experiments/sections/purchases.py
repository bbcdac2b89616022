"""The sections of a scenario for the Fed's outright operations: programmes, a rule, and a backstop."""

from itertools import pairwise
from typing import Literal, Self

from pydantic import model_validator

from experiments.sections.section import CHOICE, BusinessDay, Section, SessionTime, Span, Years, declared, required


class Purchases(Span):
    """A dated programme of the Fed: it buys, or sells, so much on each day of operation, at any price."""

    side: Literal["buy", "sell"] = declared("buy", "side", CHOICE, "what the Fed does")
    per_day_musd: int = required("musd", "most face of an operation, in whole millions", gt=0, le=100_000)
    bucket_years: Years = declared(
        (0.0, 31.0), "years", "a modelling choice: all", "remaining maturity of what is traded, from and to"
    )
    every_days: int = declared(1, "business days", CHOICE, "an operation every so many days", ge=1, le=260)
    time: SessionTime = declared("10:30", "time", "a guess", "when operations are held")
    announced: BusinessDay | None = declared(
        None, "date", "never before it begins", "day on which the whole programme is announced, before it begins"
    )

    @model_validator(mode="after")
    def _announced_before(self) -> Self:
        if self.announced is not None and self.announced > self.since:
            raise ValueError(f"announced is {self.announced}, expected {self.since} or earlier")
        return self


class BadDays(Section):
    """On which days a rule of the Fed acts: after a close with too much noise, or thin books."""

    per_day_musd: int = declared(0, "musd", "off", "most face bought on such a day, 0 for no rule", ge=0, le=100_000)
    noise_above_bp: float = declared(1000.0, "bp", "a guess", "act if noise closed above this", gt=0, le=1000)
    depth_below_musd: float = declared(
        0.0, "musd", "a guess", "act if the on-the-run books have shown less than this today", ge=0, le=1e6
    )
    time: SessionTime = declared("10:30", "time", "a guess", "when operations are held")

    @model_validator(mode="after")
    def _can_fire(self) -> Self:
        if self.per_day_musd and self.noise_above_bp == 1000 and self.depth_below_musd == 0:
            raise ValueError("per_day_musd without a threshold, expected noise_above_bp or depth_below_musd as well")
        return self


class Functioning(BadDays):
    """Market-functioning purchases: the Fed buys on days on which noise or depth is beyond its threshold."""

    bucket_years: Years = declared(
        (0.0, 31.0), "years", "a modelling choice: all", "remaining maturity of what is bought, from and to"
    )


BUCKETS_YEARS = ((0.0, 3.0), (3.0, 7.0), (7.0, 20.0), (20.0, 31.0))


class BackstopAuctions(BadDays):
    """Reverse auctions by bucket on bad days, in which the Fed buys only what is offered below a backstop price."""

    per_day_musd: int = declared(0, "musd", "off", "most face bought in a bucket and day, 0 for none", ge=0, le=100_000)
    discount_bp: float = declared(
        2.0, "bp of yield", "a guess", "least discount to fitted value at which it buys", ge=0, le=500
    )
    pricing: Literal["multiple", "single"] = declared(
        "multiple",
        "mode",
        "a modelling choice",
        "each offer is paid its own price, or all are paid at the smallest accepted discount",
    )
    buckets_years: tuple[Years, ...] = declared(
        BUCKETS_YEARS, "years", "a guess", "ranges of remaining maturity, an auction each", min_length=1, max_length=20
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for before, after in pairwise(self.buckets_years):
            if after[0] < before[1]:
                raise ValueError(
                    f"buckets_years has {after[0]:g} to {after[1]:g} after {before[0]:g} to {before[1]:g}, "
                    f"expected from {before[1]:g} or later, where the one before ends"
                )
        return self
