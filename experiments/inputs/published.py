"""The published figures, read once and checked at the door.

Each file of ``experiments/data`` has its columns and rows declared in ``published_columns``; ``table`` reads one
into a frame with dates as day numbers (int64), texts as str and numbers as float64 (a blank is NaN). Units and
publishers are in ``data/SOURCES.md``. Whether figures agree with each other is asked in ``published_checks``. A
frame is shared by all callers: do not write into it.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.inputs.published_columns import TABLES, Table
from market.units import Float, Int

DATA = Path(__file__).resolve().parents[1] / "data"


class DataError(UserError):
    """A data file is missing, damaged or disagrees with another; one line says which, where and what was expected."""


@cache
def table(name: str, folder: Path = DATA) -> pd.DataFrame:
    """Return a published table by the name of its file without ``.csv``; DataError if it is missing or damaged."""
    if name not in TABLES:
        raise KeyError(f"no published table {name!r}; there are {', '.join(sorted(TABLES))}")
    declared, path = TABLES[name], folder / f"{name}.csv"
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(
            f"{path.name}: the file is missing, expected in {path.parent.name}/ with {declared.rows} rows"
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: no table of comma separated values ({str(error).strip()})") from None
    _check_shape(raw, declared, path.name)
    return pd.DataFrame({column: _parsed(raw[column], column, declared, path.name) for column in raw.columns})


def _check_shape(raw: pd.DataFrame, declared: Table, file: str) -> None:
    """Refuse a file whose columns or number of rows are not the declared ones."""
    missing, unknown = declared.columns - set(raw.columns), set(raw.columns) - declared.columns
    if missing or unknown:
        raise DataError(
            f"{file}: columns missing {sorted(missing)}, unknown {sorted(unknown)}; expected those of published_columns"
        )
    if len(raw) != declared.rows:
        raise DataError(f"{file}: {len(raw)} rows, expected {declared.rows}")


def _parsed(cells: pd.Series, column: str, declared: Table, file: str) -> pd.Series:
    """Return a column of cells as day numbers, text or numbers."""
    if column in declared.texts:
        return cells
    if column in declared.dates:
        days = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce")
        _refuse(days.isna() | (cells == ""), cells, column, file, "a date like 2024-05-28")
        return pd.Series(days.to_numpy().astype("datetime64[D]").astype(np.int64), name=column)
    numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce").astype(float)
    bad = numbers.isna() if column in declared.numbers else numbers.isna() & (cells != "")
    _refuse(bad, cells, column, file, "a number")
    return numbers


def _refuse(bad: pd.Series, cells: pd.Series, column: str, file: str, expected: str) -> None:
    """Raise for the first bad cell, naming its line in the file (the header is line 1)."""
    if bad.any():
        place = int(np.flatnonzero(bad.to_numpy())[0])
        raise DataError(f"{file}: line {place + 2}, column {column} is {cells.iloc[place]!r}, expected {expected}")


def check_digit(cusip: str) -> str:
    """Return the ninth character of a CUSIP from its first eight (ANSI X9.6, modulus 10 double add double)."""
    total = 0
    for place, character in enumerate(cusip[:8]):
        value = int(character, 36) * (1 + place % 2)
        total += value // 10 + value % 10
    return str(-total % 10)


def nearest_row(frame: pd.DataFrame, day: int, column: str = "date") -> pd.Series:
    """Return the row whose day is nearest to a day, the earlier one of two."""
    distance = np.abs(frame[column].to_numpy() - day)
    return frame.iloc[int(np.argmin(distance))]


def between(name: str, column: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of a published table of the days from first to last, by date."""
    frame = table(name)
    dated = frame.set_index(pd.DatetimeIndex(pd.to_datetime(frame[column], unit="D")))
    return dated[(dated.index >= first) & (dated.index <= last)]


def interpolated(frame: pd.DataFrame, day: int, column: str, value: str) -> float:
    """Return a value on a day, linear between published days and level beyond them; blanks are skipped."""
    known = frame[[column, value]].dropna()
    return float(np.interp(day, known[column], known[value]))


def exact_face(dollars: Float) -> Int:
    """Return dollars as units of face (hundreds of dollars), rounded."""
    return np.rint(dollars / 100).astype(np.int64)
