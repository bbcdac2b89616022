"""What was registered in numbers beside what was found, from the whole interval inside it to none of it.

``experiments/registered_ranges.toml`` holds the numbers of ``expectations.toml`` outcome by outcome. An effect is *as
registered* if its interval of Student's t lies in the range, *mean inside* if only its mean does, *mean outside* if the
interval still reaches in, so that more seeds would tell, and *otherwise* if no point of the interval lies in the range;
what was to be higher or lower and did not move in any seed is *otherwise* too.
Ranges are of the whole horizon: a sweep of fewer days than its design has is not held against them. Expectations are
never asserted: this is how they are reported.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from experiments.experiment import EXPECTATIONS, Experiment, days_of
from experiments.results.effects import Results

RANGES = EXPECTATIONS.with_name("registered_ranges.toml")
INSIDE, NEAR, OPEN, OUTSIDE, UNKNOWN = "as registered", "mean inside", "mean outside", "**otherwise**", "no value"
SHORTER = "run cut short"


@dataclass(frozen=True, slots=True)
class Range:
    """A registered range of an effect, in the unit of the outcome, or in shares of the control's value."""

    effect: str
    outcome: str
    words: str
    low: float = -inf
    high: float = inf
    relative: bool = False


def ranges(question: Experiment) -> dict[tuple[str, str], Range]:
    """Return the ranges of an experiment by effect and outcome; none if it registers no numbers."""
    found = [Range(**entry) for entry in tomllib.loads(RANGES.read_text("utf-8")).get(question.expectation or "", [])]
    return {(one.effect, one.outcome): one for one in found}


def judged(found: Results) -> dict[tuple[str, str], tuple[Range, str]]:
    """Return the registered ranges of an experiment by effect and outcome, and how what was found stands to each."""
    given = ranges(found.question)
    if given and found.days < days_of(found.question.worlds(), found.question.days):
        return {key: (one, SHORTER) for key, one in given.items()}
    rows = {(row["effect"], row["outcome"]): row for row in found.effects.to_dict("records")}
    return {key: (one, judge(one, rows[key], _base(found, one))) for key, one in given.items()}


def judge(one: Range, row: Mapping[Any, Any], base: float) -> str:
    """Say how an effect stands to a range; ``base`` is what a share is of."""
    mean, low, high = (row[name] / base for name in ("mean", "t_low", "t_high"))
    if isnan(mean):
        return UNKNOWN
    if mean == low == high == 0.0 and (one.low, one.high) in ((0.0, inf), (-inf, 0.0)):
        return OUTSIDE  # registered as higher or lower, and nothing moved
    if one.low <= low and high <= one.high:
        return INSIDE
    if high < one.low or low > one.high:
        return OUTSIDE
    return NEAR if one.low <= mean <= one.high else OPEN


def _base(found: Results, one: Range) -> float:
    """Return the mean of the outcome in the control, or 1 where the range is no share."""
    if not one.relative:
        return 1.0
    rows = found.outcomes
    mine = rows[(rows["arm"] == found.question.control) & (rows["outcome"] == one.outcome)]
    return abs(float(mine["value"].mean())) or float("nan")
