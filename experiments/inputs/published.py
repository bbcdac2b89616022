"""The published figures, read once and checked at the door.

Each file of ``experiments/data`` has its columns and rows declared in ``published_columns``; ``table`` reads one
into a frame with dates as day numbers (int64), texts as str and numbers as float64 (a blank is NaN). A file of the same
name in a folder of the user's own stands in for it, with as many rows as it likes (``own_data``). Units and publishers
are in ``data/SOURCES.md``. Whether figures agree with each other is asked in ``published_checks``. A frame is shared by
all callers: do not write into it.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from experiments.errors import UserError, nearest
from experiments.inputs.published_columns import TABLES, Table
from market.units import Bool, Float, Int

DATA = Path(__file__).resolve().parents[1] / "data"
OWN = "OFFTHERUN_DATA"  # environment variable: a folder of the user's own, which every process of a sweep inherits
Made = TypeVar("Made", bound=Callable[..., Any])
_FORGET: list[Callable[[], None]] = []


class DataError(UserError):
    """A data file is missing, damaged or disagrees with another; one line says which, where and what was expected."""


def remembered(most: int | None = 1) -> Callable[[Made], Made]:
    """Remember what a function makes of published tables until other data are used; ``most`` results, None for all."""

    def around(function: Made) -> Made:
        kept = lru_cache(maxsize=most)(function)
        _FORGET.append(kept.cache_clear)
        return cast("Made", kept)

    return around


def forget() -> None:
    """Forget everything that was read, and made of it."""
    for clear in _FORGET:
        clear()


def folder_in_use() -> Path | None:
    """Return the folder of the user's own data, None if all are the shipped ones."""
    named = os.environ.get(OWN)
    return Path(named) if named else None


def file_of(name: str) -> Path:
    """Return the file in use of a table: the user's own, else the shipped one."""
    own = folder_in_use()
    if own is not None and (own / f"{name}.csv").is_file():
        return own / f"{name}.csv"
    return DATA / f"{name}.csv"


def table(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return a published table by the name of its file without ``.csv``; DataError if it is missing or damaged.

    From a folder that is named its file must have the declared number of rows.
    """
    if name not in TABLES:
        raise KeyError(f"no published table {name!r}; there are {', '.join(sorted(TABLES))}")
    path = file_of(name) if folder is None else folder / f"{name}.csv"
    return _read(name, path, folder is None and path.parent != DATA)


@remembered(None)
def _read(name: str, path: Path, any_rows: bool) -> pd.DataFrame:
    """Read a file and hold it against what is declared."""
    declared = TABLES[name]
    try:
        raw = pd.read_csv(path, dtype=object, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise DataError(
            f"{path.name}: the file is missing, expected in {path.parent.name}/ with {declared.rows} rows"
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: no table of comma separated values ({str(error).strip()})") from None
    _check_shape(raw, declared, path.name, any_rows)
    return pd.DataFrame({column: _parsed(raw[column], column, declared, path.name) for column in raw.columns})


def _check_shape(raw: pd.DataFrame, declared: Table, file: str, any_rows: bool) -> None:
    """Refuse a file whose columns or number of rows are not the declared ones."""
    missing, unknown = sorted(declared.columns - set(raw.columns)), sorted(set(raw.columns) - declared.columns)
    if missing or unknown:
        hint = nearest(unknown[0], missing) if missing and unknown else ""
        raise DataError(
            f"{file}: line 1, columns missing {missing}, unknown {unknown}; expected those of published_columns: "
            f"{', '.join(sorted(declared.columns))}{hint}"
        )
    if not len(raw) or (len(raw) != declared.rows and not any_rows):
        raise DataError(f"{file}: {len(raw)} rows, expected {'one or more' if any_rows else declared.rows}")


def _parsed(cells: pd.Series, column: str, declared: Table, file: str) -> pd.Series:
    """Return a column of cells as day numbers, text or numbers."""
    if column in declared.texts:
        return cells.astype(str)
    if column in declared.dates:
        days = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").to_numpy().astype("datetime64[D]")
        _refuse(np.isnat(days), cells, column, file, "a date like 2024-05-28")
        return pd.Series(days.astype(np.int64), name=column)
    numbers = np.asarray(pd.to_numeric(cells.to_numpy(), errors="coerce"), np.float64)
    bad = ~np.isfinite(numbers)
    if column not in declared.numbers and bad.any():
        bad &= (cells != "").to_numpy()
    _refuse(bad, cells, column, file, "a number")
    return pd.Series(numbers, name=column)


def _refuse(bad: Bool, cells: pd.Series, column: str, file: str, expected: str) -> None:
    """Raise for the first bad cell, naming its line in the file (the header is line 1)."""
    if bad.any():
        place = int(np.argmax(bad))
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
    return frame.iloc[nearest_place(frame, day, column)]


def nearest_place(frame: pd.DataFrame, day: int, column: str = "date") -> int:
    """Return the place of that row."""
    return int(np.argmin(np.abs(frame[column].to_numpy() - day)))


def between(name: str, column: str, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Return the rows of a published table of the days from first to last, by date."""
    frame = table(name)
    dated = frame.set_index(pd.DatetimeIndex(pd.to_datetime(frame[column], unit="D")))
    return dated[(dated.index >= first) & (dated.index <= last)]


def interpolated(frame: pd.DataFrame, day: int, column: str, value: str) -> float:
    """Return a value on a day, linear between published days and level beyond them; blanks are skipped."""
    days, values = frame[column].to_numpy(), frame[value].to_numpy()
    known = np.isfinite(values)
    return float(np.interp(day, days[known], values[known]))


def exact_face(dollars: Float) -> Int:
    """Return dollars as units of face (hundreds of dollars), rounded."""
    return np.rint(dollars / 100).astype(np.int64)
