"""The project as a whole: imports point downwards, pins name no host, documents say what is there, their code runs."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from rule_files import RULES
from small_market import small
from typer.main import get_command

import experiments.scenario
from experiments.cli import app
from experiments.run import run
from experiments.scenario import load, names
from market.daily_cycle import EVENING, MORNING, ROUND

ROOT = Path(__file__).parents[1]
PACKAGES = ("market", "agents", "experiments", "dashboard")  # each may import itself and those before it
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MOST_LINES = 400
README, ARCHITECTURE, MAKEFILE = (
    (ROOT / name).read_text("utf-8") for name in ("README.md", "ARCHITECTURE.md", "Makefile")
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def imported(tree):
    """Return the top-level names that a module imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def tracked():
    """Return the text files that git would keep, or all of them where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    found = listed.stdout.split("\n") if listed.returncode == 0 else [str(path) for path in SOURCES]
    return [path for name in found if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path):
    package = path.relative_to(ROOT).parts[0]
    above = set(PACKAGES[PACKAGES.index(package) + 1 :]) | {"tests", "benchmarks", "notebooks"}
    assert not above & set(imported(ast.parse(path.read_text("utf-8"))))


def test_the_market_names_no_class_of_agents():
    classes = {
        node.name
        for path in (ROOT / "agents").rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    used = {
        node.id
        for path in (ROOT / "market").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name)
    }
    assert classes and not classes & used


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long_and_each_says_what_it_models(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= MOST_LINES
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml", "Makefile", ".ci/run"])
def test_no_pin_names_a_host(name):
    assert not re.findall(r"\w+://\S+|--(?:extra-)?index-url|\bpypi\b", (ROOT / name).read_text("utf-8"))


def test_every_dependency_is_pinned():
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    project = PROJECT["project"]
    wanted = [project["dependencies"], *project["optional-dependencies"].values()]
    assert {re.match(r"[\w-]+", line)[0].lower() for lines in wanted for line in lines} <= pinned | {"off-the-run"}


def test_no_tracked_file_names_a_place_on_somebodys_machine():
    place = re.compile(r"(?<![\w.])/(?:home|root|work|Users|tmp)" + r"/\w+")
    texts = [path for path in tracked() if path.suffix in {"", ".py", ".md", ".toml", ".txt", ".csv", ".cff", ".ipynb"}]
    found = {str(path.relative_to(ROOT)): place.findall(path.read_text("utf-8")) for path in texts}
    assert len(texts) > len(PACKAGES) and not {name: places for name, places in found.items() if places}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_checkout_owns_its_names(package):
    assert ROOT in Path(importlib.import_module(package).__file__).resolve().parents


@pytest.mark.parametrize("name", names())
def test_every_bundled_scenario_loads_and_is_named_in_the_readme(name):
    assert load(name).about
    assert f"`{name}`" in README


def test_help_needs_no_heavy_library():
    heavy = ("numpy", "numba", "mesa", "pandas", "matplotlib", "pyarrow", "scipy", "pydantic")
    code = (
        "import sys\nfrom experiments.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit as end: assert not end.code\n"
        f"print('loaded', [name for name in {heavy} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.endswith("loaded []\n")


def test_the_readme_names_commands_that_exist():
    targets = set(re.findall(r"^(\w+):", MAKEFILE, re.MULTILINE))
    commands = set(get_command(app).commands)
    named = re.findall(r"(?:^    |`)make (\w+)", README, re.MULTILINE)
    called = re.findall(r"`offtherun ([\w-]+)", README)
    assert named and set(named) <= targets
    assert called and set(called) <= commands


def test_every_kernel_module_is_typed_as_one():
    named = {module for part in PROJECT["tool"]["mypy"]["overrides"] for module in part["module"]}
    kernels = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ("market", "agents")
        for path in (ROOT / room).rglob("*_kernels.py")
    }
    assert kernels and kernels <= named


def test_every_file_of_rules_says_which_tests_see_it_when_a_rule_is_wrong():
    sources = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in SOURCES}
    rules = {name for name, text in sources.items() if re.search(r"^@rule$", text, re.MULTILINE)}
    pure = {
        name
        for name, text in sources.items()
        if re.search(r"\b[Pp]ure( rules\b|\.)", ast.get_docstring(ast.parse(text)))
    }
    named = {test for tests in RULES.values() for test in tests}
    assert len(rules) > 10 and len(pure) > 3 and rules | pure <= set(RULES) <= set(sources)
    assert named <= {path.name for path in (ROOT / "tests").glob("test_*.py")}


def test_the_architecture_names_every_act_of_the_day():
    acts = [act.__name__ for act in (*MORNING, *ROUND, *EVENING)]
    assert [act for act in acts if f"`{act}`" not in ARCHITECTURE] == []


def test_the_citation_is_of_this_version():
    assert f"\nversion: {PROJECT['project']['version']}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


def test_the_code_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    """Every block, in order, in a small market in place of the baseline."""
    run(small(burn_in=1), 1, 2, tmp_path / "runs" / "baseline-seed1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(experiments.scenario, "load", lambda name: small(name, burn_in=1))
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    world = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), world)
    assert len(blocks) >= 2 and len(world["daily"]) == 5
    assert np.count_nonzero(world["bought"]) >= 10 and world["fund"].cash_musd == 0.0
    assert "$m of" in capsys.readouterr().out


@pytest.mark.parametrize("package", ["market", "agents"])
def test_no_price_hangs_on_the_linear_algebra_library_of_the_machine(package):
    used, banned = [], {"linalg", "dot", "matmul", "einsum", "tensordot"}
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
            if product or (isinstance(node, ast.Attribute) and node.attr in banned):
                used.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not used
