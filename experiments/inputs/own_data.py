"""A folder of the user's own data: files in it with the names of published tables stand in for the shipped ones.

``use`` checks the folder at the door and names it in the environment, so that every process of a sweep reads the same.
A file must have the declared columns and types of its table (``published_columns``; rows are free) and, since the code
relies on it, what the shipped file shows: class names that are known, CUSIPs with their check digit, terms such as 26W,
dates that ascend where they do in the shipped file and reach as far, one day where all rows are of one, business days
where something is held or settled, and no negative number in a column of amounts or prices that has none. Whether
figures agree with each other is not asked here: ``offtherun check-data --data DIR`` does. The hash of all tables in use
is part of what a run says of itself.
"""

import os
import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.errors import UserError, nearest
from experiments.inputs.published import (
    DATA,
    OWN,
    DataError,
    check_digit,
    file_of,
    folder_in_use,
    forget,
    remembered,
    table,
)
from experiments.inputs.published_columns import TABLES
from market.calendar import is_business_day, next_business_day, previous_business_day
from market.units import Int, day_number, to_date

CLASSES = (  # columns of names of which the code knows each
    "security_class",
    "security_type",
    "operation_type",
    "maturity_bucket",
    "reopening",
    "contract",
    "side",
    "line",
    "horizon",
    "kind",
)
PATTERNS = {
    "term": (re.compile(r"\d+[DWY]"), "a term such as 26W or 10Y"),
    "month": (re.compile(r"\d{4}-\d{2}"), "a month such as 2024-05"),
}
SCHEDULED = ("auction_date", "issue_date", "operation_date", "settlement_date")  # the market is open on these days
AMOUNTS = ("_musd", "_usd", "_bn", "_price")
NEEDED_FROM = day_number("2023-12-29")  # histories before it feed targets and nulls, not runs


def use(folder: Path | None) -> dict[str, str]:
    """Read tables from a folder where it has them, from the shipped ones else; None goes back to the shipped.

    Returns the hash of each file of the folder by the name of its table. Raises UserError or DataError, and leaves
    what was in use, if anything in the folder cannot be used.
    """
    before = os.environ.get(OWN)
    _name(None if folder is None else str(folder.resolve()))
    try:
        if folder is not None:
            _refuse_folder(folder)
            for name in own_files():
                _refuse_table(name)
    except BaseException:
        _name(before)
        raise
    return own_files()


def own_files() -> dict[str, str]:
    """Return the hash of each of the user's files in use by the name of its table."""
    paths = {name: file_of(name) for name in TABLES}
    return {name: sha256(path.read_bytes()).hexdigest() for name, path in paths.items() if path.parent != DATA}


@remembered()
def data_digest() -> str:
    """Return the hash of all tables in use: one set of data, one hash, wherever its files lie."""
    total = sha256()
    for name in sorted(TABLES):
        path = file_of(name)
        total.update(name.encode() + (path.read_bytes() if path.is_file() else b""))
    return total.hexdigest()[:12]


def _name(folder: str | None) -> None:
    """Name the folder in the environment of this process and of those it starts; forget what was read."""
    if folder is None:
        os.environ.pop(OWN, None)
    else:
        os.environ[OWN] = folder
    forget()


def _refuse_folder(folder: Path) -> None:
    """Refuse a folder that is not there, has a table of no known name, or none at all."""
    if not folder.is_dir():
        raise UserError(f"--data {folder}: no such folder, expected one with tables such as tga_daily_2019-2024.csv")
    found = sorted(path.stem for path in folder.glob("*.csv"))
    unknown = next((name for name in found if name not in TABLES), None)
    if unknown is not None:
        known = f"expected the name of a shipped table{nearest(unknown, TABLES) or ', see docs/data.md'}"
        raise UserError(f"--data {folder}: {unknown}.csv is no table of the model, {known}")
    if not found:
        raise UserError(f"--data {folder}: no .csv file in it, expected tables such as tga_daily_2019-2024.csv")


def _refuse_table(name: str) -> None:
    """Refuse a table in use that lacks what the code relies on; the shipped one shows what that is."""
    own, shipped, declared = table(name), table(name, DATA), TABLES[name]
    for column in declared.texts:
        _refuse_words(name, own, column)
    for column in declared.dates:
        _refuse_days(name, own[column].to_numpy(), shipped[column].to_numpy(), column)
    for column in declared.numbers + declared.blanks:
        if column.endswith(AMOUNTS) and not (shipped[column] < 0).any():
            _refuse(name, own, column, (own[column] < 0).to_numpy(), "0 or more, as in the shipped file")


def _refuse_words(name: str, own: pd.DataFrame, column: str) -> None:
    """Refuse names that the code does not know, and CUSIPs and terms that are none."""
    words = own[column]
    if column in CLASSES:
        of = [table(other, DATA)[column] for other in TABLES if column in TABLES[other].texts]
        known = sorted({word for shipped in of for word in shipped})
        bad = ~words.isin(known).to_numpy()
        hint = nearest(words[bad].iloc[0], known) if bad.any() else ""
        _refuse(name, own, column, bad, f"one of {', '.join(known)}{hint}")
    elif column == "cusip":
        wrong = np.array([len(word) != 9 or not word.isalnum() or check_digit(word) != word[8] for word in words], bool)
        hint = f"; {words[wrong].iloc[0][:8]} has {check_digit(words[wrong].iloc[0])}" if wrong.any() else ""
        _refuse(name, own, column, wrong, f"nine characters, the last one the check digit{hint}")
    elif column in PATTERNS:
        pattern, expected = PATTERNS[column]
        _refuse(name, own, column, np.array([not pattern.fullmatch(word) for word in words], bool), expected)


def _refuse_days(name: str, own: Int, shipped: Int, column: str) -> None:
    """Refuse days out of order, too few of them, another day than the one that a table is of, and holidays."""
    frame = pd.DataFrame({column: [to_date(int(day)).isoformat() for day in own]})
    if column in SCHEDULED:
        closed = np.array([not is_business_day(int(day)) for day in own], bool)
        _refuse(name, frame, column, closed, f"a business day{_beside(int(own[closed][0])) if closed.any() else ''}")
    if len(set(shipped.tolist())) == 1 and len(shipped) > 1:
        _refuse(name, frame, column, own != shipped[0], f"{to_date(int(shipped[0]))}, the day of the table")
    if not (np.diff(shipped) > 0).all() or len(shipped) < 2:
        return
    _refuse(name, frame, column, np.diff(own, prepend=own[0] - 1) <= 0, "a day after that of the line above")
    first, last = max(int(shipped[0]), NEEDED_FROM), int(shipped[-1])
    if own[0] > first or own[-1] < last:
        raise DataError(
            f"{name}.csv: column {column} goes from {to_date(int(own[0]))} to {to_date(int(own[-1]))}, expected to "
            f"cover {to_date(first)} to {to_date(last)}"
        )


def _beside(day: int) -> str:
    """Return the business days around one that is none."""
    return f"; the nearest are {to_date(previous_business_day(day))} and {to_date(next_business_day(day))}"


def _refuse(name: str, frame: pd.DataFrame, column: str, bad: np.ndarray, expected: str) -> None:
    """Raise for the first bad cell, naming its line in the file (the header is line 1)."""
    if bad.any():
        place = int(np.flatnonzero(bad)[0])
        value = frame[column].iloc[place]
        shown = repr(value) if isinstance(value, str) else f"{value:g}"
        raise DataError(f"{name}.csv: line {place + 2}, column {column} is {shown}, expected {expected}")


def named() -> str:
    """Return where data come from, in words: for a line of the command line."""
    folder = folder_in_use()
    return "as shipped" if folder is None else f"{', '.join(sorted(own_files()))} from {folder}"
