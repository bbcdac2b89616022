"""Traits and memories: what distinguishes the members of a kind, declared once.

A trait is a parameter with unit, default, bounds and source; its value lives in a column of the kind, so that one
institution reads its number and all of a kind read the column. The scenario's population tables, the reference of
parameters and the bounds of sensitivity analyses come from the declaration. A memory is what a member remembers: of
each security, or any vector of fixed length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIRST_ROWS, GROWTH = 8, 4  # members that a kind has room for at first; a full table grows by this part of itself


@dataclass(eq=False)
class Trait:
    """One number per member, checked against its bounds when it is set."""

    default: float
    unit: str = ""
    bounds: tuple[float, float] = (float("-inf"), float("inf"))
    source: str = ""
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, institution: Any, owner: type) -> Any:
        return self if institution is None else institution._columns[self.name][institution._at]

    def __set__(self, institution: Any, value: Any) -> None:
        low, high = self.bounds
        if not np.all((np.asarray(value) >= low) & (np.asarray(value) <= high)):
            kind = type(institution).__name__
            raise ValueError(f"{kind}.{self.name} = {value}: expected {low:g} to {high:g} {self.unit}".rstrip())
        institution._columns[self.name][institution._at] = value

    def blank(self, n_securities: int) -> NDArray[Any]:
        """Return a new member's row."""
        return np.full(1, self.default)


@dataclass(eq=False)
class Memory(Trait):
    """A vector per member: (size,) for one, (n, size) for all; ``size`` 0 means one number per security."""

    size: int = 0

    def __get__(self, institution: Any, owner: type) -> Any:
        return self if institution is None else institution._columns[self.name][institution._span]

    def __set__(self, institution: Any, value: Any) -> None:
        institution._columns[self.name][institution._span] = value

    def blank(self, n_securities: int) -> NDArray[Any]:
        """Return a new member's row."""
        return np.full((1, self.size or n_securities), self.default)


def trait(default: float, unit: str, bounds: tuple[float, float], source: str) -> Any:
    """Declare a parameter; typed Any so that rules may use it as a number or as a column."""
    return Trait(default, unit, bounds, source)


def memory(default: float = 0.0, unit: str = "", size: int = 0) -> Any:
    """Declare a vector that a member carries from day to day."""
    return Memory(default, unit, size=size)


def traits_of(kind: type) -> dict[str, Trait]:
    """Return the declared traits and memories of a kind, inherited ones first."""
    return {k: v for c in reversed(kind.__mro__) for k, v in vars(c).items() if isinstance(v, Trait)}


class KindTable:
    """The traits and memories of one kind, a column each, so that all of a kind read them at once."""

    def __init__(self, kind: type, n_securities: int) -> None:
        self.n = 0
        self.beside: Columns | None = None  # where its columns lie beside those of other kinds
        self._blank = {name: t.blank(n_securities) for name, t in traits_of(kind).items()}
        self.columns = {name: np.repeat(row, FIRST_ROWS, axis=0) for name, row in self._blank.items()}

    def append(self) -> int:
        """Add a member with every default; return its place."""
        for name, column in self.columns.items():
            if self.n == len(column):
                self.beside = None
                more = max(self.n // GROWTH, FIRST_ROWS)  # of a number per security, spare rows are what memory goes to
                self.columns[name] = np.concatenate([column, np.repeat(self._blank[name], more, axis=0)])
        self.n += 1
        return self.n - 1

    def __getstate__(self) -> dict[str, Any]:
        """Lie beside no other table in a pickle, which keeps no two arrays in one place."""
        return {**self.__dict__, "beside": None}


@dataclass(eq=False)
class Columns:
    """Columns of several tables in one place: those of each table are a part of ``values``, from ``first`` on."""

    values: dict[str, NDArray[Any]]
    first: dict[KindTable, int]


def side_by_side(tables: Sequence[KindTable], names: Sequence[str]) -> Columns:
    """Let the columns of some names of several tables lie in one array each; what lies so already, stays."""
    lies = tables[0].beside
    if lies is not None and list(lies.first) == list(tables) and all(table.beside is lies for table in tables):
        return lies
    starts = np.cumsum([0, *(table.n for table in tables)]).tolist()
    values = {name: np.concatenate([table.columns[name][: table.n] for table in tables]) for name in names}
    together = Columns(values, dict(zip(tables, starts, strict=False)))
    for table, start in together.first.items():
        table.beside = together
        table.columns.update({name: column[start : start + table.n] for name, column in values.items()})
    return together
