"""The section of a scenario for buyers: money abroad, by date, and whether investors sell for fear of others' sales."""

import math
from dataclasses import dataclass
from typing import Any, Self

from pydantic import model_validator

from agents.buyers.hedged_pickup import BASIS, FOREIGN_RATE
from experiments.sections.section import BusinessDay, Section, declared, required
from market.units import day_number


class ForeignMoney(Section):
    """Short rates abroad and the cost of a hedge beyond them, from a day on."""

    since: BusinessDay = required("date", "first day")
    rate_bp: float = required("bp", "short rate abroad", ge=-500, le=2500)
    basis_bp: float = required("bp", "cost of a forward beyond interest parity", ge=-500, le=500)


class Buyers(Section):
    """What moves end investors from outside the market and from each other."""

    foreign_rate_bp: float = declared(
        300.0,
        "bp",
        "a guess between the policy rates of 28 May 2024: European Central Bank 4.00 %, Bank of Japan 0 to 0.1 %, "
        "Bank of England 5.25 %",
        "short rate abroad at the start; only what it changes matters",
        ge=-500,
        le=2500,
    )
    fx_basis_bp: float = declared(
        20.0,
        "bp",
        "a guess in the range of Du, Tepper and Verdelhan (2018)",
        "cost of a forward beyond interest parity at the start; only what it changes matters",
        ge=-500,
        le=500,
    )
    foreign: tuple[ForeignMoney, ...] = declared(
        (), "bp", "flat by default: the cuts abroad of 2024 are left out", "what replaces both from a day on"
    )
    fear: float = declared(
        0.0,
        "share per bp",
        "off; Bernardo and Welch (2004), Morris and Shin (2004)",
        "of what bond funds and foreign private holders hold, sold at once for each bp that a maturity's yields rose "
        "in a day beyond news and a usual day",
        ge=0,
        le=0.1,
    )

    foresight: float = declared(
        1.0,
        "share",
        "a modelling choice: all of it",
        "part of an announced change of supply that holders price when it is announced, not when it comes",
        ge=0,
        le=1,
    )
    index_share: float = declared(
        0.0,
        "share",
        "off; Hartley and Schwarz (2019), from memory, low confidence; the size is a guess",
        "of what bond funds, insurers and pension funds want of new issues, bought only when it enters the index: in "
        "the last rounds of the month",
        ge=0,
        le=1,
    )

    issue_flows: float = declared(
        0.0215,
        "share a day",
        "set to the change of the pattern of yields of 1 to 10 years from 28 February to 28 May 2024, 1.01 bp",
        "s.d. of what an institution's accustomed share of a note, or of a bond of up to ten years, changes by in a "
        "day, relative to that of the start: flows by CUSIP that last; 0: none, and the pattern of the start stays",
        ge=0,
        le=0.2,
    )
    issue_flow_days: float = declared(
        65.0,
        "business days",
        "set near what was left of the same pattern between the same days: rank correlation 0.42",
        "how long flows by CUSIP last, and what is left of the pattern of the start",
        ge=1,
        le=1e6,
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [step.since for step in self.foreign]
        if days != sorted(set(days)):
            raise ValueError(f"foreign starts on {', '.join(map(str, days))}, expected each later than the one before")
        return self

    def set_habits(self, agent: Any) -> None:
        """Put what the scenario says in the place of traits, in those who may run and those who follow an index."""
        if self.fear > 0 and getattr(agent, "runs", False):
            agent.fear = self.fear
        if self.index_share > 0 and agent.declares("index_share"):
            agent.index_share = self.index_share
        if agent.declares("taste_wander"):
            agent.taste_wander, agent.taste_days = self.issue_flows, self.issue_flow_days

    @property
    def pattern_days(self) -> float:
        """Return how long the pattern of the start lasts: as long as tastes do, for good where there are none."""
        return self.issue_flow_days if self.issue_flows > 0 else math.inf


@dataclass(frozen=True)
class MoneyAbroad:
    """What the market calls each morning: it makes the day's figures public."""

    steps: tuple[tuple[int, float, float], ...]  # day, rate, basis, in order

    def __call__(self, market: Any) -> None:
        """Say what rates abroad and the basis are today."""
        day = self.steps[0][0] if market.burning_in else market.date
        _, rate, basis = [step for step in self.steps if step[0] <= day][-1]
        market.extras[FOREIGN_RATE], market.extras[BASIS] = rate, basis


def money_abroad(buyers: Buyers) -> MoneyAbroad:
    """Return the path of foreign rates and of the basis, from before any day on."""
    later = ((day_number(step.since), step.rate_bp, step.basis_bp) for step in buyers.foreign)
    return MoneyAbroad(((-(10**9), buyers.foreign_rate_bp, buyers.fx_basis_bp), *later))
