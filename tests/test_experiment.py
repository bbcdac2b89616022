"""Experiment files: what is impossible is refused in one line that names the place and the nearest choice."""

import pytest
from tiny_experiment import tables, tiny

from experiments.cli import main
from experiments.experiment import BUNDLED, ExperimentError, find, load, names, parse
from experiments.sweeps.minutes import SECONDS_A_DAY, minutes
from market.calendar import business_days
from market.units import day_number

NOISE = {"name": "noise", "column": "noise_bp", "smallest": 0.1}
WRONG = {
    "roughness where no curve is": (
        {"outcomes": [{"name": "x", "column": "roughness_bp", "group": {"bucket": "20Y to 30Y"}, "smallest": 1.0}]},
        "20Y to 30Y",
        "fitted to 10 years",
    ),
    "an unknown key": ({"contrl": "without"}, "unknown key contrl", "did you mean 'control'"),
    "no question": ({"question": None}, "question", "expected"),
    "an unknown control": ({"control": "witout"}, "control is 'witout'", "did you mean 'without'"),
    "one arm": ({"arms": {"without": {}}}, "one arm", "expected a control and at least one other"),
    "neither arms nor factors": ({"arms": {}}, "either arms", "or factors"),
    "arms and factors": ({"factors": {"a": {"x": {}, "y": {}}}}, "either arms", "or factors"),
    "no outcome": ({"outcomes": []}, "outcomes", "at least 1 item"),
    "an unknown column": ({"outcomes": [NOISE | {"column": "noise"}]}, "column is 'noise'", "did you mean 'noise_bp'"),
    "a daily column of a group": ({"outcomes": [NOISE | {"group": {}}]}, "column is 'noise_bp'", "roughness_bp"),
    "an unknown statistic": ({"outcomes": [NOISE | {"statistic": "median"}]}, '"median"', "half-life"),
    "a window backwards": ({"outcomes": [NOISE | {"from_day": 9, "to_day": 3}]}, "to_day is 3", "expected 9 or later"),
    "a name that LaTeX would obey": (
        {"outcomes": [NOISE | {"name": r"noise \input{/etc/passwd}"}]},
        "expected one line without",
        "the nearest is 'noise input/etc/passwd'",
    ),
    "a name that a figure would take for a formula": (
        {"outcomes": [NOISE | {"name": "$ for $"}]},
        "name is '$ for $'",
        "the nearest is ' for '",
    ),
    "a name of two lines": ({"outcomes": [NOISE | {"name": "a\nb"}]}, "one line", "the nearest is 'ab'"),
    "no smallest effect": ({"outcomes": [NOISE | {"smallest": 0.0}]}, "smallest = 0", "greater than 0"),
    "an outcome twice": ({"outcomes": [NOISE, NOISE]}, "'noise' is there twice", "names that differ"),
    "less without a group": ({"outcomes": [NOISE | {"less": {}}]}, "less without a group", "expected group"),
    "auctions of a group": (
        {"outcomes": [NOISE | {"group": {}, "auctions": {}}]},
        "auctions with a group",
        "one of them",
    ),
    "a daily column of auctions": ({"outcomes": [NOISE | {"auctions": {}}]}, "column is 'noise_bp'", "tail_bp"),
    "an unknown bucket": ({"outcomes": [NOISE | {"group": {"bucket": "7Y to 9Y"}}]}, "'7Y to 9Y'", "7Y to 10Y"),
    "one seed": ({"seeds": 1}, "seeds = 1", "greater than or equal to 2"),
    "an unknown scenario": ({"scenario": "basline"}, "unknown scenario 'basline'", "did you mean 'baseline'"),
    "an unknown override": ({"arms": {"without": {}, "b": {"set": {"plicy": {}}}}}, "arm b", "did you mean 'policy'"),
    "an impossible override": ({"set": {"run": {"rounds": 1}}}, "run.rounds = 1", "expected at least 4"),
    "an unknown trait": (
        {"set": {"population": {"primary_dealer": {"gros_limit": {"median": 1.0}}}}},
        "gros_limit is no trait",
        "did you mean 'gross_limit'",
    ),
    "an unregistered expectation": ({"expectation": "bybacks"}, "expectation = 'bybacks'", "did you mean 'buybacks'"),
    "three levels": ({"arms": {}, "control": None, "factors": {"a": {"x": {}, "y": {}, "z": {}}}}, "3 levels", "two"),
    "a control of factors": ({"arms": {}, "factors": {"a": {"x": {}, "y": {}}}}, "control with factors", "none"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_refused_in_one_line(case):
    changed, *said = WRONG[case]
    with pytest.raises(ExperimentError) as error:
        parse({k: v for k, v in tables(**changed).items() if v is not None}, "tiny.toml", BUNDLED)
    line = str(error.value)
    assert line.startswith("tiny.toml: ") and "\n" not in line
    assert [part for part in said if part not in line] == []


def test_a_file_that_is_no_toml_or_not_there_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("question = ", "utf-8")
    with pytest.raises(ExperimentError, match=r"mine.toml: .*expected TOML"):
        load(str(path))
    with pytest.raises(ExperimentError, match=r"did you mean 'mine\.toml'"):
        load(str(tmp_path / "mien.toml"))
    with pytest.raises(ExperimentError, match="did you mean 'buybacks'"):
        find("buyback")


@pytest.mark.parametrize("name", names())
def test_every_bundled_experiment_loads_with_a_registered_expectation(name):
    found = load(name)
    assert found.expectation and len(found.worlds()) == len(found.all_arms())
    assert len({world.digest() for world in found.worlds().values()}) == len(found.all_arms())


def test_effects_of_factors_are_those_of_a_linear_model():
    levels = {name: {f"no-{name}": {}, f"{name}": {"run": {"rounds": 4 + place}}} for place, name in enumerate("abc")}
    contrasts = tiny(arms={}, control=None, factors=levels).contrasts()
    value = {
        arm: 2.0 + 3 * ("no-a" not in arm) + 5 * ("no-a" not in arm and "no-b" not in arm) for arm in contrasts["a"]
    }
    found = {name: sum(w * value[arm] for arm, w in weights.items()) for name, weights in contrasts.items()}
    assert list(found) == ["a", "b", "c", "a x b", "a x c", "b x c"]
    assert found == pytest.approx({"a": 5.5, "b": 2.5, "c": 0, "a x b": 5, "a x c": 0, "b x c": 0})


def test_the_command_line_lists_questions_and_refuses_days_and_widths(capsys):
    with pytest.raises(SystemExit) as end:
        main(["experiments"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert [name for name in names() if load(name).question not in said] == [] and "minutes" in said
    for wrong, part in (
        (["--days", "999"], "the nearest is"),
        (["--until-ci", "narrow"], "such as 0.5bp"),
        (["--until-ci", "0.5musd"], "such as 0.5bp"),
    ):
        with pytest.raises(SystemExit) as end:
            main(["experiment", "buybacks", *wrong])
        assert end.value.code == 2 and part in capsys.readouterr().err


FILE = """question = "Does it matter?"
mechanism = "somehow"
source = "a test"
control = "a"
[set.run]
rounds = 4
[arms.a]
[arms.b]
set.policy.buybacks.mode = "off"
[[outcomes]]
name = "noise"
column = "noise_bp"
smallest = 0.1
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rounds = 4", "rounds = 1", "line 6, arm a: run.rounds = 1"),
        ('"off"', '"of"', 'line 9, arm b: policy.buybacks.mode = "of"'),
        ('"noise_bp"', '"noise"', "line 10: outcomes[0]: column is 'noise'"),
        ('control = "a"', 'contrl = "a"', "line 4: unknown key contrl"),
    ],
)
def test_an_error_names_the_line(tmp_path, old, new, said):
    path = tmp_path / "mine.toml"
    path.write_text(FILE.replace(old, new), "utf-8")
    with pytest.raises(ExperimentError) as error:
        load(str(path))
    assert f"mine.toml, {said}" in str(error.value)


def test_arms_that_share_a_burn_in_are_counted_as_living_it_once():
    shared = tiny(arms={"without": {}, "with": {"set": {"policy": {"buybacks": {"scale": 2.0}}}}})
    apart = tiny(arms={"without": {}, "with": {"set": {"market": {"dealers_asked": 5}}}})
    burn_in = shared.worlds()["with"].run.burn_in_days
    assert minutes(apart) - minutes(shared) == pytest.approx(SECONDS_A_DAY * burn_in * shared.seeds / 60)


def dates_of(world):
    """Return the days from which on something happens to a world after its start."""
    dated = (*world.shocks, *world.flows, *world.exits, *world.news.announcements)
    since = (*world.withdrawals, *world.news.spells, *world.policy.deficits, *world.futures.margin_steps)
    limit = {world.policy.debt_limit.reinstated} if world.policy.debt_limit.enabled else set()
    return {one.date for one in dated} | {one.since for one in since} | limit


@pytest.mark.parametrize("name", names())
def test_a_window_begins_on_the_day_of_an_event_or_on_the_close_before_it(name):
    """The day before is the base of what is counted from a first value: areas and half-lives."""
    question, days = load(name), set()
    for world in question.worlds().values():
        start = day_number(world.run.start) + 1
        days |= {len(business_days(start, day_number(date))) for date in dates_of(world)}
    for outcome in question.outcomes:
        base = outcome.statistic in ("area", "half-life")
        assert outcome.from_day == 1 or outcome.from_day + base in days
    assert question.liquidity is None or question.liquidity[0] in days
