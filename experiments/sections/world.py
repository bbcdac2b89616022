"""A scenario: the frozen, typed record of one world, in the sections of a scenario file.

Every field has a unit, a default, bounds and a source (in its JSON schema); an unknown key, a wrong type or an
impossible value is refused (``experiments.scenario`` says where). Faces are in millions of dollars, rates in
basis points, dates are ISO dates. Values only: nothing in a scenario is code, and nobody may ask a scenario for its
name.

Defaults are the market of 28 May 2024 to 31 January 2025 as it was. Guesses are called so in ``source``.
"""

import json
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from experiments.errors import UserError
from experiments.population import Population
from experiments.sections.beliefs import Beliefs
from experiments.sections.buybacks import Buybacks
from experiments.sections.buyers import Buyers
from experiments.sections.coupons import CouponShifts
from experiments.sections.debt_limit import DebtLimit
from experiments.sections.deficits import Deficit
from experiments.sections.entries import MOST_ENTRIES, Entry, leaves_too_soon, named_twice
from experiments.sections.exits import Exit
from experiments.sections.flows import Flow
from experiments.sections.futures import Futures
from experiments.sections.lending import SecuritiesLending
from experiments.sections.money import MoneyMarket
from experiments.sections.news import News
from experiments.sections.nudges import Nudge
from experiments.sections.purchases import BackstopAuctions, Functioning, Purchases
from experiments.sections.rates import Rates
from experiments.sections.requests import Requests
from experiments.sections.section import CHOICE, COUNTERFACTUAL, BusinessDay, Section, outside, required
from experiments.sections.section import declared as _field
from experiments.sections.supply import LargerAuctions
from experiments.sections.swaps import Swaps
from experiments.sections.venues import BookClass, Clearing, all_to_all
from experiments.sections.withdrawals import Withdrawal
from market.calendar import business_days, next_business_day
from market.units import day_number, to_date

DEFAULT_START = date(2024, 5, 28)
FIRST_START, LAST_START = date(2024, 1, 2), date(2024, 12, 31)  # days of the published levels that a start needs
LAST_DAY = date(2025, 12, 31)  # of the published calendars


def start_days() -> list[date]:
    """Return the days that a starting state exists of: every business day of 2024."""
    return [to_date(int(day)) for day in business_days(day_number(FIRST_START), day_number(LAST_START))]


def _start_day(day: date) -> date:
    """Refuse a day of which no starting state can be made."""
    choices = start_days()
    if day not in choices:
        near = min(choices, key=lambda choice: abs(choice - day))
        raise ValueError(f"expected a business day of 2024; the nearest is {near}")
    return day


def start_day_of(text: str) -> date:
    """Return the day of a starting state from its ISO text; UserError names the nearest."""
    try:
        return _start_day(date.fromisoformat(text))
    except ValueError as error:
        said = error if "expected" in str(error) else "expected a date such as 2024-05-28"
        raise UserError(f"date {text}: {said}") from None


StartDay = Annotated[date, AfterValidator(_start_day)]


class Run(Section):
    """When, how finely, and what is kept."""

    start: StartDay = _field(DEFAULT_START, "date", "eve of the first regular buyback", "day of the starting state")
    end: BusinessDay = _field(
        date(2025, 1, 31), "date", "end of the refunding quarter", "last day of the run", le=LAST_DAY
    )
    rounds: int = _field(20, "rounds a day", "a convention", "rounds from 08:00 to 17:00", ge=4, le=540)
    burn_in_days: int = _field(60, "business days", "a convention", "steady days before the clock starts", ge=0, le=500)
    keep: tuple[Literal["trades", "requests", "quotes"], ...] = _field(
        (), "tables", CHOICE, "large tables to record as well"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end is {self.end}, expected a day after the start {self.start}")
        return self


class Market(Section):
    """The rules of the venues."""

    dealers_asked: int = _field(
        4,
        "dealers",
        "3 to 5 are usual (Hendershott and Madhavan 2015)",
        "dealers asked in a request for quote",
        ge=1,
        le=24,
    )
    noise_curve: Literal["svensson", "spline"] = _field(
        "svensson", "model", "Gurkaynak, Sack and Wright 2007", "curve that the noise measure fits"
    )
    when_issued: bool = _field(
        True, "flag", "SIFMA", "new securities trade from their announcement, in yield, for delivery on the issue day"
    )
    requests: Requests = Requests()
    all_to_all: tuple[BookClass, ...] = all_to_all
    clearing: Clearing = Clearing()


class Cap(Section):
    """A cap on what the Fed lets run off, from a day on."""

    since: date = required("date", "first day of the cap")
    treasuries_musd: int = required("musd", "most Treasuries redeemed in a calendar month", ge=0, le=10**8)
    mbs_musd: int = required("musd", "most mortgage securities run off in a month", ge=0, le=10**6)


QT_CAPS = (Cap(since=date(2022, 9, 1), treasuries_musd=60_000, mbs_musd=35_000),
           Cap(since=date(2024, 6, 1), treasuries_musd=25_000, mbs_musd=35_000))  # fmt: skip


class Policy(Section):
    """What the official sector does; ``published`` means as it was."""

    caps: tuple[Cap, ...] = _field(
        QT_CAPS, "musd a month", "Desk statements", "run-off caps in force from their days on"
    )
    rates_path: Literal["published", "flat"] = _field(
        "published", "mode", "New York Fed", "rates as set, or of the start for ever"
    )
    rates: tuple[Rates, ...] = _field((), "bp", COUNTERFACTUAL, "rates that replace the path from their days on")
    supply: Literal["published", "steady"] = _field(
        "published", "mode", "Fiscal Data", "auctions as they were, or maturing face re-issued in its own term"
    )
    fiscal: Literal["published", "balanced"] = _field(
        "published", "mode", "Daily Treasury Statement", "spending less taxes"
    )
    factors: Literal["published", "held"] = _field(
        "published", "mode", "H.4.1", "the Fed's other assets and liabilities"
    )
    buybacks: Buybacks = Buybacks()
    debt_limit: DebtLimit = DebtLimit()
    deficits: tuple[Deficit, ...] = _field(
        (), "deficits", COUNTERFACTUAL, "outlays or receipts on top of the published ones"
    )
    coupon_shift: CouponShifts = CouponShifts()
    larger_auctions: tuple[LargerAuctions, ...] = _field(
        (),
        "plans",
        COUNTERFACTUAL,
        "coupon auctions larger, or smaller, than the calendar's, by date, with their announcement",
    )
    purchases: tuple[Purchases, ...] = _field(
        (), "programmes", COUNTERFACTUAL, "outright purchases and sales of the Fed, by date"
    )
    functioning: Functioning = Functioning()
    backstop: BackstopAuctions = BackstopAuctions()
    qe_like_buybacks: bool = _field(
        False,
        "flag",
        "a counterfactual",
        "the Fed holds the operations of the buyback calendar, or rests the standing bids, in the Treasury's place",
    )
    hedged_purchases: bool = _field(
        False, "flag", "off: never a rule in force", "the Fed sells futures against the notes and bonds that it buys"
    )
    securities_lending: SecuritiesLending = SecuritiesLending()
    on_rrp_limit_musd: int = _field(
        160_000,
        "musd",
        "New York Fed, since September 2021: 160 billion a counterparty and day",
        "most that one fund may place in the reverse repo facility overnight",
        ge=0,
        le=10**7,
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, steps in (("caps", self.caps), ("rates", self.rates)):
            days = [step.since for step in steps]
            if days != sorted(set(days)):
                raise ValueError(
                    f"{name} start on {', '.join(map(str, days))}, expected each later than the one before"
                )
        return self

    @model_validator(mode="after")
    def _deficits_of_published_flows(self) -> Self:
        if self.deficits and self.fiscal != "published":
            raise ValueError(f'deficits with fiscal = "{self.fiscal}", expected "published": receipts balance it else')
        return self

    @model_validator(mode="after")
    def _operations_to_take_over(self) -> Self:
        if self.qe_like_buybacks and self.buybacks.mode in ("placebo", "off"):
            mode = self.buybacks.mode
            raise ValueError(
                f'qe_like_buybacks with buybacks.mode = "{mode}", expected one that buys: "programme", "committed" or '
                '"standing"'
            )
        return self


class Start(Section):
    """The freedom that the published data leave to the starting state."""

    tilt: float = _field(0.0, "log points", "a convention", "random tilt of who holds what", ge=0, le=2)
    tilt_seed: int = _field(0, "seed", CHOICE, "which tilt", ge=0, lt=2**63)
    anchored: bool = _field(
        True, "flag", "a modelling choice", "beliefs start at published prices, not at those that the burn-in led to"
    )
    wanted_bills: float = _field(
        0.55,
        "share",
        "a guess near dealers' mean position in bills, January to May 2024 (FR 2004)",
        "of the bills that dealers hold at the start, what they want to hold; auctions leave the rest with them anew",
        ge=0,
        le=1,
    )


class Sale(Section):
    """One holder, or all of a kind, sells securities of a maturity range in equal parts over some days."""

    type: Literal["sale"] = required("mode", "what kind of shock it is")
    date: BusinessDay = required("date", "first day of the sale")
    holder: str = required("name", "kind or name of the institution that sells", min_length=1)
    bucket_years: tuple[float, float] = required("years", "remaining maturity sold, from and to")
    amount_musd: int = required("musd", "face sold in all", gt=0, le=5_000_000)
    days: int = _field(1, "days", CHOICE, "business days over which it is sold", ge=1, le=260)

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        low, high = self.bucket_years
        if not 0 <= low < high <= 40:
            raise ValueError(f"bucket_years is [{low}, {high}], expected from and to with 0 <= from < to <= 40")
        return self


Behaviour = Literal["default", "zero-intelligence", "news-value", "shuffled"]


class Scenario(Section):
    """The world of a run, all but its seed."""

    name: str = _field("unnamed", "name", CHOICE, "name of the scenario: that of its file")
    about: str = _field("", "text", CHOICE, "one sentence on what it is for")
    behaviour: Behaviour = _field(
        "default",
        "mode",
        "Gode and Sunder 1993 for zero-intelligence",
        "by their rules, or a null: random orders within limits, dealers at the news value, investors' traits shuffled",
    )
    run: Run = Run()
    market: Market = Market()
    policy: Policy = Policy()
    news: News = News()
    population: Population = Population()
    money_market: MoneyMarket = MoneyMarket()
    buyers: Buyers = Buyers()
    beliefs: Beliefs = Beliefs()
    futures: Futures = Futures()
    swaps: Swaps = Swaps()
    start: Start = Start()
    shocks: tuple[Sale, ...] = _field((), "shocks", COUNTERFACTUAL, "what befalls the market from outside")

    flows: tuple[Flow, ...] = _field((), "flows", COUNTERFACTUAL, "what holders buy or sell whatever it costs, by day")
    entries: tuple[Entry, ...] = _field(
        (), "entries", COUNTERFACTUAL, "dealers that enter the market", max_length=MOST_ENTRIES
    )
    exits: tuple[Exit, ...] = _field((), "exits", COUNTERFACTUAL, "dealers that leave the market")
    withdrawals: tuple[Withdrawal, ...] = _field(
        (), "withdrawals", COUNTERFACTUAL, "bidders that stay away from auctions"
    )
    nudges: tuple[Nudge, ...] = _field(
        (), "nudges", "none by default: a placebo", "days on which one quote is moved, for placebos"
    )

    @model_validator(mode="after")
    def _days_inside(self) -> Self:
        dated: tuple[tuple[str, tuple[Section, ...], str], ...] = (
            ("entries", self.entries, "date"),
            ("exits", self.exits, "date"),
            ("withdrawals", self.withdrawals, "since"),
            ("flows", self.flows, "date"),
            ("news.announcements", self.news.announcements, "date"),
            ("news.spells", self.news.spells, "since"),
            ("nudges", self.nudges, "date"),
            ("buyers.foreign", self.buyers.foreign, "since"),
            ("swaps.steps", self.swaps.steps, "since"),
            ("policy.deficits", self.policy.deficits, "since"),
            ("policy.larger_auctions", self.policy.larger_auctions, "announced"),
        )
        for name, items, field in dated:
            wrong = outside(name, items, field, self.run.start, self.run.end)
            if wrong:
                raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _not_after_the_end(self) -> Self:
        standing, steps = self.policy.buybacks.standing.since, self.futures.margin_steps
        dated = (
            ("policy.buybacks.standing.since", standing),
            *((f"futures.margin_steps[{n}].since", s.since) for n, s in enumerate(steps)),
        )
        for name, day in dated:
            if day is not None and day > self.run.end:
                raise ValueError(f"{name} is {day}, expected up to the end of the run, {self.run.end}")
        return self

    @model_validator(mode="after")
    def _entries_before_exits(self) -> Self:
        wrong = named_twice(self.entries) or leaves_too_soon(self.exits, self.entries)
        if wrong:
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _futures_by_rule(self) -> Self:
        if self.futures.enabled and self.behaviour != "default":
            raise ValueError(
                f'futures.enabled with behaviour = "{self.behaviour}", expected "default": nobody is random'
            )
        if self.swaps.enabled and self.behaviour != "default":
            raise ValueError(f'swaps.enabled with behaviour = "{self.behaviour}", expected "default": nobody is random')
        if self.policy.hedged_purchases and not self.futures.enabled:
            raise ValueError("policy.hedged_purchases without futures to sell, expected futures.enabled = true")
        return self

    @model_validator(mode="after")
    def _limit_inside(self) -> Self:
        limit, policy = self.policy.debt_limit, self.policy
        if not limit.enabled:
            return self
        first = to_date(next_business_day(day_number(self.run.start)))
        if not first < limit.reinstated <= self.run.end:
            raise ValueError(
                f"policy.debt_limit.reinstated is {limit.reinstated}, expected after the first day {first}, on which "
                f"pending issues are sold again, up to {self.run.end}"
            )
        for key, value in (("fiscal", policy.fiscal), ("supply", policy.supply)):
            if value != "published":
                raise ValueError(f'policy.{key} = "{value}" with policy.debt_limit, expected "published"')
        if policy.buybacks.financing == "cash":
            raise ValueError(
                'policy.buybacks.financing = "cash" with policy.debt_limit, expected "bills", "coupons" or '
                '"matched-coupons"'
            )
        return self

    @model_validator(mode="after")
    def _purchases_inside(self) -> Self:
        for place, plan in enumerate(self.policy.purchases):
            if not self.run.start < plan.since <= self.run.end:
                raise ValueError(
                    f"policy.purchases[{place}].since is {plan.since}, expected after {self.run.start}, "
                    f"up to {self.run.end}"
                )
            if plan.announced is not None and not self.run.start < plan.announced:
                raise ValueError(f"policy.purchases[{place}].announced is {plan.announced}, expected after the start")
        told = self.policy.buybacks.announced
        if told is not None and not self.run.start < told <= self.run.end:
            raise ValueError(f"policy.buybacks.announced is {told}, expected after {self.run.start}, in the run")
        return self

    @model_validator(mode="after")
    def _shocks_inside(self) -> Self:
        for place, shock in enumerate(self.shocks):
            if not self.run.start < shock.date <= self.run.end:
                raise ValueError(
                    f"shocks[{place}].date is {shock.date}, expected after {self.run.start}, up to {self.run.end}"
                )
        return self

    def canonical(self) -> str:
        """Return the values that matter as canonical JSON: sorted, without spaces, without name and comment."""
        values = self.model_dump(mode="json", exclude={"name", "about"})
        return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def digest(self) -> str:
        """Return the hash of the values: two scenarios of equal digest are the same world."""
        return sha256(self.canonical().encode()).hexdigest()
