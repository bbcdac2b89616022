"""Small worlds for teaching and tests: all securities and all data, a few institutions of each kind, few rounds a day.

A small world is about four times as fast and keeps every rule and every identity. It is no small picture of the large
one: fewer dealers and rounds move the level of spreads, of refusals and of noise, so compare only what has one size.
Foreign holders are as many as the published countries. Numbers are a choice.
"""

from typing import Any

from experiments.experiment import Experiment
from experiments.kinds import traits_by_kind
from experiments.scenario import Scenario, merged, overlaid

COUNTS = {
    "bank": 4,
    "primary_dealer": 6,
    "principal_trader": 2,
    "money_fund": 4,
    "bond_fund": 4,
    "pension": 3,
    "insurer": 3,
    "hedge_fund": 4,
    "state_local": 3,
    "household": 2,
}
ROUNDS, BURN_IN_DAYS = 4, 5


def small(scenario: Scenario, rounds: int = ROUNDS, burn_in_days: int = BURN_IN_DAYS) -> Scenario:
    """Return a scenario with few institutions and rounds and a short burn-in; all else is as it was."""
    return overlaid(scenario, tables(rounds, burn_in_days), "small", traits_by_kind())


def small_question(question: Experiment, rounds: int = ROUNDS, burn_in_days: int = BURN_IN_DAYS) -> Experiment:
    """Return an experiment whose arms are all small; what it sets itself goes before."""
    return question.model_copy(update={"set": merged(tables(rounds, burn_in_days), question.set)})


def tables(rounds: int = ROUNDS, burn_in_days: int = BURN_IN_DAYS) -> dict[str, Any]:
    """Return what a small world sets anew, as tables of a scenario file."""
    population = {kind: {"count": number} for kind, number in COUNTS.items()}
    return {"run": {"rounds": rounds, "burn_in_days": burn_in_days}, "population": population}
