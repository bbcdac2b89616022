"""The sections of a scenario for the Treasury's buybacks: mode, calendar, lists, financing, the standing facility."""

from functools import partial
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from experiments.errors import one_of
from experiments.sections.section import BusinessDay, Section, declared
from market.auctions.buyback import BUCKETS

Bucket = Annotated[str, AfterValidator(partial(one_of, choices=BUCKETS))]


class StandingSide(Section):
    """One side of the standing facility: quotes of the Treasury that rest in the off-the-run books."""

    haircut_bp: float = declared(
        2.0, "bp", "a guess", "how far above the fitted yield of the last close it bids", ge=0, le=200
    )
    size_musd: int = declared(50, "musd", "a guess", "most face bought of a security in a day", ge=2, le=10_000)
    daily_musd: int = declared(1_000, "musd", "a guess", "most face bought in a day", ge=2, le=100_000)
    total_musd: int = declared(
        30_000,
        "musd",
        "a quarter of the programme: refunding statement, 1 May 2024",
        "most face bought in all",
        ge=2,
        le=5_000_000,
    )

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if self.total_musd and not self.size_musd <= self.daily_musd <= self.total_musd:
            found = f"size_musd {self.size_musd}, daily_musd {self.daily_musd}, total_musd {self.total_musd}"
            raise ValueError(f"{found}: expected each at most the next")
        return self


class Reopening(StandingSide):
    """The other side: offers of the Treasury that rest there too, new supply of nominal notes and bonds."""

    haircut_bp: float = declared(
        2.0, "bp", "a guess", "how far below the fitted yield of the last close it offers", ge=0.1, le=200
    )
    size_musd: int = declared(50, "musd", "a guess", "most face sold of a security in a day", ge=2, le=10_000)
    daily_musd: int = declared(1_000, "musd", "a guess", "most face sold in a day", ge=2, le=100_000)
    total_musd: int = declared(0, "musd", "off", "most face sold in all; 0 sells nothing", ge=0, le=5_000_000)


class Standing(StandingSide):
    """The standing facility: bids of the Treasury, and what it reopens if it is two-sided."""

    since: BusinessDay | None = declared(
        None,
        "date",
        "a choice: a budget bids for what is cheap on quiet days too, and may be gone when it is needed",
        "first day on which it is there; none: from the second day of the run on",
    )
    reopening: Reopening = Reopening()


class Buybacks(Section):
    """The Treasury's buyback operations."""

    mode: Literal["programme", "committed", "standing", "placebo", "off"] = declared(
        "programme",
        "mode",
        "31 CFR 375; committed and standing are the project's",
        "as it is; taking the best offers up to the maximum; bids resting in the books; announced with nothing bought; "
        "never announced",
    )
    price_sensitive: bool = declared(
        True, "flag", "31 CFR 375; Buyback FAQs", "refuse offers that score below the reserve"
    )
    reserve_bp: float = declared(-0.5, "bp", "a guess", "lowest cheapness accepted", ge=-100, le=100)
    curve_weight: float = declared(
        0.5, "share", "a guess", "weight of the fitted curve against the market price", ge=0, le=1
    )
    financing: Literal["bills", "coupons", "matched-coupons", "cash"] = declared(
        "bills",
        "mode",
        "a choice of the debt manager",
        "what pays for buybacks (matched: coupons of the same maturity and duration; cash: the planned cash falls by "
        "their cost); with a balanced budget the receipts do, whatever this says",
    )
    schedule: Literal["published", "steady-state"] = declared(
        "published",
        "calendar",
        "refunding statements of 2024",
        "operations as held, or 13 a quarter of 30bn, one a week",
    )
    lists: Literal["as-announced", "half-drawn"] = declared(
        "as-announced",
        "mode",
        "a placebo",
        "of each operation: the published list or the rule's, or half of the bucket's securities drawn by the seed",
    )
    shift_days: int = declared(
        0, "business days", "a placebo", "how much later operations are held, with their lists", ge=0, le=60
    )
    announced: BusinessDay | None = declared(
        None,
        "date",
        "known at the start: the refunding statement of 1 May 2024",
        "day on which the operations from then on become known, as far as they were not at the start",
    )
    scale: float = declared(
        1.0, "ratio", "a counterfactual; 1: as announced", "announced maxima over those of the calendar", gt=0, le=100
    )
    only_buckets: tuple[Bucket, ...] = declared(
        tuple(BUCKETS), "buckets", "refunding statements of 2024", "buckets of the calendar in which something is held"
    )
    target: Literal["all", "most-illiquid-decile"] = declared(
        "all", "mode", "a counterfactual", "of each list: everything, or the tenth of lowest turnover for its face"
    )
    security_cap: float = declared(
        1.0, "share", "not published: none", "most bought of a security's face at once", gt=0, le=1
    )
    spare_deliverable: bool = declared(
        False,
        "flag",
        "analogy with the Fed's exclusions, confidence low; off because the lists of 2024 come out without it",
        "leave the likely cheapest to deliver into futures off lists made by rule",
    )
    spare_special_bp: float = declared(
        0.0,
        "bp",
        "off; which issues count as scarce is not published",
        "leave off lists made by rule what costs more than this to borrow in repo; 0 leaves none off",
        ge=0,
        le=1000,
    )
    client_offers: bool = declared(True, "flag", "Buyback FAQs", "investors offer through a dealer too")
    client_share: float = declared(
        0.0135,
        "years",
        "three to four days of it; set by offers up to September 2024, in sum and by bucket",
        "of the roll-down of a holding at constant maturity, what clients offer into an operation",
        ge=0,
        le=1,
    )
    client_reluctance_bp: float = declared(
        0.5, "bp", "a guess", "yield below the composite at which a client offers", ge=-100, le=100
    )
    standing: Standing = Standing()
