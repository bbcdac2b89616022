"""A replication folder is complete, names no place of this machine, and makes the same bytes again by itself."""

import os
import subprocess
import sys
from hashlib import sha256

import pytest
from tiny_experiment import DAYS, bytes_of, tiny, tiny_jobs

from experiments.errors import StoreError
from experiments.results import paper
from experiments.sweeps.sweep import open_sweep, sweep

SECTIONS = (
    "Overview",
    "Data availability and provenance",
    "Dataset list",
    "Computational requirements",
    "Description of programs",
    "Instructions to replicators",
    "List of tables and figures",
    "References",
)


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    place = tmp_path_factory.mktemp("paper")
    open_sweep(tiny(), tiny().worlds(), DAYS, place / "tiny")
    with pytest.raises(StoreError, match="no whole run"):
        paper.pack(place / "tiny", place / "none")
    sweep(tiny_jobs(place / "tiny"))
    return paper.pack(place / "tiny", place / "packed")


def test_the_folder_has_what_the_data_editors_ask_for(packed):
    said = (packed / "README.md").read_text("utf-8")
    assert [name for name in SECTIONS if f"# {name}" not in said] == [] and "$" not in said.replace("$m", "")
    names = {path.name for path in packed.iterdir()}
    assert names == {
        "README.md",
        "reproduce.sh",
        "requirements.txt",
        "LICENSE.txt",
        "code",
        "experiment",
        "checksums.sha256",
    }
    pins = (packed / "requirements.txt").read_text("utf-8").splitlines()
    assert all("==" in line and "/" not in line for line in pins)
    assert {"numpy", "numba", "mesa", "llvmlite", "python-dateutil"} <= {line.split("==")[0] for line in pins}
    tables = {path.name for path in (packed / "experiment").iterdir()}
    assert {"effects.csv", "effects.tex", "effects.pdf", "path.png", "report.md", "experiment.json"} <= tables


def test_checksums_are_those_of_all_other_files(packed):
    lines = [line.split("  ") for line in (packed / "checksums.sha256").read_text("utf-8").splitlines()]
    there = {path.relative_to(packed).as_posix() for path in packed.rglob("*") if path.is_file()}
    assert {path for _, path in lines} == there - {"checksums.sha256"}
    assert [path for hashed, path in lines if sha256((packed / path).read_bytes()).hexdigest() != hashed] == []
    assert not [path for path in there if "__pycache__" in path or path.endswith((".pkl", ".pyc", ".nbi"))]


def test_what_other_code_made_is_not_packed(packed, tmp_path, monkeypatch):
    monkeypatch.setattr(paper, "versions", lambda: {"sources": "0123456789ab"})
    with pytest.raises(StoreError, match=r"made by other code \(\w{12}\), expected this one"):
        paper.pack(packed / "experiment", tmp_path / "again")


@pytest.mark.slow
def test_the_folder_alone_makes_the_same_bytes_again(packed):
    """As ``reproduce.sh`` does, in this environment: it compiles its own kernels, which takes a minute."""
    command = [sys.executable, "-m", "experiments.cli", "rerun", "experiment", "--out", "again"]
    done = subprocess.run(
        command, cwd=packed, env=os.environ | {"PYTHONPATH": str(packed / "code")}, capture_output=True, text=True
    )
    assert done.returncode == 0 and "4 of 4 runs have the same bytes" in done.stdout, done.stderr
    again = bytes_of(packed / "again")
    assert {name: again[name] for name in again if name.startswith("runs")} == {
        name: content for name, content in bytes_of(packed / "experiment").items() if name.startswith("runs")
    }
