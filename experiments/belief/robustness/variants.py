"""Variants of an experiment: the same question in worlds that differ, each a sweep of its own that can be gone on with.

    DIR/                          the experiment itself, as ``offtherun experiment`` left it
    DIR/variants/KIND/NAME/       the same arms with the variant's change in every one

A variant changes every arm alike, by tables laid over the arm's scenario or by values of calibrated parameters. What is
looked at is one contrast, the first of the experiment unless another is named, so only its arms are run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.belief.calibration.parameters import with_values
from experiments.errors import UserError, nearest
from experiments.experiment import Experiment, days_of
from experiments.kinds import traits_by_kind
from experiments.results.effects import Results
from experiments.results.effects import load as results
from experiments.results.inference import Floats
from experiments.scenario import overlaid
from experiments.sections.world import Scenario
from experiments.sweeps.sweep import jobs, open_sweep, read_sweep, sweep, worlds_of

OnVariant = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Variant:
    """A change made to every arm: tables of a scenario, values of calibrated parameters, or both."""

    kind: str  # parameters, structure, mechanism, sensitivity
    name: str
    tables: dict[str, Any] = field(default_factory=dict)
    theta: dict[str, float] = field(default_factory=dict)

    def of(self, world: Scenario) -> Scenario:
        """Return a world with the change; UserError where it is impossible there."""
        changed = with_values(world, self.theta) if self.theta else world
        return overlaid(changed, self.tables, f"variant {self.name}", traits_by_kind()) if self.tables else changed


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
) -> None:
    """Make the runs of variants that are missing; ``seeds`` gives those of the variant of a number."""
    for number, variant in enumerate(variants):
        worlds = {arm: variant.of(world) for arm, world in asked.worlds.items()}
        days = min(asked.base.days, days_of(worlds, None))
        folder = folder_of(asked, variant)
        open_sweep(asked.question, worlds, days, folder)
        sweep(jobs(worlds, seeds(number), days, folder), workers)
        on_variant(variant.name, number + 1, len(variants))


def effects_by_seed(asked: Asked, outcome: str, folder: Path | None = None) -> Floats:
    """Return the effect of the contrast on an outcome seed by seed (n,), of the base or of a variant's folder."""
    found = asked.base if folder is None else results(folder)
    return difference(found.values(outcome, list(asked.weights)), asked.weights)


def difference(by_arm: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return the weighted sum over arms, seed by seed."""
    return np.asarray(np.sum([weight * by_arm[arm] for arm, weight in weights.items()], axis=0), np.float64)
