"""Reading a TOML file: its tables, or one line that says what in it cannot be read."""

import tomllib
from pathlib import Path
from typing import Any

from experiments.errors import UserError

DEEPEST = 60  # tables and lists inside each other; a scenario needs six
LARGEST = 10**30  # of whole numbers: beyond any bound of a field, and still to be written in an error


def tables_of(path: Path, refusal: type[UserError]) -> dict[str, Any]:
    """Return the tables of a file; ``refusal`` is the error that is raised where it cannot be read."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise refusal(f"{path}: byte {error.start} is no UTF-8, expected a TOML text") from None
    except tomllib.TOMLDecodeError as error:
        raise refusal(f"{path}: {error}, expected TOML such as rounds = 20") from None
    except ValueError:  # Python reads no longer number
        raise refusal(f"{path}: a number has thousands of digits, expected one of a few") from None
    except RecursionError:
        raise refusal(f"{path}: {_too_deep()}") from None
    except OSError as error:
        raise refusal(f"{path}: {error.strerror}, expected a readable file") from None
    fault = _fault(found)
    if fault:
        raise refusal(f"{path}: {fault}")
    return found


def _fault(tables: dict[str, Any]) -> str | None:
    """Say what of tables no field could hold; None if they can be looked at further."""
    level: list[Any] = [tables]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        if any(isinstance(value, int) and abs(value) > LARGEST for value in level):
            return "a number has more than thirty digits, expected one of a few"
        level = [value for value in level if isinstance(value, dict | list)]
    return _too_deep() if level else None


def _too_deep() -> str:
    return f"tables or lists lie too deep inside each other, expected at most {DEEPEST} levels"
