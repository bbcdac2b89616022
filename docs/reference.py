"""The reference: a page for every public module, from its docstrings. Kernels are private and have none.

Docstrings are plain text with code between double backquotes and indented equations, and are shown so.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = {
    "market": "The venue and the money: books, requests, auctions, the ledger, settlement, repo.",
    "agents": "Who decides: dealers, funds, banks, the Treasury's and the Fed's desks.",
    "experiments": "How questions are asked: scenarios, runs, sweeps, figures, evidence.",
}
SPECIAL = re.compile(r"([\\*_|`])")


def modules(room: str) -> list[tuple[str, str]]:
    """Return the public modules of a package, each with the first sentence of its docstring."""
    found = []
    for path in sorted((ROOT / room).rglob("*.py")):
        if path.stem in {"__main__", "kernels"} or path.stem.endswith("_kernels"):
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        said = " ".join((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0].split())
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), said))
    return found


def write(folder: Path) -> None:
    """Write the pages, and a list of them for each package; pages that say the same are left alone.

    Only the lists are in the site's navigation, which every page carries: with all modules in it the build takes twice
    as long.
    """
    wanted = {}
    for room, about in ROOMS.items():
        found = modules(room)
        wanted |= {f"{name}.rst": ":orphan:\n\n" + _page(name) for name, _ in found if name != room}
        listed = "\n".join(f"- :doc:`{name}`: {_escaped(said)}" for name, said in found if name != room)
        wanted[f"{room}.rst"] = f"{_page(room)}\n{about}\n\n{listed}\n"
    for path in folder.glob("*.rst"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _page(name: str) -> str:
    return f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n"


def as_plain_text(app, what, name, thing, options, lines) -> None:
    """Turn a docstring into lines that show it as written: code in double backquotes, indented parts as they stand."""
    blocks = "\n".join(lines).split("\n\n")
    lines[:] = "\n\n".join(_block(block) for block in blocks if block.strip()).split("\n") + [""]


def _block(block: str) -> str:
    lines = block.split("\n")
    if any(line.strip() and not line.strip(" =") for line in lines):  # a table of its own
        return "::\n\n" + "\n".join("   " + line for line in lines)
    if all(line.startswith((" ", "\t")) for line in block.split("\n") if line.strip()):
        return "::\n\n" + "\n".join("   " + line for line in block.split("\n"))
    if any(
        line.startswith((" ", "- ", "* ")) for line in block.split("\n")
    ):  # lists and laid-out lines keep their lines
        return "\n".join(f"| {_escaped(line.strip())}" for line in block.split("\n"))
    return "\n".join(_escaped(line) for line in block.split("\n"))


def _escaped(line: str) -> str:
    """Escape what reStructuredText would read as its own, outside code."""
    parts = re.split(r"(``[^`]+``)", line)
    return "".join(part if part.startswith("``") else SPECIAL.sub(r"\\\1", part) for part in parts)


def skip(app, what, name, thing, skipped, options) -> bool | None:
    """Leave out what Python says itself of the fields of named tuples."""
    return True if (getattr(thing, "__doc__", None) or "").startswith("Alias for field number") else None
