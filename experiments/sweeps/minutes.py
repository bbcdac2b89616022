"""How long a sweep takes: minutes of one core, from measured seconds a day, a burn-in shared by arms counted once.

Measured with ``offtherun run baseline`` (229 days, burn-in included, in 35 s of processor time on one core of a virtual
AMD EPYC at 2.6 GHz, tables written) and with single runs of a sweep. Worlds with futures or more institutions cost
more, those with fewer rounds less: a rough guide, which the progress of a running sweep replaces by its own rate.
"""

from pathlib import Path

from experiments.experiment import BUNDLED, Experiment, days_of
from experiments.sweeps.branching import burn_in_key

SECONDS_A_DAY, SECONDS_A_RUN = 0.15, 0.5  # of processor time: a day of the market, and beginning and writing a run


def minutes(question: Experiment, seeds: int | None = None, days: int | None = None, beside: Path = BUNDLED) -> float:
    """Return the minutes of one core of an experiment, with its own seeds and days unless others are given."""
    worlds = question.worlds(beside)
    length = days_of(worlds, days if days is not None else question.days)
    burn_ins = {burn_in_key(world): world.run.burn_in_days for world in worlds.values()}
    lived = sum(burn_ins.values()) + length * len(worlds)
    return (seeds or question.seeds) * (SECONDS_A_DAY * lived + SECONDS_A_RUN * len(worlds)) / 60
