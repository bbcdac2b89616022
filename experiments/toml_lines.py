"""In which line of a TOML file a key stands: found by searching the text, so that errors can name it."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Keys = tuple[str | int, ...]
_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_LINE = re.compile(rf"\s*(?P<opens>\[{{0,2}})\s*(?P<keys>{_KEY}(?:\s*\.\s*{_KEY})*)\s*(?:=|\])")


def place_of(keys: Keys, paths: Iterable[Path]) -> str:
    """Return the file, and the line in it, where a key stands: the first of the files that has it."""
    paths = list(paths)
    for path in paths:
        line = line_of(path.read_text("utf-8"), keys)[0] if path.is_file() else None
        if line:
            return f"{path}, line {line}"
    return str(paths[0])


def deepest(text: str, keys: Keys, tables: Iterable[Keys]) -> int | None:
    """Return the line of a key in whichever of some tables names most of it; None if none names any."""
    found = [(depth - len(table), line) for table in tables for line, depth in [line_of(text, (*table, *keys))] if line]
    best = max(found, default=(0, None), key=lambda pair: pair[0])
    return best[1] if best[0] > 0 else None


def line_of(text: str, keys: Keys) -> tuple[int | None, int]:
    """Return the line of the deepest key of a dotted key that the text names in its table, and how deep that is.

    A table inside that of the key names it too.
    """
    names = [str(key) for key in keys if isinstance(key, str)]
    table: list[str] = []
    best, depth, seen = None, 0, 0
    index = next((key for key in keys if isinstance(key, int)), 0)
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line)
        if found is None:
            continue
        here = parts(found["keys"])
        if found["opens"]:
            seen += found["opens"] == "[[" and here == names[: len(here)]
            table = here
        else:
            here = [*table, *here]
        skipped = seen and seen != index + 1
        matched = min(len(here), len(names))
        if here[:matched] == names[:matched] and matched > depth and not skipped:
            best, depth = number, matched
    return best, depth


def parts(dotted: str) -> list[str]:
    """Return the keys of a dotted key as TOML reads it, quotes and escapes taken off; none if it is no TOML.

    >>> parts('arms."../../b".set')
    ['arms', '../../b', 'set']
    """
    try:
        inner: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return []
    found = []
    while isinstance(inner, dict):
        ((key, inner),) = inner.items()
        found.append(key)
    return found
