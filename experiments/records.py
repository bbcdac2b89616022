"""Which record of a typed file a dotted key leads to: what an error names as the nearest valid key comes from here."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel


def record_at(root: type[BaseModel], keys: Sequence[str | int]) -> type[BaseModel]:
    """Return the record that keys lead to from a root; places of lists and names of tables stay where they are."""
    record = root
    for key in keys:
        if isinstance(key, str) and key in record.model_fields:
            record = next(records_in(record.model_fields[key].annotation), record)
    return record


def records_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the records inside an annotation, the first one first."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from records_in(part)
