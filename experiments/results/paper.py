"""A replication folder: what a journal's data editor asks for, packed from the folder of an experiment.

    README.md             by the template of the Social Science Data Editors (Vilhuber et al. 2022)
    reproduce.sh          the one command: environment, runs, comparison, tables and figures
    requirements.txt      every package with its version, no host
    LICENSE.txt           of the code
    data/                 files of the author's own that stood in for shipped ones, if there were any
    code/                 market, agents and experiments as they were run, the data with their sources among them
    experiment/           the question, the runs, tables, figures
    checksums.sha256      of all the others, for ``sha256sum --check``

It refuses an experiment that other code than this made, since that could not be made again by what is packed, and one
without a whole run. What it leaves out: an archive's own metadata and a DOI.
"""

import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template
from typing import Any

from experiments.errors import StoreError
from experiments.inputs.own_data import own_files
from experiments.inputs.published import file_of
from experiments.results.effects import Results, load
from experiments.results.report import save as write_report
from experiments.store import new_folder, read_manifest, refuse_other_data, versions
from experiments.sweeps.sweep import read_sweep

ROOM = Path(__file__).resolve().parents[1]
PACKAGES = ("market", "agents", "experiments")
ROOTS = (
    "mesa",
    "numpy",
    "numba",
    "networkx",
    "matplotlib",
    "pydantic",
    "typer",
    "rich",
    "pyarrow",
    "pandas",
    "scipy",
    "cloudpickle",
)
REPRODUCE = """#!/bin/sh
# Makes every run again and compares. First argument: how many processes, 2 if left out. Needs Python {python} or newer.
set -e
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/python -m pip install --requirement requirements.txt
export PYTHONPATH=code
if [ -d data ]; then export OFFTHERUN_DATA="$PWD/data"; fi
.venv/bin/python -m experiments.cli rerun experiment --workers "${{1:-2}}" --out again
.venv/bin/python -m experiments.cli report again
"""


def pack(folder: Path, out: Path) -> Path:
    """Pack the folder of an experiment into a new folder; StoreError if it cannot be made again from there."""
    found, sweep = load(folder), read_sweep(folder)
    if not found.runs:
        raise StoreError(f"{folder} has no whole run, expected at least one; go on with: offtherun experiment")
    made_by, here = sweep["versions"].get("sources"), versions()["sources"]
    if made_by != here:
        raise StoreError(f"{folder} was made by other code ({made_by}), expected this one ({here}); run it again")
    refuse_other_data(folder, sweep["versions"])
    write_report(folder)
    with new_folder(out) as place:
        _copy_code(place / "code")
        _copy_data(place / "data")
        _copy_experiment(folder, place / "experiment")
        pins, python = requirements(), sweep["versions"]["python"]
        (place / "requirements.txt").write_text("".join(f"{line}\n" for line in pins), "utf-8")
        (place / "reproduce.sh").write_text(REPRODUCE.format(python=".".join(python.split(".")[:2])), "utf-8")
        (place / "LICENSE.txt").write_text(_licence(), "utf-8")
        (place / "README.md").write_text(readme(found, sweep, place), "utf-8")
        (place / "checksums.sha256").write_text(checksums(place), "utf-8")
    return out


def readme(found: Results, sweep: dict[str, Any], place: Path) -> str:
    """Return the page by the data editors' template."""
    runs = [read_manifest(path) for _, _, path in found.runs]
    seeds = sorted({seed for _, seed, _ in found.runs})
    minutes = sum(run.wall_seconds for run in runs) / 60
    storage = sum(path.stat().st_size for path in _files(place)) / 2**20
    words = {
        "name": found.question.name,
        "question": found.question.question,
        "source": found.question.source,
        "version": sweep["versions"].get("off-the-run", "from a checkout"),
        "runs": len(runs),
        "arms": len(found.question.all_arms()),
        "seeds": f"{seeds[0]} to {seeds[-1]}" if seeds == list(range(seeds[0], seeds[-1] + 1)) else seeds,
        "days": found.days,
        "time": f"{minutes:,.1f} minutes of one core after a minute or two of compiling",
        "datasets": "\n".join(datasets()),
        "python": sweep["versions"]["python"],
        "platform": ", ".join(sorted({run.platform for run in runs})),
        "memory": f"{max(run.peak_memory_mb for run in runs):,.0f}",
        "storage": f"{storage:,.0f}",
        "sources": sweep["versions"]["sources"],
        "digest": sweep["digest"][:12],
        "failures": len(found.failures),
    }
    return Template((ROOM / "results" / "paper_template.md").read_text("utf-8")).substitute(words)


def datasets() -> Iterator[str]:
    """Yield file and content of each row of the list of sources, as rows of a table."""
    for line in (ROOM / "data" / "SOURCES.md").read_text("utf-8").splitlines():
        if line.startswith("| `"):
            name, what = (cell.strip() for cell in line.strip("|").split("|")[:2])
            own = (
                ", in the author's own version: `data/`" if name.strip("`").removesuffix(".csv") in own_files() else ""
            )
            yield f"| {name} | {what}{own} |"


def requirements() -> list[str]:
    """Return every package that a run needs with its installed version: those named, and all that they need."""
    pins: dict[str, str] = {}
    waiting = list(ROOTS)
    while waiting:
        name = waiting.pop()
        try:
            found = distribution(name)
        except PackageNotFoundError:  # of another platform, or an extra
            continue
        key = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
        if key not in pins:
            pins[key] = found.version
            needed = [line for line in found.requires or () if "extra ==" not in line]
            waiting += [match.group() for line in needed if (match := re.match(r"[A-Za-z0-9._-]+", line))]
    return [f"{name}=={pins[name]}" for name in sorted(pins)]


def checksums(place: Path) -> str:
    """Return a line for each file: hash and path, as ``sha256sum`` writes it."""
    lines = [f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(place).as_posix()}" for path in _files(place)]
    return "".join(f"{line}\n" for line in lines)


def _files(place: Path) -> list[Path]:
    """Return all files of a folder, in order."""
    return sorted(path for path in place.rglob("*") if path.is_file())


def _copy_code(place: Path) -> None:
    """Copy the packages as they lie here, without what Python and numba keep beside them."""
    for package in PACKAGES:
        beside = shutil.ignore_patterns("__pycache__", "*.pyc", "*.nbi", "*.nbc", ".*")
        shutil.copytree(ROOM.parent / package, place / package, ignore=beside)


def _copy_data(place: Path) -> None:
    """Copy the author's own files that stand in for shipped ones."""
    for name in own_files():
        place.mkdir(exist_ok=True)
        shutil.copy(file_of(name), place)


def _copy_experiment(folder: Path, place: Path) -> None:
    """Copy the question, whole runs, tables and figures."""
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns(".*", "failures"))


def _licence() -> str:
    """Return the licence of the code: the file of a checkout, else that of the installed package."""
    path = ROOM.parent / "LICENSE"
    if path.is_file():
        return path.read_text("utf-8")
    try:
        text = distribution("off-the-run").read_text("licenses/LICENSE")
    except PackageNotFoundError:
        text = None
    return text or "Apache License, Version 2.0, https://www.apache.org/licenses/LICENSE-2.0\n"
