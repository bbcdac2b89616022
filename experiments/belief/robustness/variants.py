"""Variants of an experiment: the same question in worlds that differ, each a sweep of its own that can be gone on with.

    DIR/                          the experiment itself, as ``offtherun experiment`` left it
    DIR/variants/KIND/NAME/       the same arms with the variant's change in every one

A variant changes every arm alike, by tables laid over the arm's scenario or by values of calibrated parameters. What is
looked at is one contrast, the first of the experiment unless another is named, so only its arms are run. A variant that
starts later asks the question in windows of the same dates (``start_dates``). Every world is made before any is run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.belief.calibration.parameters import with_values
from experiments.belief.robustness import start_dates
from experiments.errors import UserError, nearest
from experiments.experiment import Experiment, days_of
from experiments.kinds import traits_by_kind
from experiments.results.effects import Results
from experiments.results.effects import load as results
from experiments.scenario import overlaid
from experiments.sections.world import Scenario
from experiments.sweeps.sweep import Done, jobs, open_sweep, read_sweep, sweep, worlds_of

OnVariant = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Variant:
    """A change made to every arm: tables of a scenario, values of calibrated parameters, nudges of quotes."""

    kind: str  # parameters, structure, mechanism, sensitivity
    name: str
    tables: dict[str, Any] = field(default_factory=dict)
    theta: dict[str, float] = field(default_factory=dict)
    nudges: tuple[date, ...] = ()

    def of(self, world: Scenario) -> Scenario:
        """Return a world with the change; UserError where it is impossible there."""
        changed = with_values(world, self.theta) if self.theta else world
        changed = nudged(changed, self.nudges, self.name) if self.nudges else changed
        return overlaid(changed, self.tables, f"variant {self.name}", traits_by_kind()) if self.tables else changed


def nudged(world: Scenario, days: Sequence[date], name: str) -> Scenario:
    """Return a world in which, on each of these days, one quote is once a tick from where it would be."""
    known = [nudge.model_dump(mode="json") for nudge in world.nudges]
    return overlaid(world, {"nudges": [*known, *({"date": str(day)} for day in days)]}, name, traits_by_kind())


@dataclass(frozen=True)
class Asked:
    """One contrast of a finished experiment: whose effect is looked at again."""

    base: Results
    contrast: str
    weights: dict[str, float]
    worlds: dict[str, Scenario]

    @property
    def question(self) -> Experiment:
        """Return the experiment."""
        return self.base.question


def ask(folder: Path, contrast: str | None = None) -> Asked:
    """Return a contrast of the experiment in a folder, by default the first; UserError for an unknown one."""
    base = results(folder)
    known = base.question.contrasts()
    name = contrast or next(iter(known))
    if name not in known:
        raise UserError(f"no contrast {name!r}: expected one of {', '.join(known)}{nearest(name, known)}")
    everywhere = worlds_of(read_sweep(folder))
    return Asked(base, name, known[name], {arm: everywhere[arm] for arm in known[name]})


def folder_of(asked: Asked, variant: Variant) -> Path:
    """Return where the runs of a variant go."""
    return asked.base.folder / "variants" / variant.kind / variant.name


def run(
    asked: Asked,
    variants: Sequence[Variant],
    seeds: Callable[[int], Sequence[int]],
    workers: int = 1,
    on_variant: OnVariant = lambda name, done, of: None,
) -> list[Done]:
    """Make the runs of variants that are missing; ``seeds`` gives those of the variant of a number. Return the failed.

    UserError, before anything is run, for a variant that is no world or has not the days that the question needs.
    """
    asks = [_made(asked, variant) for variant in variants]
    failed = []
    for number, (variant, (question, worlds, days)) in enumerate(zip(variants, asks, strict=True)):
        folder = folder_of(asked, variant)
        open_sweep(question, worlds, days, folder)
        failed += [done for done in sweep(jobs(worlds, seeds(number), days, folder), workers) if done.error]
        on_variant(variant.name, number + 1, len(variants))
    return failed


def _made(asked: Asked, variant: Variant) -> tuple[Experiment, dict[str, Scenario], int]:
    """Return the question, the worlds and the days of a variant."""
    worlds = {arm: variant.of(world) for arm, world in asked.worlds.items()}
    question, days = start_dates.moved(asked.question, asked.base.days, asked.worlds, worlds)
    most = days_of(worlds, None)
    if most < days:
        raise UserError(f"variant {variant.name}: it has {most} business days, expected the {days} of the experiment")
    return question, worlds, days


def effects_by_seed(asked: Asked, outcome: str, folder: Path | None = None) -> "pd.Series[float]":
    """Return the effect of the contrast on an outcome by seed, of the base or of a variant's folder."""
    found = asked.base if folder is None else results(folder)
    by_arm = found.by_seed(outcome, list(asked.weights))
    return pd.Series(sum(weight * by_arm[arm] for arm, weight in asked.weights.items()), dtype=float)
