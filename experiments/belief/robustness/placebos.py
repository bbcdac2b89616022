"""Placebos of an experiment: treatments that must do nothing, made of the treatment itself.

    zero            the treated arm at size zero has the tables of the control, byte for byte
    permute-cusips  operations buy from half of the bucket's securities, drawn by the seed; judged on the truly listed
                    that the lot left out
    shift-dates     operations are held twelve business days later, on no true day of their own bucket; judged in the
                    windows of the true dates, but those on which the placebo holds another bucket's
    trivial         the control with one quote moved by one tick once: how large a difference chaos alone makes; a bid
                    that nobody would have hit makes none, so that the seeds in which it ``moved`` anything are counted

Published lists of 2024 hold most of their bucket (all of it in every other operation), so that other securities than
the listed ones are few: the lot draws from both. What is judged there is the change of yields of listed securities from
the close before an operation to that of its day, treated less control, mean over operations (``experiments.
event_windows``), for the true arm and for the placebo. An effect of the true arm that the placebo has too is no effect
of what was bought, or spills over from one half of a list to the other: the placebo cannot tell these apart.

Runs go to ``DIR/variants/placebo/KIND``, seeds are those of the experiment.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from experiments.belief.robustness.variants import Asked, nudged
from experiments.belief.robustness.zero_size import at_zero
from experiments.errors import UserError, nearest
from experiments.experiment import Outcome
from experiments.kinds import traits_by_kind
from experiments.results import inference
from experiments.results.event_windows import OTHERS
from experiments.results.outcomes import Stored, of_run
from experiments.scenario import overlaid
from experiments.sections.world import Scenario
from experiments.store import digest, read
from experiments.sweeps.sweep import jobs, open_sweep, sweep
from market.calendar import next_business_day
from market.units import day_number, to_date

KINDS = ZERO, PERMUTED, SHIFTED, TRIVIAL = "zero", "permute-cusips", "shift-dates", "trivial"
SHIFT_DAYS = 12  # fewest true days hit (4 of 41), none by its own bucket, on another weekday
FEWEST_EXPERIMENTS = 20  # below it a share that covers zero says nothing
OPERATIONS: dict[str, dict[str, Any]] = {
    PERMUTED: {"policy": {"buybacks": {"lists": "half-drawn"}}},
    SHIFTED: {"policy": {"buybacks": {"shift_days": SHIFT_DAYS}}},
}


def known(kind: str) -> str:
    """Return a kind of placebo, or refuse it."""
    if kind not in KINDS:
        raise UserError(f"no placebo {kind!r}: expected one of {', '.join(KINDS)}{nearest(kind, KINDS)}")
    return kind


def arms(asked: Asked) -> tuple[str, str]:
    """Return the treated arm of a contrast and its control; UserError for a contrast of factors."""
    signs = {weight: arm for arm, weight in asked.weights.items()}
    if len(asked.weights) != 2 or set(signs) != {1.0, -1.0}:
        raise UserError(f"placebo of {asked.contrast}: expected the contrast of an arm with a control")
    return signs[1.0], signs[-1.0]


def world(asked: Asked, kind: str) -> Scenario:
    """Return the world of a placebo; UserError where the treatment has none of its kind."""
    treated, control = arms(asked)
    if kind == ZERO:
        return at_zero(asked.worlds[treated], asked.worlds[control], treated)
    if kind == TRIVIAL:
        base = asked.worlds[control]
        return nudged(base, [to_date(next_business_day(day_number(base.run.start)))], "placebo trivial")
    mode = asked.worlds[treated].policy.buybacks.mode
    if mode in ("off", "standing") or asked.worlds[treated].policy.buybacks.schedule != "published":
        raise UserError(f"placebo {kind} of arm {treated}: it holds no published operations, expected an arm that does")
    return overlaid(asked.worlds[treated], OPERATIONS[kind], f"placebo {kind}", traits_by_kind())


def folder_of(asked: Asked, kind: str) -> Path:
    """Return where the runs of a placebo go."""
    return asked.base.folder / "variants" / "placebo" / kind


def run(asked: Asked, kind: str, workers: int = 1) -> None:
    """Make the runs of a placebo that are missing, with the seeds of the experiment."""
    worlds = {kind: world(asked, kind)}
    folder, days = folder_of(asked, kind), asked.base.days
    open_sweep(asked.question, worlds, days, folder)
    wanted = jobs(worlds, seeds(asked), days, folder)
    failed = [done for done in sweep(wanted, workers) if done.error]
    if failed:
        raise UserError(f"placebo {kind}: {failed[0].error}, see {failed[0].job.failure}")


def seeds(asked: Asked) -> list[int]:
    """Return the seeds that both arms of the contrast have run."""
    by_arm = [{seed for arm, seed, _ in asked.base.runs if arm == one} for one in arms(asked)]
    return sorted(set.intersection(*by_arm))


def file_of(folder: Path, kind: str) -> Path:
    """Return where the table of a placebo is written in the folder of an experiment."""
    return folder / f"placebo-{kind}.csv"


def table(asked: Asked, kind: str) -> pd.DataFrame:
    """Return what a placebo showed, its runs being there."""
    if kind == ZERO:
        return _identical(asked)
    return pd.DataFrame(_floor(asked) if kind == TRIVIAL else _listed(asked, kind))


def _run_of(asked: Asked, arm: str, seed: int) -> Path:
    """Return the folder of a run of the experiment, or of a placebo by the name of its kind."""
    base = folder_of(asked, arm) if arm in KINDS and arm not in asked.worlds else asked.base.folder
    return base / "runs" / f"{arm}-seed{seed}"


def _identical(asked: Asked) -> pd.DataFrame:
    """Return by seed whether the treated arm at size zero has the bytes of the control."""
    control = arms(asked)[1]
    rows = [
        {
            "effect": asked.contrast,
            "seed": seed,
            "identical": digest(_run_of(asked, ZERO, seed)) == digest(_run_of(asked, control, seed)),
        }
        for seed in seeds(asked)
    ]
    return pd.DataFrame(rows)


def _floor(asked: Asked) -> Iterable[dict[str, Any]]:
    """Yield by outcome what a nudge of one tick does to the control: mean with interval, spread over seeds."""
    control = arms(asked)[1]
    moved = sum(digest(_run_of(asked, TRIVIAL, n)) != digest(_run_of(asked, control, n)) for n in seeds(asked))
    for outcome, differences in _apart(asked).items():
        head = {"effect": f"nudged less {control}", "outcome": outcome.name, "unit": outcome.unit}
        yield head | _interval(differences) | {"moved": moved}


def _apart(asked: Asked) -> dict[Outcome, inference.Floats]:
    """Return by outcome the difference that a nudge makes, seed by seed."""
    control, nudged = arms(asked)[1], _outcomes(asked, TRIVIAL)
    of_control = asked.base.outcomes[asked.base.outcomes["arm"] == control]
    base = of_control.pivot(index="seed", columns="outcome", values="value")
    apart = (nudged - base.reindex(index=nudged.index, columns=nudged.columns)).dropna(how="all")
    return {one: apart[one.name].dropna().to_numpy(np.float64) for one in asked.question.outcomes}


def covered(asked: Asked, group: int) -> list[str]:
    """Return by outcome in how many experiments of so many seeds the interval of the A/A difference covers zero."""
    found = {outcome.name: coverage(differences, group) for outcome, differences in _apart(asked).items()}
    return [f"{name}: {_said(inside, number, group)}" for name, (inside, number) in found.items()]


def _said(inside: int, number: int, group: int) -> str:
    """Say what share covers zero, with its exact binomial interval; nothing of few experiments."""
    if number < FEWEST_EXPERIMENTS:
        need = group * FEWEST_EXPERIMENTS
        return f"{number} experiments of {group} seeds say nothing of coverage, {need} seeds or more would"
    low, high = stats.binomtest(inside, number).proportion_ci(method="exact")
    return (
        f"the interval covers zero in {inside / number:.1%} of {number} experiments of {group} seeds "
        f"(exact 95 % interval {low:.1%} to {high:.1%})"
    )


def _outcomes(asked: Asked, kind: str) -> pd.DataFrame:
    """Return the outcomes of a placebo's runs: a row for each seed, a column for each outcome."""
    found = {}
    for seed in seeds(asked):
        found[seed] = of_run(Stored(_run_of(asked, kind, seed)), asked.question)
    return pd.DataFrame.from_dict(found, orient="index")


def _interval(differences: inference.Floats) -> dict[str, Any]:
    """Return mean, t interval and standard deviation over seeds."""
    half, mean = inference.t_half_width(differences), float(np.mean(differences)) if len(differences) else np.nan
    spread = float(np.std(differences, ddof=1)) if len(differences) > 1 else np.nan
    return {"seeds": len(differences), "mean": mean, "low": mean - half, "high": mean + half, "sd": spread}


def _listed(asked: Asked, kind: str) -> Iterable[dict[str, Any]]:
    """Yield the move of the truly listed around the true operations, of the true arm and of the placebo."""
    treated, control = arms(asked)
    for arm in (treated, kind):
        moves, judged, dropped = [], [], []
        for seed in seeds(asked):
            own, plain = (read(_run_of(asked, one, seed), "operations") for one in (arm, control))
            by_operation = moves_of_listed(own, plain, kind)
            moves.append(float(by_operation.mean()))
            judged.append(len(by_operation))
            dropped.append(len(moves_of_listed(own, plain, "")) - len(by_operation))
        known_moves = np.array([move for move in moves if np.isfinite(move)])
        yield (
            {"arm": arm, "outcome": "yield of the truly listed, close before to close", "unit": "bp"}
            | _interval(known_moves)
            | {"operations": max(judged, default=0), "dropped": max(dropped, default=0)}
        )


def moves_of_listed(arm: pd.DataFrame, control: pd.DataFrame, kind: str) -> "pd.Series[float]":
    """Return by operation what listed yields move on the day, an arm less the control, in bp.

    With permuted lists only the half that the lot leaves out is looked at, in either arm; with shifted dates, in either
    arm, only true days on which the placebo holds nothing.
    """
    keys = ["date", "bucket", "part"]
    moves = [(frame.set_index(keys)["on_bp"] - frame.set_index(keys)["before_bp"]) for frame in (arm, control)]
    apart = (moves[0] - moves[1]).dropna()
    if kind == PERMUTED:
        apart = apart[apart.index.get_level_values("part") == OTHERS]
    if kind == SHIFTED:
        days = apart.index.get_level_values("date")
        apart = apart[~days.isin(shifted_days(apart))]
    return apart.groupby(level=["date", "bucket"]).mean()


def shifted_days(operations: pd.DataFrame | pd.Series) -> list[Any]:
    """Return the days on which operations, by true date in the index, are held by the placebo."""
    true = pd.DatetimeIndex(operations.index.get_level_values("date").unique())
    return [pd.Timestamp(to_date(int(next_business_day(day_number(day.date()), SHIFT_DAYS)))) for day in true]


def coverage(differences: Sequence[float] | inference.Floats, group: int) -> tuple[int, int]:
    """Return in how many of how many experiments of so many seeds each the t interval of an A/A difference covers zero.

    Seeds are used once. Where all differences of an experiment are zero its interval is the point zero, which covers.
    """
    whole = len(differences) // group
    parts = np.array(differences[: whole * group], np.float64).reshape(whole, group)
    inside = [abs(part.mean()) <= inference.t_half_width(part) for part in parts]
    return int(np.sum(inside)), whole
