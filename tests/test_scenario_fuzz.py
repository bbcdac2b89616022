"""Scenario files full of nonsense: each loads or is refused in one line, nothing of them is run, no folder is left."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.cli import main
from experiments.errors import ScenarioError
from experiments.kinds import traits_by_kind
from experiments.scenario import BUNDLED, Scenario, load

TRAP = "trap"
CODE = (
    "__import__('pathlib').Path('trap').touch()",
    "!!python/object/apply:os.system ['touch trap']",
    "{{ cycler.__init__.__globals__.os.system('touch trap') }}",
    "$(touch trap)",
    "`touch trap`",
    "cos\nsystem\n(S'touch trap'\ntR.",
    "../../../etc/passwd",
    "file:///dev/zero",
)
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
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(CODE),
        st.text(max_size=12),
        st.integers(-(10**20), 10**20),
        st.floats(),
        st.booleans(),
        st.dates(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


def written(value):
    """Return a value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else "?" for c in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(written(one) for one in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {written(one)}' for key, one in value.items()) + "}"
    return str(value)


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
