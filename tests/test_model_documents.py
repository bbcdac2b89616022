"""The model's description is what the code says, and its pages lead somewhere."""

import importlib.util
import re
from pathlib import Path

import pytest

from agents.traits import Memory, traits_of
from market.daily_cycle import EVENING, MORNING, ROUND

MODEL = Path(__file__).parents[1] / "docs" / "model"


def generator():
    spec = importlib.util.spec_from_file_location("odd_generator", MODEL / "generate.py")
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
