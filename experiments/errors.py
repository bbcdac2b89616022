"""Errors that a user can mend: one line that says what, where, what was expected and the nearest valid choice.

The command line prints ``offtherun: <line>`` and ends with status 2. Every other exception is a fault of the
program and keeps its traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class UserError(ValueError):
    """Something that the user asked for and cannot have."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class ScenarioError(UserError):
    """A scenario that is unknown, damaged or impossible."""


class StoreError(UserError):
    """A run folder that exists already, is missing or is damaged."""


def nearest(word: object, choices: Iterable[str]) -> str:
    """Return the sentence that names the nearest valid choice, or nothing if none is near.

    >>> nearest("placbo", ["placebo", "steady"])
    "; did you mean 'placebo'?"
    """
    names = {c.casefold(): c for c in choices}
    found = get_close_matches(str(word).casefold(), names, n=1, cutoff=0.5)
    return f"; did you mean {names[found[0]]!r}?" if found else ""


def one_of(value: str, choices: Iterable[str]) -> str:
    """Return a name that must be one of the choices; ValueError lists them and the nearest, however far."""
    names = tuple(choices)
    if value not in names:
        closest = get_close_matches(value, names, n=1, cutoff=0.0)[0]
        raise ValueError(f"expected one of {', '.join(names)}; the nearest is {closest!r}")
    return value
