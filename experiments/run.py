"""One run: a scenario and a seed become a folder of tables, or a market to look at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from experiments.build import build
from experiments.progress import Day
from experiments.sections.world import Scenario
from experiments.store import new_folder, write_manifest
from market.model import TreasuryMarket
from market.tables.measures import yield_10y_bp
from market.tables.record import Record
from market.tables.recording import write_opening
from market.units import to_date

OnDay = Callable[[Day], None]


@dataclass(frozen=True)
class RunResult:
    """A finished run: the market as it stands, and the folder of its tables if one was asked for."""

    market: TreasuryMarket
    folder: Path | None
    wall_seconds: float


def run(
    scenario: Scenario, seed: int = 1, days: int | None = None, out: Path | None = None, on_day: OnDay | None = None
) -> RunResult:
    """Simulate a scenario; ``days`` business days after the burn-in, by default to the scenario's end.

    With ``out`` the tables go to a run folder of that name, whole or not at all; else they stay in the market's record.
    Raises UserError for what the user can mend.
    """
    started = perf_counter()
    if out is None:
        market = simulate(scenario, seed, days, Record(keep=scenario.run.keep), on_day)
        return RunResult(market, None, perf_counter() - started)
    with new_folder(out) as folder:
        with Record(folder, keep=scenario.run.keep) as record:
            market = simulate(scenario, seed, days, record, on_day)
        wall = perf_counter() - started
        write_manifest(folder, scenario, seed, market.day, market.checks, wall)
    return RunResult(market, out, wall)


def simulate(
    scenario: Scenario, seed: int, days: int | None, record: Record, on_day: OnDay | None = None
) -> TreasuryMarket:
    """Build a market, and live through its burn-in and its days."""
    return live(build(scenario, seed, record), days, on_day)


def live(market: TreasuryMarket, days: int | None = None, on_day: OnDay | None = None) -> TreasuryMarket:
    """Live through what is left of the burn-in, start the clock, and live ``days`` days, by default to the last."""
    left, ahead = max(-market.day, 0), len(market.premises.dates) - max(market.day, 0)
    of = left + (ahead if days is None else days)
    for number in range(1, of + 1):
        if market.day == 0:
            start_clock(market)
        market.step()
        if on_day is not None:
            on_day(Day(number, of, to_date(market.date), yield_10y_bp(market), number <= left))
    return market


def start_clock(market: TreasuryMarket) -> None:
    """End the burn-in: what institutions take for usual is the published prices of the first day; write the opening."""
    market.anchor()
    market.checks = 0
    market._gather()  # without a burn-in nobody was counted yet
    write_opening(market)
