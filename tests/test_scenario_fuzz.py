"""Scenario files full of nonsense: each loads or is refused in one line, nothing of them is run, no folder is left."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nonsense import values, written

from experiments.cli import main
from experiments.errors import ScenarioError
from experiments.kinds import traits_by_kind
from experiments.scenario import BUNDLED, Scenario, load

KEYS = sorted({key for path in BUNDLED.glob("*.toml") for key in tomllib.loads(path.read_text("utf-8"))}) + [
    "run.rounds",
    "run.start",
    "run.keep",
    "policy.caps",
    "policy.buybacks.mode",
    "policy.deficits",
    "news.spells",
    "population.primary_dealer.count",
    "flows",
    "__class__",
    "name",
    "run.__init__",
]
VALUES = values(KEYS)
FILES = st.one_of(
    st.text(max_size=60),
    st.dictionaries(st.sampled_from(KEYS), VALUES, min_size=1, max_size=4).map(
        lambda tables: "\n".join(f"{key} = {written(value)}" for key, value in tables.items())
    ),
)


@given(FILES)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_loads_or_is_refused_in_one_line_and_never_runs(monkeypatch, tmp_path, capsys, text):
    monkeypatch.chdir(tmp_path)
    path = Path("mine.toml")
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(load(str(path), traits_by_kind()), Scenario)
    except ScenarioError as error:
        assert "\n" not in str(error) and str(error)
        with pytest.raises(SystemExit) as end:
            main(["run", str(path), "--days", "1", "--out", "out/run"])
        assert end.value.code == 2 and capsys.readouterr().err.startswith("offtherun: ")
    assert {there.name for there in tmp_path.iterdir()} == {"mine.toml"}
