"""The record of a run: tables of columns, streamed to Parquet or kept in memory.

``COLUMNS`` is the contract: every table, every column, its unit and its meaning, which travel in the metadata of
the files. The unit fixes the stored type: dates are given as day numbers and stored as dates, names are stored as a
dictionary, what is exact (face in hundreds of dollars, cents, 1e-8 points, counts) as int64, everything else as
float64 with NaN for "none". A table is born with its first chunk, which fixes its columns; the tables ``ON_DEMAND``
are kept only if asked for. Bytes depend on the numbers and on the version of pyarrow alone: no clock, no host, no
thread order.

What it leaves out: where the folder lies and how it is moved into place (experiments), and what a column's value is
(measures).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from market.tables.record_columns import COLUMNS, ON_DEMAND
from market.units import Int

__all__ = ["COLUMNS", "ON_DEMAND", "Column", "Labels", "Record"]

Column = tuple[str, str]  # unit, meaning
CELLS_PER_GROUP = 2**17  # rows times columns of a row group: a megabyte that waits in memory, of each table
CHUNKS_AT_MOST = 32  # that wait as they came: a column of one row takes as much memory as one of sixty rows
_TYPES: dict[str, pa.DataType] = {
    "date": pa.date32(),
    "date or none": pa.date32(),
    "name": pa.dictionary(pa.int32(), pa.string()),
    "flag": pa.bool_(),
    **dict.fromkeys(("face", "cents", "cents or face", "count", "price_e8", "round"), pa.int64()),
}
_EXACT: dict[int, Any] = {pa.int64().id: np.int64, pa.bool_().id: np.bool_}


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of names as numbers into a list of names: what a large table of few names is cheapest given as."""

    names: tuple[str, ...]
    codes: Int


class Record:
    """Tables by name: ``add`` chunks of columns, then ``close`` or ``abort``.

    With a folder, chunks stream to ``folder/<table>.parquet``; without one they stay in memory. ``keep`` names the
    tables on demand that are wanted, ``only`` all tables that are; ``more`` declares further columns, by table.
    """

    def __init__(
        self,
        folder: Path | None = None,
        keep: Collection[str] = (),
        more: Mapping[str, Mapping[str, Column]] | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        self.folder = folder
        self.columns = {table: {**columns, **(more or {}).get(table, {})} for table, columns in COLUMNS.items()}
        self.rows: dict[str, int] = {}
        for table in (*keep, *(more or {}), *(only or ())):
            self._refuse_unknown("table", table, self.columns)
        usual = frozenset(self.columns) - (ON_DEMAND - frozenset(keep))
        self._kept = usual if only is None else frozenset(only)
        self._schemas: dict[str, pa.Schema] = {}
        self._waiting: dict[str, list[pa.RecordBatch]] = {}
        self._waiting_cells: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def keeps(self, table: str) -> bool:
        """Tell whether chunks of this table are kept, so that a caller may spare itself the work."""
        self._refuse_unknown("table", table, self.columns)
        return table in self._kept

    def add(self, table: str, **columns: Any) -> None:
        """Append equally long columns to a table; a scalar stands for a column of itself.

        Raises ValueError for an unknown table or column, columns of unequal length, or a chunk without the table's
        columns.
        """
        if not self.keeps(table):
            return
        schema = self._schema(table, columns)
        batch = _batch(table, schema, columns)
        self.rows[table] = self.rows.get(table, 0) + batch.num_rows
        waiting = self._waiting.setdefault(table, [])
        waiting.append(batch)
        if len(waiting) == CHUNKS_AT_MOST:
            waiting[:] = _whole(schema, waiting).to_batches()
        self._waiting_cells[table] = self._waiting_cells.get(table, 0) + batch.num_rows * batch.num_columns
        if self.folder is not None and self._waiting_cells[table] >= CELLS_PER_GROUP:
            self._flush(table)

    def to_pandas(self, table: str) -> pd.DataFrame:
        """Return a table as it stands; a streamed one only after ``close``."""
        self._refuse_unknown("table", table, self._schemas)
        if self.folder is None:
            return _frame(_whole(self._schemas[table], self._waiting[table]))
        if table in self._writers or self._waiting[table]:
            raise ValueError(f"record.to_pandas({table!r}): the table is still being written, expected close() first")
        return _frame(pq.read_table(self.folder / f"{table}.parquet"))

    def close(self) -> None:
        """Write what waits and finish the files; a record in memory keeps its tables."""
        if self.folder is None:
            return
        for table in self._schemas:
            self._flush(table)
            self._writers.pop(table).close()

    def abort(self) -> None:
        """Remove what was written, and forget what waits."""
        for writer in self._writers.values():
            writer.close()
        if self.folder is not None:
            for table in self._schemas:
                (self.folder / f"{table}.parquet").unlink(missing_ok=True)
        for state in (self._writers, self._schemas, self._waiting, self._waiting_cells, self.rows):
            state.clear()

    def _schema(self, table: str, columns: Mapping[str, Any]) -> pa.Schema:
        """Return the schema that the first chunk of the table fixed, or fix it."""
        if table not in self._schemas:
            declared = self.columns[table]
            for name in columns:
                self._refuse_unknown(f"column of {table}", name, declared)
            self._schemas[table] = pa.schema([_field(name, *declared[name]) for name in declared if name in columns])
        schema = self._schemas[table]
        if set(schema.names) != set(columns):
            odd = sorted(set(schema.names) ^ set(columns))
            raise ValueError(f"record.add({table!r}): {odd} differ from its first chunk, expected {schema.names}")
        return schema

    def _flush(self, table: str) -> None:
        """Write what waits of a table as one row group."""
        assert self.folder is not None
        schema = self._schemas[table]
        if table not in self._writers:
            path = self.folder / f"{table}.parquet"
            self._writers[table] = pq.ParquetWriter(path, schema, compression="zstd", version="2.6")
        if self._waiting[table]:
            rows = _whole(schema, self._waiting[table])
            self._writers[table].write_table(rows, row_group_size=max(rows.num_rows, 1))
        self._waiting[table], self._waiting_cells[table] = [], 0

    @staticmethod
    def _refuse_unknown(what: str, name: str, known: Collection[str]) -> None:
        if name not in known:
            raise ValueError(f"record: unknown {what} {name!r}, expected one of {', '.join(known)}")


def _field(name: str, unit: str, meaning: str) -> pa.Field:
    """Describe a column: its stored type follows from its unit."""
    metadata = {"unit": unit, "meaning": meaning}
    return pa.field(name, _TYPES.get(unit, pa.float64()), nullable=unit == "date or none", metadata=metadata)


def _batch(table: str, schema: pa.Schema, columns: Mapping[str, Any]) -> pa.RecordBatch:
    """Turn columns given as arrays, labels or scalars into one batch of the schema."""
    sizes = {name: _size(values) for name, values in columns.items()}
    lengths = {size for size in sizes.values() if size is not None}
    if len(lengths) > 1:
        raise ValueError(f"record.add({table!r}): columns have lengths {sizes}, expected equal lengths or scalars")
    n = lengths.pop() if lengths else 1
    arrays = []
    for field in schema:
        try:
            arrays.append(_array(columns[field.name], n, field.type))
        except (TypeError, ValueError, pa.ArrowException) as error:
            unit = field.metadata[b"unit"].decode()
            raise ValueError(f"record.add({table!r}): column {field.name} is not in {unit}: {error}") from None
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _size(values: Any) -> int | None:
    """Return the length of a column, None for a scalar."""
    if isinstance(values, Labels):
        return len(values.codes)
    return None if isinstance(values, str) or np.ndim(values) == 0 else len(values)


def _array(values: Any, n: int, kind: pa.DataType) -> pa.Array:
    """Turn a column into n stored values of a type; nothing is rounded."""
    if pa.types.is_dictionary(kind) and isinstance(values, str):
        values = Labels((values,) if n else (), np.zeros(n, np.int64))
    if isinstance(values, Labels):
        return pa.DictionaryArray.from_arrays(pa.array(np.asarray(values.codes, np.int32)), _stored(values.names))
    if pa.types.is_dictionary(kind):
        return pa.array(list(values), pa.string()).dictionary_encode()
    numbers = np.asarray(values)
    numbers = np.full(n, numbers) if numbers.ndim == 0 else numbers
    if pa.types.is_date32(kind):
        if numbers.dtype.kind == "M":  # a date that may be missing
            return pa.array(numbers.astype("M8[D]"), kind)
        return pa.array(numbers.astype(np.int32, casting="same_kind"), pa.int32()).view(kind)
    exact = _EXACT.get(kind.id, np.float64)
    casting: Any = "same_kind" if exact is np.float64 else "safe"
    return pa.array(numbers.astype(exact, casting=casting), kind)  # a copy: the market goes on


@lru_cache(maxsize=64)
def _stored(names: tuple[str, ...]) -> pa.Array:
    """Return a list of names as it is stored: the same lists come back every day."""
    return pa.array(names, pa.string())


def _whole(schema: pa.Schema, batches: list[pa.RecordBatch]) -> pa.Table:
    """Join batches into one table, each column in one piece."""
    return pa.Table.from_batches(batches, schema).unify_dictionaries().combine_chunks()


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table as pandas has it: names as categories, dates as datetime64."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame
