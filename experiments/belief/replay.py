"""A replay: a run on 2024's calendar beside the published figures. The accounting side, and the report of both sides.

What is compared, in billions of dollars at the close unless said otherwise: reserves and the Fed's reverse repo with
domestic counterparties on Wednesdays (H.4.1); SOMA by type at par on the New York Fed's days; SOMA redemptions by
month, which are the fall of SOMA at par from the first published day of a month to that of the next (December: to the
last published day); Treasury cash by day and at month-ends; debt by class at month-ends (MSPD 1; TIPS times their
index ratio); average maturity at month-ends in years (MSPD 3: un-indexed face, without what matures on the month-end
itself). A published day that is no business day has the close before it. Nothing after 2024-12-31 is known.

Calendars, fiscal flows and the factors of the Fed's balance sheet are inputs of the run, so closeness here
*verifies bookkeeping; it is not validation of behaviour*. ``experiments.belief.replay_judgement`` judges behaviour.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.belief import replay_judgement as judgement
from experiments.belief import replay_tests as paired
from experiments.belief.replay_rates import moments, rates
from experiments.check import RunTables
from experiments.errors import UserError
from experiments.inputs.fed_factors import SOMA, SOMA_TYPES, fed_levels
from experiments.inputs.published import table
from experiments.inputs.tips_index import consumer_prices, index_bases_e5
from experiments.sections.buybacks import Buybacks
from experiments.start.issuance import static_facts
from experiments.store import Manifest, read_manifest
from market.bonds.price_index import RATIO_ONE_E5, index_ratio_e5
from market.bonds.securities import Kind
from market.calendar import is_business_day, previous_business_day
from market.units import CENTS_PER_MUSD, Float, Int

LABEL = "verifies bookkeeping; not validation of behaviour"
TGA, MSPD, WAM = "tga_daily_2019-2024", "mspd_class_totals_monthly_2019-2024", "mspd_wam_monthly_2015-2024"
MUSD_PER_BN = 1_000
DAYS_PER_YEAR = 365.25
SOMA_KINDS = {"bills": ["bill"], "notes_bonds": ["note", "bond"], "frn": ["frn"], "tips": ["tips"]}
CLASSES = {"BILLS": "bill", "NOTES": "note", "BONDS": "bond", "TIPS": "tips", "FRN": "frn"}
PUBLISHED_INPUTS = ("rates_path", "supply", "fiscal", "factors")
CALENDAR_OF_BUYBACKS = ("schedule", "scale", "only_buckets", "target", "lists", "shift_days")


class Item(NamedTuple):
    """What is compared, and the tolerance on the mean or on every single (``largest``) absolute error."""

    name: str
    unit: str = "bn"
    tolerance: float | None = None
    judged: str = "largest"
    relative: bool = False  # errors in percent of the published figure


RESERVES, REVERSE_REPO = Item("reserves"), Item("reverse repo")
MONEY = Item("reserves + reverse repo", tolerance=25.0, judged="mean")
SOMA_ITEMS = {name: Item(f"SOMA {name.replace('_', ' and ')}") for name in SOMA_KINDS}
SOMA_TOTAL, REDEMPTIONS = Item("SOMA"), Item("SOMA redemptions by month", tolerance=1.0)
CASH_DAILY, CASH = Item("Treasury cash by day"), Item("Treasury cash at month-ends")
DEBT = {name: Item(f"debt: {name.lower()}", tolerance=1.0, relative=True) for name in CLASSES}
MATURITY = Item("average maturity", "years", tolerance=0.05)
ITEMS = (
    *(RESERVES, REVERSE_REPO, MONEY, *SOMA_ITEMS.values(), SOMA_TOTAL, REDEMPTIONS, CASH_DAILY, CASH),
    *(*DEBT.values(), MATURITY),
)


@dataclass(frozen=True)
class Replay:
    """A run beside what was published: the accounting side, then the behavioural side, one row per comparison."""

    manifest: Manifest
    bookkeeping: pd.DataFrame  # item, unit, day, model, published
    auctions: pd.DataFrame
    buybacks: pd.DataFrame
    securities: pd.DataFrame
    positions: pd.DataFrame  # day, bucket, model, published, unchanged: dealers by week
    rates: pd.DataFrame  # series, day, model, published: overnight rates

    @property
    def verdicts(self) -> pd.DataFrame:
        """Return the errors of each item of the accounting side beside its tolerance."""
        return verdicts(self.bookkeeping)

    @property
    def passed(self) -> bool:
        """Return whether no tolerance of the accounting side is missed."""
        return not any(within is False for within in self.verdicts["within"])

    @property
    def distances(self) -> pd.DataFrame:
        """Return the distances of the behavioural side."""
        return judgement.distances(self.auctions, self.buybacks, self.securities)

    @property
    def rate_moments(self) -> pd.DataFrame:
        """Return where overnight rates lie and how they move, of model and published."""
        return moments(self.rates)

    @property
    def tests(self) -> pd.DataFrame:
        """Return the paired loss tests of model against nulls, October to December."""
        return paired.tests(self.bookkeeping, self.auctions, self.buybacks, self.positions)

    @property
    def aucs(self) -> pd.DataFrame:
        """Return how well is told which securities were bought, with intervals over operations."""
        return paired.auc_intervals(self.securities)


def replay(folder: Path) -> Replay:
    """Compare a run folder with the published figures; UserError if the run's inputs are not those of 2024."""
    manifest = read_manifest(folder)
    refuse_other_inputs(folder, manifest)
    run = RunTables(folder)
    compared = bookkeeping(run)
    if compared.empty:
        raise UserError(f"{folder} has no day of which figures are published, expected days of 2024")
    judged = judgement.auctions(run), judgement.buybacks(run), judgement.securities(run)
    return Replay(manifest, compared, *judged, paired.dealer_buckets(run), rates(run))


def refuse_other_inputs(folder: Path, manifest: Manifest) -> None:
    """Raise UserError for a run whose calendar is not the published one: beside 2024 it would say nothing."""
    policy, shocks = manifest.scenario.get("policy", {}), manifest.scenario.get("shocks", [])
    wrong = [f"policy.{name} = {policy.get(name)!r}" for name in PUBLISHED_INPUTS if policy.get(name) != "published"]
    mode = policy.get("buybacks", {}).get("mode")
    wrong += [f"policy.buybacks.mode = {mode!r}"] if mode != "programme" else []
    usual = Buybacks().model_dump(mode="json")
    shape = {name: policy.get("buybacks", {}).get(name, usual[name]) for name in CALENDAR_OF_BUYBACKS}
    wrong += [f"policy.buybacks.{name} = {value!r}" for name, value in shape.items() if value != usual[name]]
    rules = [policy.get(rule, {}).get("per_day_musd") for rule in ("functioning", "backstop")]
    easing = policy.get("purchases"), policy.get("qe_like_buybacks"), *rules
    wrong += ["outright operations of the Fed"] if any(easing) else []
    wrong += [f"{len(shocks)} shocks"] if shocks else []
    if wrong:
        expected = "expected the published inputs, the programme of buybacks and no shock; nearest: the baseline"
        raise UserError(f"{folder} is a run with {', '.join(wrong)}, {expected}")


def bookkeeping(run: RunTables) -> pd.DataFrame:
    """Return every comparison of the accounting side: item, unit, day, model, published."""
    securities = run["securities"]
    securities = securities.assign(day=judgement.days_of(securities["date"]), kind=securities["kind"].astype(str))
    daily = run["daily"].set_index(judgement.days_of(run["daily"]["date"]))
    parts = (_money(daily), _soma(securities), _cash(daily), _debt(securities), _maturity(securities))
    return pd.concat([frame for part in parts for frame in part], ignore_index=True)


def _money(daily: pd.DataFrame) -> list[pd.DataFrame]:
    """Compare reserves, reverse repo and their sum on Wednesdays."""
    pairs = _closes(daily.index, [levels.day for levels in fed_levels()])
    days, closes = _apart(pairs)
    levels = {level.day: (level.reserves, level.on_rrp) for level in fed_levels()}
    published = np.array([levels[day] for day in days], np.float64).reshape(-1, 2) / CENTS_PER_MUSD
    model = daily.loc[closes, ["reserves_musd", "on_rrp_musd"]].to_numpy(np.float64)
    sums = [_compared(item, days, model[:, i], published[:, i]) for i, item in enumerate((RESERVES, REVERSE_REPO))]
    return [*sums, _compared(MONEY, days, model[:, 0] + model[:, 1], published[:, 0] + published[:, 1])]


def _soma(securities: pd.DataFrame) -> list[pd.DataFrame]:
    """Compare SOMA by type on the published days, and its redemptions by month."""
    by_kind = _by_kind(securities, "soma_musd")
    frame = table(SOMA)
    days, closes = _apart(_closes(by_kind.index, frame["date"]))
    known = frame.set_index("date").loc[days]
    model = {name: by_kind.loc[closes].reindex(columns=kinds).sum(axis=1) for name, kinds in SOMA_KINDS.items()}
    typed = [
        _compared(item, days, model[name].to_numpy(), known[SOMA_TYPES[name]].to_numpy())
        for name, item in SOMA_ITEMS.items()
    ]
    total = typed[0].assign(item=SOMA_TOTAL.name)
    for column in ("model", "published"):
        total[column] = sum(part[column] for part in typed)
    return [*typed, total, _redemptions(total)]


def _redemptions(total: pd.DataFrame) -> pd.DataFrame:
    """Return the fall of SOMA from the first day of each month to that of the next, or to the last day of all."""
    month = total["day"].to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    first = np.flatnonzero(np.r_[False, month[1:] != month[:-1]])  # a month that began before the run is left out
    ends = np.append(first[1:], len(total) - 1) if len(first) else first
    begins, ends = first[ends > first], ends[ends > first]
    fall = {name: total[name].to_numpy()[begins] - total[name].to_numpy()[ends] for name in ("model", "published")}
    return _compared(REDEMPTIONS, total["day"].to_numpy()[ends], *(MUSD_PER_BN * value for value in fall.values()))


def _cash(daily: pd.DataFrame) -> list[pd.DataFrame]:
    """Compare Treasury cash by day, and at the ends of months."""
    frame = table(TGA).set_index("date")["tga_musd"]
    every = [(day, day) for day in daily.index.tolist()]
    at_ends = _closes(daily.index, table(MSPD)["observation_date"])
    found = []
    for item, pairs in ((CASH_DAILY, every), (CASH, at_ends)):
        days, closes = _apart([(day, close) for day, close in pairs if close in frame.index])
        found.append(_compared(item, days, daily.loc[closes, "tga_musd"].to_numpy(), frame.loc[closes].to_numpy()))
    return found


def _debt(securities: pd.DataFrame) -> list[pd.DataFrame]:
    """Compare debt by class at month-ends, TIPS indexed."""
    frame = table(MSPD).set_index("observation_date")
    pairs = _closes(securities["day"].unique(), frame.index)
    rows = [_classes_musd(securities[securities["day"] == close], day) for day, close in pairs]
    days = [day for day, _ in pairs]
    found = []
    for name, item in DEBT.items():
        model = np.array([row.get(CLASSES[name], 0.0) for row in rows])
        found.append(_compared(item, days, model, MUSD_PER_BN * frame.loc[days, name].to_numpy()))
    return found


def _classes_musd(close: pd.DataFrame, day: int) -> dict[str, float]:
    """Return outstanding millions by kind from the rows of one close, TIPS times their index ratio on a day."""
    is_tips = close["kind"].to_numpy() == "tips"
    face = close["outstanding_musd"].to_numpy(np.float64).copy()
    face[is_tips] *= _index_ratios(close["cusip"].astype(str).to_numpy()[is_tips], day)
    return {str(kind): float(total) for kind, total in pd.Series(face).groupby(close["kind"].to_numpy()).sum().items()}


def _index_ratios(cusips: Sequence[str] | np.ndarray, day: int) -> Float:
    """Return the index ratios of TIPS on a day."""
    facts = static_facts().set_index("cusip").loc[list(cusips)]
    is_tips = facts["kind"].to_numpy() == Kind.TIPS
    base = index_bases_e5(is_tips, facts["first_issue_day"].to_numpy(), facts["maturity_day"].to_numpy())
    return np.asarray(index_ratio_e5(consumer_prices().reference_e5(day), base) / RATIO_ONE_E5)


def _maturity(securities: pd.DataFrame) -> list[pd.DataFrame]:
    """Compare the average maturity at month-ends."""
    frame = table(WAM).set_index("observation_date")["wam_years"]
    pairs = _closes(securities["day"].unique(), frame.index)
    model = [_average_years(securities[securities["day"] == close], day) for day, close in pairs]
    days = [day for day, _ in pairs]
    scale = MUSD_PER_BN  # _compared divides by it
    return [_compared(MATURITY, days, scale * np.array(model, np.float64), scale * frame.loc[days].to_numpy())]


def _average_years(close: pd.DataFrame, day: int) -> float:
    """Return the average years from a day to maturity, weighted by un-indexed face, of what matures after it."""
    left = judgement.days_of(close["maturity"]) - day
    face = np.where(left > 0, close["outstanding_musd"].to_numpy(np.float64), 0.0)
    return float((face * left).sum() / face.sum() / DAYS_PER_YEAR) if face.sum() else float("nan")


def _by_kind(securities: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return sums of a column by day (rows) and kind (columns)."""
    return securities.groupby(["day", "kind"])[column].sum().unstack(fill_value=0)


def _closes(run_days: Iterable[int], wanted: Iterable[int]) -> list[tuple[int, int]]:
    """Return the published days of which the run has the close, each with the business day of that close."""
    there = {int(day) for day in run_days}
    pairs = [(int(day), int(day if is_business_day(day) else previous_business_day(day))) for day in wanted]
    return [(day, close) for day, close in pairs if close in there]


def _apart(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Return published days and closes as two lists."""
    return [day for day, _ in pairs], [close for _, close in pairs]


def _compared(item: Item, days: Sequence[int] | Int, model_musd: Float, published_musd: Float) -> pd.DataFrame:
    """Return the rows of one item, in billions of dollars."""
    figures = {"model": np.asarray(model_musd) / MUSD_PER_BN, "published": np.asarray(published_musd) / MUSD_PER_BN}
    return pd.DataFrame({"item": item.name, "unit": item.unit, "day": np.asarray(days, np.int64), **figures})


def verdicts(compared: pd.DataFrame) -> pd.DataFrame:
    """Return, for each item, how far the run is from the published figures and whether that is within the tolerance.

    Columns: item, unit, number, bias, mean_absolute_error, largest_error, largest_day, tolerance, judged, within (None
    without a tolerance or without a comparison). Errors of debt by class are percent of the published figure.
    """
    return pd.DataFrame([_verdict(item, compared[compared["item"] == item.name]) for item in ITEMS])


def _verdict(item: Item, rows: pd.DataFrame) -> dict[str, object]:
    """Judge one item."""
    error = (rows["model"] - rows["published"]).to_numpy(np.float64)
    if item.relative:
        error = 100 * error / rows["published"].to_numpy(np.float64)
    size, some = np.abs(error), len(error) > 0
    mean, largest = (float(size.mean()), float(size.max())) if some else (float("nan"), float("nan"))
    judged = mean if item.judged == "mean" else largest
    return {
        "item": item.name,
        "unit": "%" if item.relative else item.unit,
        "number": len(error),
        "bias": float(error.mean()) if some else float("nan"),
        "mean_absolute_error": mean,
        "largest_error": largest,
        "largest_day": int(rows["day"].to_numpy()[np.argmax(size)]) if some else None,
        "tolerance": item.tolerance,
        "judged": item.judged if item.tolerance is not None else "",
        "within": bool(judged <= item.tolerance) if item.tolerance is not None and some else None,
    }


def save(found: Replay, out: Path) -> list[Path]:
    """Write the tables as CSV into a folder, each moved into place when whole; return the files."""
    tables = {
        "replay_verdicts": found.verdicts,
        "replay_bookkeeping": found.bookkeeping.assign(difference=lambda rows: rows["model"] - rows["published"]),
        "replay_distances": found.distances,
        "replay_tests": found.tests,
        "replay_auc": found.aucs,
        "replay_positions": found.positions,
        "replay_rates": found.rate_moments,
        "replay_auctions": found.auctions,
        "replay_buybacks": found.buybacks,
        "replay_securities": found.securities,
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        partial = out / f".{name}.csv"
        _dated(frame).to_csv(partial, index=False, float_format="%.6f")
        os.replace(partial, out / f"{name}.csv")
    return [out / f"{name}.csv" for name in tables]


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its day numbers as dates."""
    dated = frame.copy()
    for column in dated.columns.intersection(["day", "largest_day"]):
        dated[column] = pd.to_datetime(dated[column].astype("Int64"), unit="D").dt.strftime("%Y-%m-%d")
    return dated
