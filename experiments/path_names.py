"""Names in a file that become names of folders and files: those of arms, of factors and of their levels.

A run lies in ``runs/ARM-seedN``, an arm of factors is "level+level", an interaction "factor x factor". A name of plain
letters, digits and - _ . leads nowhere else, is no pattern of a shell, and cannot be taken for two names joined.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

LONGEST = 40  # five levels joined, with seed and process, still fit into the 255 letters of a name of a file
EXPECTED = f"at most {LONGEST} letters a to z, digits, -, _ and single dots, the first a letter or a digit"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*")


def plain(name: str) -> str:
    """Return a name that may be that of a folder; ValueError says what was expected, and the nearest valid one."""
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        raise ValueError(f"expected {EXPECTED}; the nearest is {json.dumps(nearest_plain(name))}")
    return name


def nearest_plain(name: str) -> str:
    """Return the valid name that is nearest to one: without accents, with a hyphen for each run of other letters.

    >>> nearest_plain("/a/Größer als 2..5/")
    'a-Groer-als-2.5'
    """
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    joined = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9_.-]+", "-", bare))
    return joined.strip("-_.")[:LONGEST] or "a"


def alike(names: Iterable[str]) -> tuple[str, str] | None:
    """Return two names that differ by case alone, one folder on some disks; None if there are none."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            return other, name
    return None


PlainName = Annotated[str, AfterValidator(plain)]
