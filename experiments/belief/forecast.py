"""A blind forecast of the first quarter of 2025, with densities over seeds, written before any result of it is known.

The market starts from the published state of 31 December 2024 and lives on the calendars announced in advance
(``auction_schedule_2025``, ``buyback_schedule_2025``). Assumed of what is not known: administered rates stay at their
last published values, the run-off goes on at the caps of June 2024, fiscal flows are those of the n-th business day of
the month a year before, the Fed's other assets and liabilities and consumer prices stay at their last values, the debt
limit does not bind, lists of eligible securities follow from the rule of the bucket. No figure of 2025 is read.

    buyback accepted           $m by operation
    dealers' share             percent of the competitive award, by auction of notes, bonds, TIPS and floaters
    high less median yield     bp, by auction of notes, bonds and TIPS
    dealers' net position      $m of face, by Wednesday

``forecasts_2025.csv`` has a row for each with mean, standard deviation and quantiles over seeds; its header, in lines
that begin with #, says when it was written, by which version, of which scenario and seeds. It is never written over.
"""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd

from experiments.errors import StoreError
from experiments.run import simulate
from experiments.scenario import load, overlaid
from experiments.sections.world import Scenario
from experiments.store import refuse_existing, versions, write_whole
from experiments.sweeps.pools import each_in_processes
from market.tables.record import Record
from market.units import FACE_PER_MUSD

START, END = "2024-12-31", "2025-03-31"
FILE = "forecasts_2025.csv"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
KEYS = ["series", "date", "item", "unit"]
WEDNESDAY = 2
ASSUMED = (
    "rates, factors of the Fed's balance sheet and consumer prices stay at their last values of 2024; "
    "caps of June 2024; fiscal flows by season of 2024; no debt limit; calendars as announced; lists by rule"
)


def world(base: str = "baseline") -> Scenario:
    """Return the world of the forecast: a scenario from the end of 2024 on."""
    return overlaid(load(base), {"run": {"start": START, "end": END}}, "forecast")


def forecasts_of(record: Record) -> pd.DataFrame:
    """Return what one run forecasts: series, date, item, unit, value; nothing of operations that it did not see."""
    said = {"buybacks": _buybacks, "auctions": _auctions, "daily": _positions}
    parts = [say(record.to_pandas(table)) for table, say in said.items() if record.rows.get(table)]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(date=pd.to_datetime(frame["date"]).dt.strftime("%Y-%m-%d"))


def _long(series: str, unit: str, date: object, item: object, value: object) -> pd.DataFrame:
    return pd.DataFrame({"series": series, "date": date, "item": item, "unit": unit, "value": value})


def _buybacks(frame: pd.DataFrame) -> pd.DataFrame:
    accepted = frame["accepted_face"].astype(float) / FACE_PER_MUSD
    return _long("buyback accepted", "musd", frame["date"], frame["bucket"].astype(str), accepted)


def _auctions(frame: pd.DataFrame) -> pd.DataFrame:
    coupons = frame[frame["kind"].astype(str) != "bill"]
    competitive = (coupons["awarded_face"] - coupons["noncompetitive_face"]).astype(float)
    share = 100 * coupons["dealer_face"].astype(float) / competitive.where(competitive > 0)
    item = coupons["kind"].astype(str) + " " + coupons["cusip"].astype(str)
    priced = coupons["kind"].astype(str) != "frn"
    above = 100 * (coupons["stop_percent"] - coupons["median_percent"]).astype(float)
    shares = _long("dealers' share", "percent", coupons["date"], item, share)
    tails = _long("high less median yield", "bp", coupons["date"], item, above)[priced.to_numpy()]
    return pd.concat([shares, tails])


def _positions(daily: pd.DataFrame) -> pd.DataFrame:
    weekly = daily[pd.to_datetime(daily["date"]).dt.day_of_week == WEDNESDAY]
    return _long("dealers' net position", "musd", weekly["date"], "all", weekly["dealer_net_musd"].astype(float))


def densities(runs: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return by forecast the number of runs that have it, mean, standard deviation and quantiles over them."""
    grouped = pd.concat(runs, ignore_index=True).astype({"value": float}).dropna(subset="value").groupby(KEYS)["value"]
    table = grouped.agg(seeds="count", mean="mean", sd="std")
    for quantile in QUANTILES:
        table[f"q{100 * quantile:02.0f}"] = grouped.quantile(quantile)
    return table.reset_index()


def forecast(
    scenario: Scenario,
    seeds: Sequence[int],
    out: Path,
    workers: int = 1,
    days: int | None = None,
    on_done: Callable[[int, int], None] = lambda done, of: None,
) -> Path:
    """Run the seeds that are missing, write the file of forecasts, and return its path; StoreError if it is there."""
    path = out / FILE
    refuse_existing(path)
    _open(scenario, days, out)
    missing = [seed for seed in seeds if not _of_seed(out, seed).is_file()]
    made = each_in_processes(partial(make, scenario, days=days, out=out), missing, workers)
    for done, _ in enumerate(made, len(seeds) - len(missing) + 1):
        on_done(done, len(seeds))
    table = densities([pd.read_csv(_of_seed(out, seed)) for seed in seeds])
    write_whole(path, header(scenario, seeds) + table.to_csv(index=False, float_format="%.4f", lineterminator="\n"))
    return path


def make(scenario: Scenario, seed: int, days: int | None, out: Path) -> None:
    """Run one seed and write what it forecasts."""
    record = Record()
    simulate(scenario, seed, days, record)
    write_whole(_of_seed(out, seed), forecasts_of(record).to_csv(index=False, lineterminator="\n"))


def header(scenario: Scenario, seeds: Sequence[int]) -> str:
    """Return the registration: when, by which version and command, of which world and seeds, on which assumptions."""
    lines = (
        f"written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; no result of 2025 was read",
        ", ".join(f"{name} {version}" for name, version in versions().items()),
        f"scenario {scenario.name} {scenario.digest()}, {scenario.run.start} to {scenario.run.end}",
        f"seeds {', '.join(map(str, seeds))}",
        f"assumed: {ASSUMED}",
        f"command: {' '.join([Path(sys.argv[0]).name, *sys.argv[1:]])}",
    )
    return "".join(f"# {line}\n" for line in lines)


def read(path: Path) -> pd.DataFrame:
    """Return the table of a file of forecasts."""
    return pd.read_csv(path, comment="#")


def _of_seed(out: Path, seed: int) -> Path:
    return out / "seeds" / f"{seed}.csv"


def _open(scenario: Scenario, days: int | None, out: Path) -> None:
    """Make the folder, or go on in one of the same world, days and version."""
    asked = {"scenario": scenario.digest(), "days": days, "versions": versions()}
    path = out / "forecast.json"
    if path.is_file():
        if json.loads(path.read_text("utf-8")) != asked:
            raise StoreError(f"{out} holds forecasts of another world or version; choose another --out")
        return
    (out / "seeds").mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(asked, indent=2) + "\n")
