"""Windows and days of runs: what ends after the last day is refused where it is written, and never cut in silence."""

import re
from pathlib import Path

import pytest
from tiny_experiment import DAYS, tiny

from experiments.asking import answer
from experiments.cli import main
from experiments.experiment import ExperimentError, length_of, load, names
from experiments.windows import TO_THE_END, least_days, windows

MAKEFILE = (Path(__file__).parents[1] / "Makefile").read_text("utf-8")
FILE = """question = "Does it matter?"
mechanism = "somehow"
source = "a test"
control = "a"
arms = { a = {}, b = { scenario = "no-buybacks" } }
[[outcomes]]
name = "mean of ten days"
column = "noise_bp"
from_day = 2
to_day = 11
smallest = 0.1
"""


@pytest.mark.parametrize(
    ("above", "changed", "said"),
    [
        ("days = 3", ("", ""), "line 11: outcomes[0].to_day = 11, expected at most days = 3"),
        ("days = 10", ("", ""), "line 11: outcomes[0].to_day = 11, expected at most days = 10"),
        ("days = 3", ("to_day = 11", ""), None),
        ("days = 1", ("to_day = 11", ""), "line 10: outcomes[0].from_day = 2, expected at most days = 1"),
        ("", ("to_day = 11", "to_day = 300"), "line 11: outcomes[0].to_day = 300, expected at most 169, the business"),
        ("", ("to_day = 11", f"to_day = {TO_THE_END}"), None),
        ("days = 11", ("", ""), None),
        ("days = 170", ("", ""), "line 1: days = 170, expected at most 169, the business days of the arms"),
        ("liquidity = [50, 170]", ("", ""), "line 1: liquidity = [50, 170], expected at most 169, the business days"),
        ("liquidity = [50, 169]", ("", ""), None),
        ("liquidity = [50]", ("", ""), "line 1: liquidity[1] is missing, expected first and last day of the table"),
    ],
)
def test_a_file_whose_days_do_not_hold_its_windows_is_refused(tmp_path, above, changed, said):
    path = tmp_path / "mine.toml"
    path.write_text(f"{above}\n{FILE.replace(*changed)}", "utf-8")
    if said is None:
        assert load(str(path)).outcomes[0].from_day == 2
        return
    with pytest.raises(ExperimentError) as error:
        load(str(path))
    assert f"mine.toml, {said}" in str(error.value)


@pytest.mark.parametrize("name", ["swes", "tariffs"])
def test_days_that_cut_a_window_are_refused_with_the_fewest_that_do_not(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    need = least_days(load(name))
    for days in (1, need - 1):
        with pytest.raises(SystemExit) as end:
            main(["experiment", name, "--days", str(days)])
        said = capsys.readouterr().err
        assert end.value.code == 2 and said.startswith(f"offtherun: --days {days}: outcome ")
        assert re.search(rf" looks (at days \d+ to \d+|from day \d+ on), expected {need} or more\n", said)
    assert not list(tmp_path.iterdir())


def test_a_notebook_is_refused_too_and_nothing_is_written(tmp_path):
    question = tiny(liquidity=[1, DAYS])
    with pytest.raises(ExperimentError, match=f"liquidity is of days 1 to {DAYS}, expected {DAYS} or more"):
        answer(question, 2, tmp_path / "out", days=DAYS - 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", names())
def test_every_bundled_experiment_runs_with_the_fewest_days_that_hold_its_windows(name):
    question = load(name)
    few, worlds = least_days(question), question.worlds()
    assert length_of(question, worlds, few) == few <= length_of(question, worlds, None)
    with pytest.raises(ExperimentError, match=f"--days {few - 1}: "):
        length_of(question, worlds, few - 1)
    assert len(list(windows(question))) == len(question.outcomes) + (question.liquidity is not None)


def test_the_flagship_of_make_run_is_long_enough():
    days = int(re.search(r"^FLAGSHIP_DAYS \?= (\d+)$", MAKEFILE, re.MULTILINE)[1])
    question = load("buybacks")
    assert length_of(question, question.worlds(), days) == days
