"""Notebooks: committed as executed, whole and in order, small, with nothing of the machine; helpers that they call."""

import ast
import json
import re
from pathlib import Path

import pytest
from tiny_experiment import tiny

from experiments.asking import answer
from experiments.experiment import load as load_question
from experiments.figures import effect_path
from experiments.results.effects import Results
from experiments.scenario import load
from experiments.small_world import COUNTS, small, small_question

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_BYTES = 400_000
PICTURE = "image/png"

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind="code"):
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def test_notebooks_are_numbered_without_a_gap():
    assert [int(path.name[:2]) for path in NOTEBOOKS] == list(range(1, len(NOTEBOOKS) + 1)) and NOTEBOOKS


@each
def test_a_notebook_is_committed_as_it_was_executed(path):
    code = cells(path)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} <= {"display_data", "execute_result", "stream"}
    assert all(output.get("name") != "stderr" for output in outputs)
    assert sum(PICTURE in output.get("data", {}) for output in outputs) >= 2


@each
def test_a_notebook_is_small_and_knows_no_widget_no_clock_no_machine(path):
    whole = json.loads(path.read_text("utf-8"))
    assert path.stat().st_size < MOST_BYTES
    assert set(whole["metadata"]) == {"kernelspec", "language_info"}
    assert set(whole["metadata"]["language_info"]) == {"name"}
    assert all(not cell["metadata"] for cell in whole["cells"])
    for cell in whole["cells"]:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(PICTURE, None)
    assert not re.findall(r"site-packages|(?<![\w.])/(?:home|root|work|Users|tmp)/|0x[0-9a-f]{6}", json.dumps(whole))


@each
def test_a_notebook_defines_little_and_its_links_lead_somewhere(path):
    trees = [ast.parse(re.sub(r"^%.*$", "", source(cell), flags=re.MULTILINE)) for cell in cells(path)]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert all(node.end_lineno - node.lineno < 12 for node in functions) and len(functions) <= 3
    imported = {
        node.module.split(".")[0] for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert "tests" not in imported and "small_market" not in imported
    linked = re.findall(r"\]\(([^)#\s]+)", "".join(source(cell) for cell in cells(path, "markdown")))
    assert all((FOLDER / link).is_file() for link in linked if "://" not in link)


def test_a_small_world_differs_in_its_size_alone():
    whole, shrunk = (scenario.model_dump() for scenario in (load("baseline"), small(load("baseline"), 6, 3)))
    assert {key for key in whole if whole[key] != shrunk[key]} == {"run", "population"}
    assert (shrunk["run"]["rounds"], shrunk["run"]["burn_in_days"]) == (6, 3)
    for kind, there in whole["population"].items():
        assert shrunk["population"][kind] == there | ({"count": COUNTS[kind]} if kind in COUNTS else {})


def test_a_small_question_has_small_arms_and_keeps_what_it_sets():
    question = small_question(load_question("sudden-stop"))
    worlds = question.worlds()
    assert {world.population.counts["primary_dealer"] for world in worlds.values()} == {COUNTS["primary_dealer"]}
    assert (
        worlds["stop"].news.scale == 2.0
        and worlds["calm"].run.end == load_question("sudden-stop").worlds()["calm"].run.end
    )


def test_effects_by_day_are_drawn_where_every_run_has_failed(tmp_path):
    nothing = Results(tmp_path, tiny(), 2)
    assert nothing.paths(["with", "without"])["with"].shape == (0, 2)
    assert effect_path.draw(nothing).axes


def test_a_question_is_answered_by_a_call_and_gone_on_with_by_another(tmp_path):
    first = answer(tiny(), 1, tmp_path / "tiny")
    made = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*.parquet")}
    found = answer(tiny(), 2, tmp_path / "tiny")
    assert {(arm, seed) for arm, seed, _ in found.runs} == {
        (arm, seed) for arm in ("without", "with") for seed in (1, 2)
    }
    assert all(path.stat().st_mtime_ns == when for path, when in made.items()) and made
    assert list(found.effects["seeds"]) == [2] and found.failures.empty
