"""An experiment: a question as a frozen, typed record from a TOML file.

Arms are scenarios with some values set anew; every arm is run with the same seeds, and with the same draws wherever the
same thing happens (``market.draws.streams``), so that what differs between arms is the policy. Either one arm is the
``control`` that the others are held against, or ``factors`` span all combinations of their levels, the first level of
each being the plain one, and effects are those of the factors and of their pairs. Days are business days of the run,
counted from 1 after the burn-in. A file can only hold values. What is expected of an experiment is registered in
``expectations.toml`` before it is run; nothing here or in a test asserts an effect.
"""

import json
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from itertools import combinations, product
from os.path import isdir, isfile
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from experiments import scenario as scenarios
from experiments.errors import UserError, nearest
from experiments.kinds import traits_by_kind
from experiments.path_names import PlainName, alike
from experiments.records import record_at
from experiments.sections.section import Section, declared
from experiments.sections.world import Scenario
from experiments.toml_lines import place_of
from experiments.toml_tables import tables_of
from experiments.windows import TO_THE_END, beyond, least_days
from market.auctions.buyback import BUCKETS
from market.calendar import business_days
from market.tables.record_columns import COLUMNS
from market.units import day_number

BUNDLED = Path(str(files("experiments") / "designs"))
EXPECTATIONS = Path(str(files("experiments") / "expectations.toml"))
DAILY_COLUMNS = {
    **{name: unit for name, (unit, _) in COLUMNS["daily"].items() if name != "date"},
    "interest_musd": "musd",  # that accrues on marketable debt in a calendar day (experiments.results.costs)
}
GROUP_COLUMNS = ("yield_bp", "roughness_bp", "spread_bp", "paid_bp", "turnover_musd", "unquoted_share")
AUCTION_COLUMNS = {
    "tail_bp": "bp",
    "bid_to_cover": "ratio",
    **{f"{who}_share": "share" for who in ("dealer", "direct", "indirect", "sold")},
}
AUCTIONED = ("bill", "note", "bond", "tips", "frn")
MOST_ARMS = 32
MARKUP = r"\{}$|~^"  # what LaTeX, Markdown or a title of a figure would read as something else
KEY = "[key]"  # how pydantic ends the place of a fault of a key itself
FITTED_MONTHS = 120  # from there on no residual is recorded (market.curve)
Tables = dict[str, Any]


class ExperimentError(UserError):
    """An experiment that is unknown, damaged or impossible."""


class Group(Section):
    """The nominal coupon securities of a bucket of maturity, on or off the run, on lists of buybacks or beside them."""

    bucket: str | None = declared(None, "name", "market.auctions.buyback", "bucket of maturity, all if left out")
    issues: Literal["all", "on-the-run", "off-the-run", "listed", "not-listed"] = declared(
        "all", "mode", "", "which issues of it: experiments.results.listed_groups for those of lists"
    )

    @model_validator(mode="after")
    def _known(self) -> Self:
        choices = [name for name, (kinds, *_) in BUCKETS.items() if kinds is BUCKETS["2Y to 3Y"][0]]
        if self.bucket is not None and self.bucket not in choices:
            raise ValueError(
                f"bucket is {self.bucket!r}, expected one of {', '.join(choices)}{nearest(self.bucket, choices)}"
            )
        return self


class Auctions(Section):
    """Auctions of some kinds of securities, of one original term or of all."""

    kinds: tuple[Literal["bill", "note", "bond", "tips", "frn"], ...] = declared(
        AUCTIONED, "kinds", "", "kinds of securities sold", min_length=1
    )
    term_months: int | None = declared(None, "months", "", "original term of what is sold, all if left out", ge=1)


class Outcome(Section):
    """What is looked at: a daily series, the window, the number made of it, the smallest effect that matters."""

    name: str = Field(description="name of the outcome", min_length=1, max_length=60)
    column: str = Field(description="column of the daily table, of groups if a group is given, of auctions if they are")
    statistic: Literal["mean", "last", "peak", "area", "half-life"] = declared(
        "mean", "mode", "", "number made of the window: experiments.results.outcomes"
    )
    from_day: int = declared(1, "business day", "", "first day of the window", ge=1, le=TO_THE_END)
    to_day: int = declared(
        TO_THE_END, "business day", "", f"last day of the window; {TO_THE_END}: the end of the run", ge=1, le=TO_THE_END
    )
    smallest: float = Field(description="smallest effect of interest, in the unit of the outcome", gt=0, le=1e9)
    group: Group | None = declared(None, "group", "", "securities looked at, all of the market if left out")
    less: Group | None = declared(None, "group", "", "securities whose value is taken off: differences in differences")
    auctions: Auctions | None = declared(None, "auctions", "", "auctions looked at, on the days that have any")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        plain = "".join(letter for letter in self.name if letter.isprintable() and letter not in MARKUP)
        if plain != self.name:
            raise ValueError(
                f"name is {self.name!r}, expected one line without any of {MARKUP}; the nearest is {plain!r}"
            )
        if self.to_day < self.from_day:
            raise ValueError(f"to_day is {self.to_day}, expected {self.from_day} or later")
        if self.less is not None and self.group is None:
            raise ValueError("less without a group, expected group as well")
        if self.auctions is not None and self.group is not None:
            raise ValueError("auctions with a group, expected one of them")
        known = GROUP_COLUMNS if self.group else tuple(AUCTION_COLUMNS if self.auctions else DAILY_COLUMNS)
        if self.column not in known:
            raise ValueError(
                f"column is {self.column!r}, expected one of {', '.join(known)}{nearest(self.column, known)}"
            )
        for group in (self.group, self.less):
            bucket = group.bucket if group and self.column == "roughness_bp" else None
            if bucket and BUCKETS[bucket][1] >= FITTED_MONTHS:
                raise ValueError(
                    f"roughness_bp of {bucket}: the curve is fitted to 10 years, expected a shorter bucket"
                )
        return self

    @property
    def unit_of_a_day(self) -> str:
        """Return the unit of the column."""
        if self.group:
            return self.column.rsplit("_", 1)[-1]
        return (AUCTION_COLUMNS if self.auctions else DAILY_COLUMNS)[self.column]

    @property
    def unit(self) -> str:
        """Return the unit of the outcome."""
        unit = self.unit_of_a_day
        return {"area": f"{unit} days", "half-life": "days"}.get(self.statistic, unit)


class Arm(Section):
    """One world: a scenario, and the values in which it differs from it."""

    about: str = declared("", "text", "", "one sentence on the arm")
    scenario: str | None = declared(None, "name", "", "bundled scenario or path; that of the experiment if left out")
    set: Tables = declared({}, "tables", "", "sections of the scenario with what is set anew")


class Experiment(Section):
    """A question, the arms that answer it, and the outcomes to look at."""

    name: str = declared("unnamed", "name", "", "name of the experiment: that of its file")
    question: str = Field(description="what is asked", min_length=1)
    mechanism: str = Field(description="why there may be an effect, and what the model leaves out of it", min_length=1)
    expectation: str | None = declared(None, "key", "", "entry of expectations.toml, for a bundled experiment")
    source: str = Field(description="where the question and the sizes come from", min_length=1)
    scenario: str = declared("baseline", "name", "", "scenario of the arms that name none")
    set: Tables = declared({}, "tables", "", "what is set anew in every arm")
    control: str | None = declared(None, "name", "", "arm that the others are held against")
    arms: dict[PlainName, Arm] = declared({}, "arms", "", "arms by name")
    factors: dict[PlainName, dict[PlainName, Tables]] = declared(
        {}, "tables", "", "levels by factor, the plain one first"
    )
    outcomes: tuple[Outcome, ...] = Field(
        description="what is looked at, the first being the primary one", min_length=1
    )
    liquidity: tuple[int, int] | None = declared(
        None,
        "business days",
        "",
        "first and last day of the table of who asked for liquidity and who met it, by sector",
    )
    seeds: int = declared(4, "seeds", "", "seeds by default", ge=2, le=10_000)
    days: int | None = declared(
        None, "business days", "", "days after the burn-in, to the end if left out", ge=1, le=600
    )

    @model_validator(mode="after")
    def _arms_or_factors(self) -> Self:
        if bool(self.arms) == bool(self.factors):
            raise ValueError("expected either arms, with a control, or factors")
        if self.factors:
            self._refuse_factors()
        elif len(self.arms) < 2:
            raise ValueError(f"one arm, {next(iter(self.arms))}, expected a control and at least one other")
        elif self.control not in self.arms:
            raise ValueError(
                f"control is {self.control!r}, expected one of {', '.join(self.arms)}{nearest(self.control, self.arms)}"
            )
        twins = alike(self.all_arms())
        if twins:
            raise ValueError(
                f"arms {twins[0]!r} and {twins[1]!r} differ by case alone, expected names that differ more"
            )
        if self.liquidity is not None and not 1 <= self.liquidity[0] <= self.liquidity[1]:
            raise ValueError(
                f"liquidity is {list(self.liquidity)}, expected a first day from 1 on and a last not before it"
            )
        names = [outcome.name for outcome in self.outcomes]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"outcome {twice!r} is there twice, expected names that differ")
        return self

    def _refuse_factors(self) -> None:
        if self.control is not None:
            raise ValueError("control with factors, expected none: the first level of each factor is the plain one")
        for name, levels in self.factors.items():
            if len(levels) != 2:
                raise ValueError(f"factor {name!r} has {len(levels)} levels, expected two, the plain one first")
        if 2 ** len(self.factors) > MOST_ARMS:
            raise ValueError(
                f"{len(self.factors)} factors are 2**{len(self.factors)} arms, expected at most {MOST_ARMS}"
            )

    def worlds(self, beside: Path = BUNDLED, text: str = "") -> dict[str, Scenario]:
        """Return the scenario of each arm; paths of scenarios are relative to ``beside``, lines those of ``text``."""
        return {name: _world(arm, self, name, beside, text) for name, arm in self.all_arms().items()}

    def all_arms(self) -> dict[str, Arm]:
        """Return the arms, those that the factors span included, "level+level" by name."""
        if self.arms:
            return self.arms
        spanned = {}
        for levels in product(*self.factors.values()):
            tables: Tables = {}
            for factor, level in zip(self.factors, levels, strict=True):
                tables = scenarios.merged(tables, self.factors[factor][level])
            spanned["+".join(levels)] = Arm(set=tables)
        return spanned

    def contrasts(self) -> dict[str, dict[str, float]]:
        """Return each effect as weights over arms: arm less control, or the factors' effects and interactions."""
        if self.arms:
            others = [name for name in self.arms if name != self.control]
            return {f"{name} less {self.control}": {name: 1.0, str(self.control): -1.0} for name in others}
        single = [(factor,) for factor in self.factors]
        return {" x ".join(which): self._weights(which) for which in (*single, *combinations(self.factors, 2))}

    def _weights(self, which: tuple[str, ...]) -> dict[str, float]:
        """Weigh the arms for the effect of a factor, or what a pair does more than the sum of its parts."""
        averaged_over = 2 ** (len(self.factors) - len(which))
        weights = {}
        for levels in product(*self.factors.values()):
            chosen = dict(zip(self.factors, levels, strict=True))
            signs = [1 if chosen[name] != next(iter(self.factors[name])) else -1 for name in which]
            sign = 1
            for one in signs:
                sign *= one
            weights["+".join(levels)] = sign / averaged_over
        return weights

    def canonical(self) -> str:
        """Return what is asked as canonical JSON, without what may grow: the number of seeds."""
        return json.dumps(self.model_dump(mode="json", exclude={"seeds", "days"}), sort_keys=True)

    def digest(self) -> str:
        """Return the hash of what is asked."""
        return sha256(self.canonical().encode()).hexdigest()


def length_of(question: Experiment, worlds: Mapping[str, Scenario], asked: int | None) -> int:
    """Return the days of every run of an experiment: what is asked, its own, or all; they must hold every window."""
    days = days_of(worlds, asked if asked is not None else question.days)
    cut = beyond(question, days)
    if cut is not None:
        raise ExperimentError(f"--days {days}: {cut.looks}, expected {least_days(question)} or more")
    return days


def most_days(worlds: Mapping[str, Scenario]) -> int:
    """Return the business days to the end of the shortest scenario."""
    return min(len(business_days(day_number(w.run.start) + 1, day_number(w.run.end))) for w in worlds.values())


def days_of(worlds: Mapping[str, Scenario], asked: int | None) -> int:
    """Return the days of every run: what is asked, or to the end of the shortest scenario."""
    most = most_days(worlds)
    if asked is not None and not 1 <= asked <= most:
        have = "the arms have" if len(worlds) > 1 else f"{next(iter(worlds))} has"
        raise ExperimentError(
            f"--days {asked}: {have} 1 to {most} business days; the nearest is {1 if asked < 1 else most}"
        )
    return asked or most


def names() -> list[str]:
    """Return the names of the bundled experiments."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def find(name: str) -> Path:
    """Return the file of a bundled experiment, or the file of a path; ExperimentError names the nearest."""
    bundled = BUNDLED / f"{name}.toml"
    if "/" not in name and not name.endswith(".toml"):
        if isfile(bundled):
            return bundled
        raise ExperimentError(
            f"unknown experiment {name!r}: expected one of {', '.join(names())}, or the path of a .toml file"
            f"{nearest(name, names())}"
        )
    path = Path(name)
    if not isfile(path):  # False too for a name that no file can have
        near = nearest(path.name, [p.name for p in path.parent.glob("*.toml")] if isdir(path.parent) else [])
        raise ExperimentError(f"no experiment file {path}: expected a .toml file or one of {', '.join(names())}{near}")
    return path


def load(name: str) -> Experiment:
    """Return a bundled experiment by name, or that of a TOML file; ExperimentError says in one line what is wrong."""
    path = find(name)
    tables = tables_of(path, ExperimentError)
    if "name" in tables:
        raise ExperimentError(f"{place_of(('name',), [path])}: name is that of the file, expected no such key")
    if not path.stem.strip("."):
        raise ExperimentError(f"{path}: results would go to runs/{path.stem}, expected a letter or digit before .toml")
    return parse({"name": path.stem, **tables}, str(path), path.parent)


def parse(tables: Tables, place: str, beside: Path) -> Experiment:
    """Return the experiment of tables; every arm must be a possible world. ``place`` begins the message of an error."""
    file = [Path(place)]
    text = file[0].read_text("utf-8") if file[0].is_file() else ""
    try:
        found = Experiment.model_validate_json(json.dumps(tables, default=str), strict=True)
    except ValidationError as error:
        keys = tuple(key for key in error.errors()[0]["loc"] if key != KEY)
        raise ExperimentError(f"{place_of(keys, file)}: {_complaint(error)}") from None
    expected = tomllib.loads(EXPECTATIONS.read_text("utf-8"))
    if found.expectation is not None and found.expectation not in expected:
        near = nearest(found.expectation, expected)
        raise ExperimentError(
            f"{place_of(('expectation',), file)}: expectation = {found.expectation!r}, "
            f"expected one of {', '.join(expected)}{near}"
        )
    try:
        worlds = found.worlds(beside, text)
    except UserError as error:
        between = ", " if str(error).startswith("line ") else ": "
        raise ExperimentError(f"{place}{between}{error}") from None
    _refuse_days(found, most_days(worlds), file)
    return found


def _refuse_days(question: Experiment, most: int, file: list[Path]) -> None:
    """Refuse days that the arms do not have, and a window that ends after the last day."""
    all_of_them = f"at most {most}, the business days of the arms"
    if question.days is not None and question.days > most:
        raise ExperimentError(f"{place_of(('days',), file)}: days = {question.days}, expected {all_of_them}")
    cut = beyond(question, question.days or most)
    if cut is not None:
        fewer = all_of_them if question.days is None else f"at most days = {question.days}"
        raise ExperimentError(f"{place_of(cut.keys, file)}: {cut.named}, expected {fewer}")


def _world(arm: Arm, of: Experiment, name: str, beside: Path, text: str) -> Scenario:
    """Return the scenario of an arm."""
    wanted = arm.scenario or of.scenario
    path = str(beside / wanted) if wanted.endswith(".toml") else wanted
    tables = scenarios.merged(of.set, arm.set)
    levels = [("factors", factor, level) for factor in of.factors for level in of.factors[factor]]
    where = (text, (("arms", name, "set"), ("set",), *levels))
    return scenarios.overlaid(scenarios.load(path, traits_by_kind()), tables, f"arm {name}", traits_by_kind(), where)


def _complaint(error: ValidationError) -> str:
    """Say the first fault in one line: key, value, what was expected, what is near."""
    fault = error.errors(include_url=False)[0]
    keys = list(fault["loc"])
    if fault["type"] == "value_error" and keys[-1:] == [KEY]:
        return f"{'.'.join(map(str, keys[:-2]))}: {json.dumps(keys[-2])} is no name: {fault['ctx']['error']}"
    dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")
    if fault["type"] == "extra_forbidden":
        known = [name for name in record_at(Experiment, keys[:-1]).model_fields if name != "name" or len(keys) > 1]
        return f"unknown key {dotted}, expected one of {', '.join(known)}{nearest(keys[-1], known)}"
    if fault["type"] == "missing":
        field = str(keys[-1] if isinstance(keys[-1], str) else keys[-2])  # an item of a list is its field's
        return f"{dotted} is missing, expected {record_at(Experiment, keys[:-1]).model_fields[field].description}"
    if fault["type"] == "value_error":
        return f"{dotted}: {fault['ctx']['error']}".removeprefix(": ")
    wanted = fault["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return f"{dotted} = {json.dumps(fault['input'], default=str)}, expected {wanted}"
