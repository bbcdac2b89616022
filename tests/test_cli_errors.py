"""Bad input gets one line, status 2, and leaves nothing behind; an interrupt and a fault are told apart from it."""

import importlib.util
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from experiments.cli import main
from experiments.errors import ScenarioError
from experiments.progress import Day
from experiments.store import new_folder


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Stand in for ``experiments.run``: calls are kept, and ``raises`` is raised after the first day."""
    told: dict[str, Any] = {"calls": [], "raises": None}

    def run(scenario: Any, seed: int, days: int | None, out: Path, on_day: Any) -> None:
        told["calls"].append((scenario.name, seed, days))
        with new_folder(out) as folder:
            on_day(Day(1, 2, date(2024, 5, 29), 455.0, burn_in=False))
            (folder / "half.parquet").write_text("half")
            if told["raises"]:
                raise told["raises"]
            (folder / "half.parquet").unlink()
            fake = _load("fake_run")
            fake.write_tables(folder)
            fake.write_manifest(folder, scenario, seed, days=4, identities_passed=9, wall_seconds=1.0)

    module = ModuleType("experiments.run")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "experiments.run", module)
    monkeypatch.chdir(tmp_path)
    return told


def _status(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def test_a_run_leaves_a_folder_a_summary_and_a_page_that_check_passes(market, tmp_path: Path, capsys) -> None:
    assert _status("run", "placebo", "--seed", "3", "--days", "4") == 0
    folder = Path("runs/placebo-seed3")
    assert market["calls"] == [("placebo", 3, 4)]
    assert {"page.png", "page.pdf", "manifest.json", "daily.parquet"} <= {path.name for path in folder.iterdir()}
    assert (folder / "page.png").read_bytes()[:4] == b"\x89PNG" and (folder / "page.pdf").read_bytes()[:4] == b"%PDF"
    said = capsys.readouterr()
    assert "10-year" in said.out and "offtherun check" in said.out
    assert "placebo, seed 3" in said.err and "\x1b" not in said.err  # plain lines where there is no terminal
    assert _status("check", str(folder)) == 0
    assert "16 of 16 laws hold" in capsys.readouterr().out


def test_quiet_says_the_folder_and_nothing_else(market, capsys) -> None:
    assert _status("run", "--quiet", "--out", "here") == 0
    said = capsys.readouterr()
    assert said.out == "here\n" and said.err == ""


def test_check_of_a_damaged_run_is_status_1(market, capsys) -> None:
    assert _status("run", "--quiet", "--out", "here") == 0
    (Path("here") / "fails.parquet").write_bytes((Path("here") / "daily.parquet").read_bytes())
    assert _status("check", "here") == 1
    assert "BROKEN" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "placbo"], "did you mean 'placebo'"),
        (["run", "no/such.toml"], "no scenario file"),
        (["run", "--days", "0"], "1 to 169 business days"),
        (["run", "--days", "1000"], "nearest is 169"),
        (["run", "--seed", "-1"], ", not -1; see: offtherun run --help"),
        (["run", "--seed=x"], ", not x; see: offtherun run --help"),
        (["run", "--sed", "1"], "--seed"),
        (["rum"], "run"),
        (["check", "nowhere"], "no run folder nowhere"),
        (["check", "."], "manifest.json"),
        (["snapshot", "--date", "2024-06-01"], "nearest is 2024-05-31"),
        (["snapshot", "--date", "2025-01-02"], "nearest is 2024-12-31"),
        (["snapshot", "--date", "yesterday"], "a date such as"),
        (["snapshot", "--tilt", "-1"], "--tilt"),
        (["snapshot", "--institutions", "banks"], "did you mean 'bank'?"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    market, tmp_path: Path, capsys, arguments: list[str], expected: str
) -> None:
    assert _status(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("offtherun: ") and said.err.count("\n") == 1
    assert expected in said.err
    assert market["calls"] == [] and list(tmp_path.iterdir()) == []


def test_an_output_folder_that_exists_is_refused_before_anything_runs(market, tmp_path: Path, capsys) -> None:
    (tmp_path / "here").mkdir()
    assert _status("run", "--out", "here") == 2
    assert "nearest that is free is here-2" in capsys.readouterr().err
    assert market["calls"] == [] and [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "offtherun: interrupted, nothing half-written is kept"),
        (ScenarioError("shocks[0].holder = 'penson': did you mean 'pension'?"), 2, "offtherun: shocks[0].holder"),
    ],
)
def test_what_ends_a_run_early_is_one_line_and_nothing_is_kept(
    market, tmp_path: Path, capsys, error: BaseException, status: int, line: str
) -> None:
    market["raises"] = error
    assert _status("run", "--quiet") == status
    assert capsys.readouterr().err.startswith(line)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_program_keeps_its_traceback_and_nothing_else(market, tmp_path: Path) -> None:
    market["raises"] = ValueError("a fault")
    with pytest.raises(ValueError, match="a fault"):
        main(["run", "--quiet"])
    assert list(tmp_path.iterdir()) == []


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, runpy\n"
        "sys.argv = ['offtherun', '--help']\n"
        "try:\n    runpy.run_module('experiments.cli', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "print(sorted({'numpy', 'numba', 'pandas', 'pyarrow', 'mesa', 'matplotlib', 'pydantic'} & set(sys.modules)))\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.splitlines()[-1] == "[]" and "snapshot" in done.stdout
