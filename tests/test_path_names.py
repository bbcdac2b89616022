"""Names in a file that become folders: what could lead elsewhere, or be taken for another, is refused at the door."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_experiment import DAYS, tiny

from experiments.cli import main
from experiments.errors import StoreError
from experiments.experiment import ExperimentError, load
from experiments.path_names import LONGEST, alike, nearest_plain, plain
from experiments.results import effects
from experiments.store import partial_name
from experiments.sweeps.jobs import jobs
from experiments.sweeps.sweep import open_sweep

HEAD = """question = "Does it matter?"
mechanism = "somehow"
source = "a test"
outcomes = [{ name = "noise", column = "noise_bp", smallest = 0.1 }]
"""
BAD = {
    "../../b": "b",
    "/from/the/root": "from-the-root",
    "..": "a",
    "a..b": "a.b",
    ".hidden": "hidden",
    "-x": "x",
    "high yield": "high-yield",
    "*": "a",
    "a+b": "a-b",
    "a=b": "a-b",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE}": "cafe",
    "a\nb": "a-b",
    "a\0b": "a-b",
    "": "a",
    "x" * (LONGEST + 1): "x" * LONGEST,
}
PLACES = {
    "arms": 'control = "a"\narms.a = {}\n[arms.%s.set.run]\nrounds = 5\n',
    "factors": "[factors.%s]\nx = {}\ny = {}\n",
    "factors.f": "[factors.f]\n%s = {}\ny = {}\n",
}
LINES = {"arms": 7, "factors": 5, "factors.f": 6}


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("name", BAD)
def test_a_name_that_is_no_plain_one_is_refused_and_nothing_is_written(tmp_path, monkeypatch, capsys, where, name):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + PLACES[where] % json.dumps(name), "utf-8")
    with pytest.raises(SystemExit) as end:
        main(["experiment", "./mine.toml", "--out", "out/x"])
    said = capsys.readouterr().err
    assert end.value.code == 2 and said.count("\n") == 1
    assert f"mine.toml, line {LINES[where]}: {where}: {json.dumps(name)} is no name" in said
    assert f'the nearest is "{BAD[name]}"' in said
    assert [there.name for there in tmp_path.iterdir()] == ["mine.toml"]


@given(st.text(max_size=60))
def test_the_nearest_name_is_a_valid_one(name):
    assert plain(nearest_plain(name)) == nearest_plain(name)


def test_names_of_bundled_kind_are_valid_and_stay_as_they_are():
    for name in ("no-buybacks", "buybacks-doubled", "2Y_to_3Y", "v1.5", "0"):
        assert plain(name) == nearest_plain(name) == name


def test_names_that_differ_by_case_alone_are_refused():
    with pytest.raises(ExperimentError, match="arms 'without' and 'Without' differ by case alone"):
        tiny(arms={"without": {}, "Without": {}})
    levels = {"f": {"x": {}, "X": {}}}
    with pytest.raises(ExperimentError, match="arms 'x' and 'X' differ by case alone"):
        tiny(arms={}, control=None, factors=levels)
    assert alike(["a", "b", "ab"]) is None


def test_the_longest_names_of_five_factors_fit_into_the_name_of_a_file(tmp_path):
    levels = {f"f{n}": {letter * LONGEST: {} for letter in "ab"} for n in range(5)}
    (first, *_) = jobs(tiny(arms={}, control=None, factors=levels).worlds(), [10_000], DAYS, tmp_path)
    assert len(partial_name(first.failure.name)) < 255
    assert first.folder.parent == tmp_path / "runs"


def test_a_file_whose_name_is_dots_would_write_beside_its_folder(tmp_path):
    path = tmp_path / "...toml"
    path.write_text(HEAD + PLACES["arms"] % "b", "utf-8")
    with pytest.raises(ExperimentError, match=r"would go to runs/\.\., expected a letter or digit before .toml"):
        load(str(path))


def test_a_folder_from_elsewhere_cannot_name_runs_outside_itself(tmp_path):
    open_sweep(tiny(), tiny().worlds(), DAYS, tmp_path / "tiny")
    asked = tmp_path / "tiny" / "experiment.json"
    asked.write_text(asked.read_text("utf-8").replace('"without": {', '"../../without": {'), "utf-8")
    with pytest.raises(StoreError, match=r"experiment.json is damaged: .*the nearest is"):
        effects.load(tmp_path / "tiny")
