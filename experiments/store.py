"""Run folders: written under a temporary name beside their place, moved there when whole, never written over.

A folder holds ``<table>.parquet`` for each table of ``market.tables.record_columns`` and ``manifest.json``: the
resolved scenario and its hash, the seed, versions, platform, wall time, peak memory, identity checks, the command. Two
runs of one scenario and seed have equal tables, byte for byte; the manifest, which knows the clock, and figures are no
part of that equality (``digest``).
"""

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.errors import StoreError, nearest
from experiments.inputs.own_data import data_digest, own_files
from experiments.peak_memory import peak_mib
from experiments.sections.world import Scenario

SECONDS_TO_DOUBT = 86_400  # after which what another machine has half-written is taken for left behind
PACKAGES = ("off-the-run", "numpy", "numba", "mesa", "pyarrow", "pandas", "scipy", "pydantic")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was: all that is needed to make it again, and what it cost."""

    scenario: dict[str, Any]
    scenario_digest: str
    seed: int
    days: int  # business days recorded
    identities_passed: int
    wall_seconds: float
    peak_memory_mb: float
    versions: dict[str, str]
    platform: str
    command: str
    tables: dict[str, str]  # hash of the bytes of each table
    data: dict[str, str] = field(default_factory=dict)  # hash of each file of the user's own data, by its table


def write_manifest(
    folder: Path, scenario: Scenario, seed: int, days: int, identities_passed: int, wall_seconds: float
) -> Manifest:
    """Write into a run folder, whose tables are finished, the manifest of the run that this process has just made."""
    run = Manifest(
        scenario=scenario.model_dump(mode="json"),
        scenario_digest=scenario.digest(),
        seed=seed,
        days=days,
        identities_passed=identities_passed,
        wall_seconds=round(wall_seconds, 3),
        peak_memory_mb=round(peak_mib(), 1),
        versions=versions(),
        platform=platform.platform(),
        command=" ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        tables={table: sha256((folder / f"{table}.parquet").read_bytes()).hexdigest() for table in tables(folder)},
        data=own_files(),
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(run), indent=2) + "\n", "utf-8")
    return run


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a run folder."""
    path = _existing(folder) / "manifest.json"
    try:
        return Manifest(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise StoreError(f"{folder} has no manifest.json, expected a run folder{_runs_near(folder)}") from None
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is damaged: {error}, expected the manifest of a run; run it again") from None


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder to write in; move it to ``out`` at the end, or remove it if anything goes wrong.

    Raises StoreError if ``out`` exists.
    """
    refuse_existing(out)
    made = [parent for parent in (out.parent, *out.parent.parents) if not parent.exists()]
    partial = out.parent / partial_name(out.name)
    try:
        partial.mkdir(parents=True)
        yield partial
        refuse_existing(out)
        partial.rename(out)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        for parent in made:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
        if isinstance(error, OSError):
            raise StoreError(f"cannot write {out}: {error.strerror}, expected a writable place") from error
        raise


def write_whole(path: Path, text: str) -> None:
    """Write a file under another name, and move it into place."""
    partial = path.with_name(partial_name(path.name))
    partial.write_text(text, "utf-8")
    os.replace(partial, path)


def partial_name(name: str) -> str:
    """Return a hidden name for what is half-written, that says by which process of which machine (as a hash)."""
    return f".{name}.partial-{_machine()}-{os.getpid()}-{token_hex(4)}"


def is_left_behind(partial: Path) -> bool:
    """Say whether nobody writes what has a partial name: its process of this machine is gone, or it is a day old."""
    try:
        machine, process, _ = partial.name.rsplit(".partial-", 1)[1].split("-")
        age = time() - partial.stat().st_mtime
        return not _alive(int(process)) if machine == _machine() else age > SECONDS_TO_DOUBT
    except (ValueError, FileNotFoundError):  # a name of another version, or moved into place meanwhile
        return True


def _alive(process: int) -> bool:
    """Say whether a process of this machine runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def _machine() -> str:
    """Return a short hash that tells machines with a common disk apart."""
    return sha256(platform.node().encode()).hexdigest()[:8]


def refuse_existing(out: Path) -> None:
    """Raise StoreError if something has this name already, naming one that is free."""
    if out.exists() or out.is_symlink():
        free = next(name for n in range(2, 10_000) if not (name := out.with_name(f"{out.name}-{n}")).exists())
        raise StoreError(f"output folder {out} exists, expected a new name; the nearest that is free is {free}")


def versions() -> dict[str, str]:
    """Return the versions that a run's bits may depend on."""
    named = {name: _version(name) for name in PACKAGES}
    return {**named, "python": platform.python_version(), "sources": _sources(), "data": data_digest()}


def refuse_other_data(folder: Path, made_with: Mapping[str, str]) -> None:
    """Raise StoreError if a sweep was made with other tables than those in use; ``made_with`` are its versions."""
    then, now = made_with.get("data"), data_digest()
    if then not in (None, now):
        raise StoreError(f"{folder} was made with other data ({then}), expected those in use ({now}); give its --data")


@cache
def _sources() -> str:
    """Return the hash of the simulator's own code: a checkout changes more often than its version."""
    here, found = Path(__file__).resolve().parent.parent, sha256()
    for package in ("market", "agents", "experiments"):
        for source in sorted((here / package).rglob("*.py")):
            found.update(source.relative_to(here).as_posix().encode() + source.read_bytes())
    return found.hexdigest()[:12]


def tables(folder: Path) -> list[str]:
    """Return the names of the tables of a run folder."""
    return sorted(path.stem for path in _existing(folder).glob("*.parquet"))


def read(folder: Path, table: str) -> pd.DataFrame:
    """Return a table of a run folder; names are categories, dates are datetime64."""
    path = folder / f"{table}.parquet"
    if not path.is_file():
        there = tables(folder)
        known = ", ".join(there) or "none"
        raise StoreError(f"{folder} has no table {table}, expected one of {known}{nearest(table, there)}")
    try:
        frame: pd.DataFrame = pq.read_table(path).to_pandas(date_as_object=False)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None
    return frame


def fields(folder: Path, table: str) -> dict[str, pa.Field]:
    """Return the columns of a table of a run folder, whose metadata holds unit and meaning, by name."""
    path = folder / f"{table}.parquet"
    try:
        return {field.name: field for field in pq.read_schema(path)}
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> StoreError:
    """Return the error that says which table cannot be read."""
    return StoreError(f"{path} is damaged: {error}, expected a table of a run; run it again")


def digest(folder: Path) -> str:
    """Return the hash of the bytes of all tables of a run folder."""
    total = sha256()
    for table in tables(folder):
        content = (folder / f"{table}.parquet").read_bytes()
        total.update(f"{table} {len(content)}\n".encode() + content)
    return total.hexdigest()


def _existing(folder: Path) -> Path:
    """Refuse a folder that is not there."""
    if not folder.is_dir():
        raise StoreError(f"no run folder {folder}{_runs_near(folder)}")
    return folder


def _runs_near(folder: Path) -> str:
    """Name the nearest folder beside this one that holds a run."""
    beside = [path.parent for path in folder.parent.glob("*/manifest.json")]
    names = {path.name: str(path) for path in beside}
    hint = nearest(folder.name, names)
    return hint or (f"; runs there: {', '.join(sorted(names)[:5])}" if names else "; make one with: offtherun run")


def _version(package: str) -> str:
    """Return the installed version of a package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "from a checkout"
