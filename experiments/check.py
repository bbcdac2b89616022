"""Re-derive every identity of a run from its stored tables alone: the auditor who was not there.

Nothing of the simulation is imported but the list of instruments, the buyback buckets and the calendar. Exact things
are compared exactly, in cents and hundreds of dollars; columns in millions of dollars to a hundredth of a cent of a
million. The laws are in ``experiments.laws.balance``, ``experiments.laws.operations`` (I7, I8) and, for a run with a
debt limit, ``experiments.laws.debt_limit`` (I6), for one with futures, ``experiments.laws.futures``.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.errors import StoreError
from experiments.laws import balance as balance_laws
from experiments.laws import debt_limit as limit_laws
from experiments.laws import futures as futures_laws
from experiments.laws import operations as operation_laws
from experiments.laws.law import Finding, Law, broken
from experiments.store import fields, read, read_manifest, tables
from market.calendar import business_days, previous_business_day
from market.tables.record_columns import COLUMNS

ALWAYS = ("daily", "securities", "institutions", "balance_sheets", "opening", "postings")


@dataclass(frozen=True)
class RunTables:
    """The tables of a run folder, read when first needed; a table that had nothing to say is empty."""

    folder: Path

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return a table."""
        if table not in self._read:
            there = (self.folder / f"{table}.parquet").is_file()
            empty = pd.DataFrame(columns=list(COLUMNS[table]))
            self._read[table] = read(self.folder, table) if there or table in ALWAYS else empty
        return self._read[table]

    @cached_property
    def scenario(self) -> dict[str, Any]:
        """The scenario of the run, as its manifest has it."""
        return read_manifest(self.folder).scenario

    @cached_property
    def _read(self) -> dict[str, pd.DataFrame]:
        return {}


def check(folder: Path) -> list[Finding]:
    """Return what each law finds in a run folder; raises StoreError if the folder or a table cannot be read."""
    read_manifest(folder)
    run = RunTables(folder)
    shape = [tables_are_whole(folder), bytes_are_as_written(folder)]
    if not shape[0].passed:
        return shape
    limited = () if run["debt_limit"].empty else limit_laws.LAWS
    cleared = () if run["futures"].empty else futures_laws.LAWS
    laws: tuple[Law, ...] = (days_are_complete, *balance_laws.LAWS, *operation_laws.LAWS, *limited, *cleared)
    return [*shape, *(_found(law, run) for law in laws)]


def _found(law: Law, run: RunTables) -> Finding:
    """Return what a law finds; tables so damaged that it cannot be asked break it."""
    try:
        return law(run)
    except StoreError:
        raise
    except Exception as error:
        return broken(law.__name__.replace("_", " "), [f"cannot be re-derived: {error!r}"], 0)


def tables_are_whole(folder: Path) -> Finding:
    """Every table that a run always has is there, and each has every declared column with its unit."""
    there = tables(folder)
    wrong = [f"no table {table}" for table in ALWAYS if table not in there]
    for table in there:
        stored = fields(folder, table)
        wrong += [f"{table} has no column {column}" for column in COLUMNS.get(table, {}) if column not in stored]
        wrong += [
            f"{table}.{name} has no unit" for name, field in stored.items() if b"unit" not in (field.metadata or {})
        ]
    return broken("tables are whole", wrong, len(there))


def bytes_are_as_written(folder: Path) -> Finding:
    """Each table's file has the hash that the manifest gives."""
    hashes = read_manifest(folder).tables
    files = {table: sha256((folder / f"{table}.parquet").read_bytes()).hexdigest() for table in tables(folder)}
    wrong = [f"{table} was changed" for table in hashes.keys() & files.keys() if hashes[table] != files[table]]
    wrong += [f"{table} was added or removed" for table in hashes.keys() ^ files.keys()]
    return broken("bytes are as written", wrong, len(hashes))


def days_are_complete(run: RunTables) -> Finding:
    """Every table by day has every business day from the first to the last, after the day of the opening."""
    numbers = _day_numbers(run["daily"]["date"])
    expected = business_days(min(numbers), max(numbers)).tolist()
    wrong = [] if numbers == expected else ["daily does not hold every business day once, in order"]
    for table in ("securities", "institutions", "balance_sheets"):
        if sorted(set(_day_numbers(run[table]["date"]))) != expected:
            wrong.append(f"{table} has other days than daily")
    opening = set(_day_numbers(run["opening"]["date"]))
    if opening != {int(previous_business_day(expected[0]))}:
        wrong.append("opening is not of the business day before the first")
    return broken("days are complete", wrong, len(expected))


def _day_numbers(dates: pd.Series) -> list[int]:
    """Return dates as day numbers."""
    return [int(day) for day in dates.to_numpy("datetime64[D]").astype("int64")]
