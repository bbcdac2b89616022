"""Experiment files full of nonsense: each is refused in one line or swept in its own folder, and never runs as code."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nonsense import CODE, values, written

from experiments.cli import main
from experiments.experiment import Experiment, load
from experiments.sweeps import jobs as making

SOUND = {
    "question": "Does it matter?",
    "mechanism": "somehow",
    "source": "a test",
    "outcomes": [{"name": "noise", "column": "noise_bp", "smallest": 0.1}],
}
ARMS = {"control": "a", "arms": {"a": {}, "b": {"scenario": "no-buybacks"}}}
FACTORS = {"factors": {"f": {"x": {}, "y": {"run": {"rounds": 5}}}}}


def whole(changed):
    """Return the text of a sound file with some keys changed."""
    return "".join(f"{key} = {written(one)}\n" for key, one in (SOUND | changed).items())


FIELDS = [*Experiment.model_fields, "__class__", "base"]
INSIDE = [
    "about", "scenario", "set", "run", "rounds", "population", "bank", "traits", "count", "policy", "name", "column",
    "smallest", "from_day", "to_day", "group", "less", "bucket", "statistic", "__init__",
]  # fmt: skip
VALUES = values(INSIDE)
NAMES = st.one_of(
    st.sampled_from(["a", "b", "A", "..", "../../b", "/abs/b", "a/b", "", ".", "~", "*", "a+b", "x" * 300, *CODE]),
    st.text(max_size=8),
)
PATHS = st.sampled_from(
    ["", ".", "..", "/", "mine", "mine.toml", "../mine.toml", "x" * 300, "x" * 300 + ".toml", *CODE]
)
ARM = st.one_of(st.just({}), st.fixed_dictionaries({"scenario": PATHS}), st.fixed_dictionaries({"set": VALUES}), VALUES)
OUTCOME = st.dictionaries(st.sampled_from(INSIDE), VALUES, max_size=2).map(lambda more: SOUND["outcomes"][0] | more)
CHANGES = st.one_of(
    st.fixed_dictionaries({"arms": st.dictionaries(NAMES, ARM, max_size=3)}).map(lambda some: ARMS | some),
    NAMES.map(lambda name: {"control": "a", "arms": {"a": {}, name: {}}}),
    st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=2).map(lambda some: {"factors": some}),
    st.tuples(NAMES, NAMES, NAMES).map(lambda some: {"factors": {some[0]: {key: {} for key in some[1:]}}}),
    st.lists(OUTCOME, max_size=2).map(lambda some: ARMS | {"outcomes": some}),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=2).map(lambda some: ARMS | some),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=2).map(lambda some: FACTORS | some),
)
FILES = st.one_of(
    st.text(max_size=60),
    CHANGES.map(whole),
)
DEEP = "question = " + "[" * 5000 + "]" * 5000
LARGE = "seeds = " + "9" * 5000
LONG = "seeds = 0x" + "f" * 5000
FAR = "set" + ".run" * 2000 + " = 1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder two below the test's own to be in, where every run fails before it begins."""

    def fail(*_):
        raise ZeroDivisionError("no run is made here")

    monkeypatch.setattr(making, "lived_burn_in", lambda *_: b"")
    monkeypatch.setattr(making, "_simulate_into", fail)
    here = tmp_path / "one" / "two"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    return here


def held(folder, capsys, text):
    """Sweep a file with two seeds: it is refused in one line, or all that is left lies in the folder of the sweep."""
    Path("mine.toml").write_text(text, "utf-8")
    with pytest.raises(SystemExit) as end:
        main(["experiment", "mine.toml", "--seeds", "2", "--out", "out"])
    said = capsys.readouterr().err
    there = {str(path.relative_to(folder.parents[1])) for path in folder.parents[1].rglob("*")}
    inside = {name for name in there if name.startswith("one/two/out")}
    assert there - inside == {"one", "one/two", "one/two/mine.toml"}
    if end.value.code == 2:
        assert said.startswith("offtherun: ") and said.count("\n") == 1 and not inside
        return
    assert end.value.code == 1 and "runs failed" in said
    arms = load("./mine.toml").all_arms()
    failures = {f"one/two/out/failures/{arm}-seed{seed}.json" for arm in arms for seed in (1, 2)}
    assert {name for name in inside if "/failures/" in name} == failures
    shutil.rmtree("out")


@given(FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_refused_in_one_line_or_stays_in_its_folder(folder, capsys, text):
    held(folder, capsys, text)


@pytest.mark.parametrize("text", [DEEP, LARGE, LONG, FAR, whole(ARMS), whole(FACTORS)])
def test_a_sound_file_is_swept_and_what_is_too_deep_or_too_large_is_refused(folder, capsys, text):
    held(folder, capsys, text)
