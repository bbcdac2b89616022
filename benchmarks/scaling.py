"""How a day's cost grows with rounds, dealers and institutions: each over a factor of ten, the rest as in the baseline.

A cost is processor time of the median day, of days with operations too; an exponent is the slope of its logarithm on
that of the number, by least squares: 1 is linear. Days are fitted as the time of so many days in a row. Securities are
those of the data and cannot be multiplied.
"""

from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
from matplotlib.figure import Figure

from experiments.build import build
from experiments.population import CountedKind
from experiments.run import start_clock
from experiments.scenario import load
from market.model import TreasuryMarket

ROUNDS, DEALERS, FACTORS, DAYS = (5, 10, 20, 50), (5, 10, 24, 50), (0.2, 1.0, 3.0, 8.0), (2, 5, 10, 20)
FOUR_DAYS = 4


def market_of(rounds: int = 20, dealers: int = 24, factor: float = 1.0) -> TreasuryMarket:
    """Return a market that has lived one day of burn-in, with so many times the usual institutions."""
    world = load("baseline")
    counts = {}
    for name, kind in world.population:
        if isinstance(kind, CountedKind):
            number = dealers if name == "primary_dealer" else kind.count
            if name not in ("primary_dealer", "principal_trader"):
                number = max(round(number * factor), 1)
            counts[name] = CountedKind(count=number, traits=kind.traits)
    run = type(world.run).model_validate({**world.run.model_dump(), "rounds": rounds, "burn_in_days": 1})
    population = world.population.model_copy(update=counts)
    market = build(world.model_copy(update={"run": run, "population": population}), seed=1)
    market.step()
    start_clock(market)
    return market


def cost_of_day(market: TreasuryMarket, days: int = FOUR_DAYS) -> float:
    """Return processor seconds of the median of some days."""
    return median(seconds_of_day(market) for _ in range(days))


def seconds_of_day(market: TreasuryMarket) -> float:
    """Return processor seconds of the next day."""
    before = process_time()
    market.step()
    return process_time() - before


def curves() -> dict[str, tuple[list[float], list[float]]]:
    """Return numbers and seconds of each curve."""
    out: dict[str, tuple[list[float], list[float]]] = {}
    out["rounds"] = [float(n) for n in ROUNDS], [cost_of_day(market_of(rounds=n)) for n in ROUNDS]
    out["dealers"] = [float(n) for n in DEALERS], [cost_of_day(market_of(dealers=n)) for n in DEALERS]
    markets = [market_of(factor=factor) for factor in FACTORS]
    out["institutions"] = [float(len(m.ledger)) for m in markets], [cost_of_day(m) for m in markets]
    spent = np.cumsum([seconds_of_day(markets[FACTORS.index(1.0)]) for _ in range(max(DAYS))])
    out["days"] = [float(n) for n in DAYS], [float(spent[n - 1]) for n in DAYS]
    return out


def exponent(numbers: list[float], seconds: list[float]) -> float:
    """Return the slope of log cost on log number."""
    return float(np.polyfit(np.log(numbers), np.log(seconds), 1)[0])


def picture(found: dict[str, tuple[list[float], list[float]]], path: Path) -> None:
    """Draw the curves on logarithmic axes."""
    figure = Figure(figsize=(7.0, 4.0), layout="constrained")
    ax = figure.subplots()
    for name, (numbers, seconds) in found.items():
        ax.loglog(numbers, seconds, "o-", label=f"{name}: exponent {exponent(numbers, seconds):.2f}")
    ax.set_xlabel("number")
    ax.set_ylabel("processor seconds (a day; for days, all of them)")
    ax.legend(frameon=False)
    figure.savefig(path, dpi=150)
