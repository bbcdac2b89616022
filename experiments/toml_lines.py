"""In which line of a TOML file a key stands: found by searching the text, so that errors can name it."""

from collections.abc import Iterable
from pathlib import Path

Keys = tuple[str | int, ...]


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
    """Return the line of the deepest key of a dotted key that the text names in its table, and how deep that is."""
    names = [str(key) for key in keys if isinstance(key, str)]
    table: list[str] = []
    best, depth, seen = None, 0, 0
    index = next((key for key in keys if isinstance(key, int)), 0)
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split("#")[0].strip()
        if bare.startswith("["):
            table = bare.strip("[]").replace('"', "").replace(" ", "").split(".")
            seen += bare.startswith("[[") and table == names[: len(table)]
            here, matched = table, len(table)
        elif "=" in bare:
            here = [*table, *bare.split("=")[0].replace('"', "").replace(" ", "").split(".")]
            matched = len(here)
        else:
            continue
        skipped = seen and seen != index + 1
        if here == names[:matched] and matched > depth and not skipped:
            best, depth = number, matched
    return best, depth
