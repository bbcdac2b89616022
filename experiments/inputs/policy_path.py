"""The Fed's announced policy by date: administered rates and the caps of the balance-sheet run-off.

Rates: IORB and the ON RRP rate as published daily by the New York Fed and the Board; the top of the target range is
10 bp above IORB (true from June 2021 to the end of 2024), the bottom 25 bp below the top; the standing repo
facility's minimum bid is the top. After the last published day the last rates stay. Caps: Board
statements of May 2022, May 2024 and March 2025, in millions of dollars a month.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from experiments.errors import UserError
from experiments.inputs.published import remembered, table
from market.units import day_number, to_date

RANGE_BP, TOP_ABOVE_IORB_BP = 25, 10
Step = TypeVar("Step", "AdministeredRates", "RunoffCaps")


@dataclass(frozen=True, slots=True)
class AdministeredRates:
    """Rates in basis points that hold from ``day`` on."""

    day: int
    iorb_bp: int
    on_rrp_bp: int
    target_low_bp: int
    target_high_bp: int
    standing_repo_bp: int


@dataclass(frozen=True, slots=True)
class RunoffCaps:
    """Most that may be redeemed in a month from ``day`` on, in millions of dollars."""

    day: int
    treasuries_musd: int
    mortgages_musd: int


CAPS = tuple(
    RunoffCaps(day_number(day), treasuries, mortgages)
    for day, treasuries, mortgages in (
        ("2022-06-01", 30_000, 17_500),
        ("2022-09-01", 60_000, 35_000),
        ("2024-06-01", 25_000, 35_000),
        ("2025-04-01", 5_000, 35_000),
    )
)


@remembered()
def rate_steps() -> tuple[AdministeredRates, ...]:
    """Return the administered rates at each change, in order, from the first day both are published."""
    frame = table("sofr_percentiles_iorb_onrrp_rate_daily_2019-2024").dropna(subset=["iorb", "onrrp_award_rate"])
    rates = np.rint(frame[["iorb", "onrrp_award_rate"]].to_numpy() * 100).astype(int)
    changed = np.flatnonzero(np.any(np.diff(rates, axis=0, prepend=-1) != 0, axis=1))
    return tuple(_rates(int(frame.date.iloc[i]), int(rates[i, 0]), int(rates[i, 1])) for i in changed)


def _rates(day: int, iorb_bp: int, on_rrp_bp: int) -> AdministeredRates:
    """Complete the rates of a day by the rule of this module."""
    top = iorb_bp + TOP_ABOVE_IORB_BP
    return AdministeredRates(day, iorb_bp, on_rrp_bp, top - RANGE_BP, top, top)


def rates_on(day: int) -> AdministeredRates:
    """Return the rates that hold on a day."""
    return _in_force(rate_steps(), day, "administered rates")


def caps_on(day: int) -> RunoffCaps:
    """Return the caps that hold on a day."""
    return _in_force(CAPS, day, "run-off caps")


def _in_force(steps: tuple[Step, ...], day: int, what: str) -> Step:
    """Return the last step not after a day."""
    past = [step for step in steps if step.day <= day]
    if not past:
        raise UserError(f"{what}: none on {to_date(day)}, the first are of {to_date(steps[0].day)}")
    return past[-1]
