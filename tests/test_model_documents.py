"""The model's description is what the code says, and its pages lead somewhere."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from agents.traits import Memory, traits_of
from experiments.belief.registered.rows import REGISTERED
from experiments.belief.validate import ROWS, Judged, self_test
from market.daily_cycle import EVENING, MORNING, ROUND

MODEL = Path(__file__).parents[1] / "docs" / "model"


def generator(folder=MODEL):
    spec = importlib.util.spec_from_file_location(f"{folder.name}_generator", folder / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_odd_is_what_the_code_says():
    assert (MODEL / "odd.md").read_text("utf-8") == generator().page(), "run: python docs/model/generate.py"


def test_it_names_every_class_every_act_and_every_parameter():
    text, made = (MODEL / "odd.md").read_text("utf-8"), generator()
    for name, kind in made.CLASSES.items():
        section = text.split(f"### `{name}`")[1].split("\n### ")[0]
        declared = [key for key, trait in traits_of(kind).items() if not isinstance(trait, Memory)]
        assert all(f"| `{key}` |" in section for key in declared)
    assert all(f"`{act.__name__}`" in text for act in (*MORNING, *ROUND, *EVENING))
    assert "{{" not in text


@pytest.mark.parametrize("page", sorted(MODEL.glob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).is_file(), f"{page.name} links to {target}"


def test_the_page_of_validation_shows_every_row_with_its_verdict_and_every_paired_test():
    judged = self_test()
    table = judged.table.assign(null=0.0, evidence=judged.table["role"] == "free", nulls_outside="null")
    bands = pd.DataFrame([{"name": "a band", "low": 1.0, "high": 2.0, "model": float("nan")}])
    generate = generator(MODEL.parent / "validation")
    loss = {"series": generate.ACCEPTED, "null": generate.LAST_FILL, "model_loss": 715.96, "null_loss": 548.2}
    found = SimpleNamespace(
        manifest=SimpleNamespace(seed=7),
        tests=pd.DataFrame([loss | {"verdict": "un|decided"}]),
        aucs=pd.DataFrame([{"predictor": generate.CHOSEN, "auc": 0.605}]),
    )
    text = generate.page(Judged(table, bands, ("null",), judged.last), [found], "make validate", "50 of `baseline`")
    assert "{{" not in text and "50 of `baseline`" in text and "make validate" in text
    verdicts = {
        line.split(" | ")[0]: line for line in text.splitlines() if line.endswith(("inside |", "not met by null |"))
    }
    assert len(verdicts) == len(ROWS)
    assert all("| " + row.name.replace("|", "\\|") in verdicts for row in ROWS)
    assert all(f"| {row.name} | {row.measure} | {row.data} |" in text for row in REGISTERED)
    assert f"| {generate.ACCEPTED} | {generate.LAST_FILL} | 716 | 548 | un\\|decided |" in text
    assert "(548 million): 716 in the mean of 1 seeds" in text and "The tables are of seed 7 alone." in text
    assert "| a band | 1.00 | 2.00 | – |" in text
