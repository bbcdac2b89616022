"""A scenario file gives a frozen record of values, or one line that says what is wrong where and what was meant."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from agents.traits import Trait
from experiments.errors import ScenarioError
from experiments.kinds import KINDS, traits_by_kind
from experiments.population import CountedKind, Population
from experiments.scenario import Scenario, load, names
from experiments.schema import json_schema
from experiments.sections.world import Buybacks, Policy, start_days

SALE = '[[shocks]]\ntype = "sale"\ndate = 2024-07-24\nholder = "pension"\nbucket_years = [7, 10]\namount_musd = 1000\n'


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_every_bundled_scenario_loads_and_they_are_different_worlds() -> None:
    worlds = {name: load(name) for name in names()}
    assert set(worlds) == {
        "all-behaviours",
        "all-to-all",
        "backstop-auction",
        "baseline",
        "basis-unwind",
        "buybacks-doubled",
        "central-clearing",
        "committed",
        "debt-limit-2025",
        "debt-limit-2025-resolved",
        "debt-limit-autumn",
        "market-functioning",
        "news-value",
        "no-buybacks",
        "placebo",
        "qe-like-buybacks",
        "sale-100bn",
        "shuffled",
        "standing",
        "standing-two-sided",
        "steady",
        "weak-auction",
        "zero-intelligence",
    }
    assert all(world.name == name and world.about for name, world in worlds.items())
    assert len({world.digest() for world in worlds.values()}) == len(worlds)


def test_the_baseline_is_the_default_and_the_real_window() -> None:
    world = load("baseline")
    assert world.digest() == Scenario().digest()
    assert (world.run.start, world.run.end, world.run.rounds) == (date(2024, 5, 28), date(2025, 1, 31), 20)
    assert [cap.treasuries_musd for cap in world.policy.caps] == [60_000, 25_000]
    assert sum(world.population.counts.values()) == 240


def test_steady_has_no_news_no_policy_and_a_balanced_budget() -> None:
    world = load("steady")
    assert world.news.scale == 0 and world.policy.buybacks.mode == "off"
    assert (world.policy.supply, world.policy.fiscal, world.policy.rates_path) == ("steady", "balanced", "flat")
    assert world.policy.caps[0].treasuries_musd == 0


def test_a_file_inherits_key_by_key_and_replaces_lists(written) -> None:
    written('base = "steady"\n[run]\nrounds = 8\n[policy.buybacks]\nmode = "placebo"\n', "lower.toml")
    world = load(written('base = "lower.toml"\n[run]\nburn_in_days = 5\n[policy]\ncaps = []\n' + SALE))
    assert (world.run.rounds, world.run.burn_in_days, world.news.scale) == (8, 5, 0)
    assert world.policy.buybacks.mode == "placebo" and world.policy.caps == ()
    assert world.shocks[0].bucket_years == (7, 10) and world.name == "mine"


def test_traits_are_tables_of_their_kind(written) -> None:
    world = load(written("[population.primary_dealer]\nskew = { median = 0.4, spread = 0.3 }\n"))
    assert world.population.primary_dealer.traits["skew"].spread == 0.3
    assert world.population.primary_dealer.count == 24
    assert world.digest() != load("baseline").digest()


def test_the_digest_is_of_values_not_of_words(written) -> None:
    assert load(written("about = 'other words'\n[run]\nrounds = 20\n")).digest() == load("baseline").digest()
    assert load(written("[run]\nrounds = 21\n")).digest() != load("baseline").digest()
    again = Scenario.model_validate_json(load("sale-100bn").model_dump_json())
    assert again == load("sale-100bn") and json.loads(again.canonical())


def test_a_scenario_is_frozen_and_made_of_values_in_a_notebook() -> None:
    world = Scenario(policy=Policy(buybacks=Buybacks(mode="off")), population=Population(bank=CountedKind(count=3)))
    assert world.population.counts["bank"] == 3
    with pytest.raises(ValueError, match="frozen"):
        world.behaviour = "zero-intelligence"


def test_a_run_starts_on_any_business_day_of_2024() -> None:
    days = start_days()
    assert len(days) == 250 and (days[0], days[-1]) == (date(2024, 1, 2), date(2024, 12, 31))
    assert date(2024, 7, 10) in days and date(2024, 7, 4) not in days and date(2024, 7, 6) not in days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('base = "placbo"', ["line 1", "'placbo'", "did you mean 'placebo'"]),
        ("# comment\n[run]\nroundz = 3", ["line 3", "unknown key run.roundz = 3", "did you mean 'rounds'"]),
        ("[population.bank]\nspeed = 0.5", ["line 2", "population.bank.speed = 0.5", "or a trait as { median = 0.5 }"]),
        ("[run]\nrounds = 0", ["line 2", "run.rounds = 0", "at least 4"]),
        ('[run]\nrounds = "x"', ["run.rounds", "a whole number"]),
        ("[run]\nrounds = 20.0", ["run.rounds = 20.0", "a whole number"]),
        ("[market]\ndealers_asked = true", ["dealers_asked = true", "a whole number"]),
        ("[news]\nscale = nan", ["news.scale", "finite"]),
        ("[run]\nend = 2024-12-25", ["2024-12-25", "business day", "2024-12-24 and 2024-12-26"]),
        ("[run]\nstart = 2024-06-01", ["2024-06-01", "a business day of 2024", "nearest is 2024-05-31"]),
        ('[run]\nstart = "soon"', ["run.start", "a date such as 2024-05-28"]),
        ("[run]\nend = 2024-05-01", ["2024-05-01", "after the start 2024-05-28"]),
        ('[policy.buybacks]\nmode = "programm"', ["line 2", "did you mean 'programme'"]),
        ("[policy]\nrates = 3", ["policy.rates = 3", "a list"]),
        ("[policy]\ncaps = [{ since = 2024-07-01, treasuries_musd = 3 }]", ["caps[0].mbs_musd is missing", "musd"]),
        ("[policy]\ncaps = [{ since = 2024-07-01, treasuries_musd = -3, mbs_musd = 0 }]", ["= -3", "at least 0"]),
        ("[population.bank]\ncount = -3", ["line 2", "population.bank.count = -3", "at least 1"]),
        ("[population.bnk]\ncount = 3", ["population.bnk", "did you mean 'bank'"]),
        ("[population.bank]\nspeed = { median = 1, spred = 2 }", ["speed.spred", "did you mean 'spread'"]),
        ("[population.bank]\nsped = { median = 1 }", ["line 2", "no trait", "did you mean 'speed'"]),
        ("[population.bank]\nspeed = { median = 10 }", ["speed.median = 10", "0 to 3 days"]),
        ("run = 3", ["line 1", "run = 3", "a table"]),
        ("rounds = 20", ["unknown key rounds"]),
        ("name = 'x'", ["line 1", "name is that of the file"]),
        ("x =", ["mine.toml", "TOML"]),
        ('base = "mine.toml"', ["base leads back to itself"]),
        (SALE.replace("1000", "-5"), ["line 6", "shocks[0].amount_musd = -5", "more than 0"]),
        (SALE + SALE.replace("1000", "-5"), ["line 12", "shocks[1].amount_musd = -5"]),
        (SALE.replace("[7, 10]", "[10, 7]"), ["bucket_years is [10.0, 7.0]", "from < to"]),
        (SALE.replace("2024-07", "2025-07"), ["2025-07-24", "up to 2025-01-31"]),
        (SALE.replace("sale", "sail"), ["line 2", '"sail"', "expected sale"]),
    ],
)
def test_what_is_wrong_is_said_in_one_line(written, text: str, expected: list[str]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(written(text), {"bank": {"speed": Trait(1.0, "days", (0, 3))}})
    line = str(caught.value)
    assert "\n" not in line and "mine.toml" in line
    for part in expected:
        assert part in line


def test_unknown_names_and_files_are_answered_with_the_nearest(written, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="did you mean 'zero-intelligence'"):
        load("zero-inteligence")
    written("", "storm.toml")
    with pytest.raises(ScenarioError, match=r"did you mean 'storm\.toml'"):
        load(tmp_path / "strom.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="no UTF-8"):
        load(tmp_path / "bytes.toml")


def test_a_scenario_file_cannot_run_code(written) -> None:
    for text in ("about = \"{__import__('os')}\"", 'about = "$(touch x)"'):
        assert load(written(text)).about in text
    with pytest.raises(ScenarioError, match="unknown key"):
        load(written('extra = ["my_agents:PatientFund"]'))


def test_the_schema_tells_meaning_unit_and_source_of_every_field_and_bounds_of_every_number() -> None:
    schema = json_schema()
    for name, definition in {"scenario": schema, **schema["$defs"]}.items():
        assert definition["description"] and definition["additionalProperties"] is False, name
        for key, field in definition["properties"].items():
            if "$ref" in field:  # a table, described where it is defined
                assert field["$ref"].removeprefix("#/$defs/") in schema["$defs"], f"{name}.{key}"
                continue
            assert all(field.get(told, "").strip() for told in ("description", "unit", "source")), f"{name}.{key}"
            if field.get("type") in ("number", "integer"):
                bounds = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
                assert bounds & set(field), f"{name}.{key}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_offers_the_traits_of_each_kind_and_no_others(kind: str) -> None:
    definitions, declared = json_schema()["$defs"], traits_by_kind()[kind]
    assert definitions["Population"]["properties"][kind]["$ref"] == f"#/$defs/{kind}"
    fields = definitions[kind]["properties"]
    inside = fields["traits"]
    assert set(fields) - {"count", "traits"} == set(inside["properties"]) == set(declared)
    assert ("count" in fields) == (kind in Population().counts) and "required" not in definitions[kind]
    assert definitions[kind]["additionalProperties"] is inside["additionalProperties"] is False
    for name, trait in declared.items():
        assert fields[name] == inside["properties"][name]
        median = definitions[fields[name]["$ref"].removeprefix("#/$defs/")]["properties"]["median"]
        assert (median["default"], median["unit"], median["source"]) == (trait.default, trait.unit, trait.source)
        assert (median["minimum"], median["maximum"]) == trait.bounds


def test_the_schema_asks_for_a_median_as_the_program_does_unless_a_base_may_give_it(written) -> None:
    written("[population.bank]\nspeed = { median = 0.5 }\n", "lower.toml")
    wider = "[population.bank]\nspeed = { spread = 1 }\n"
    assert load(written('base = "lower.toml"\n' + wider)).population.bank.traits["speed"].median == 0.5
    with pytest.raises(ScenarioError, match="median is missing"):
        load(written(wider))
    schema = json_schema()
    tables = schema["else"]["properties"]["population"]["additionalProperties"]
    assert schema["if"] == {"required": ["base"]} and tables["additionalProperties"] == {"required": ["median"]}
    assert tables["properties"]["traits"]["additionalProperties"] == {"required": ["median"]}


@pytest.mark.parametrize("freedom", ["2", "2.5", "4.4"])
def test_degrees_of_freedom_are_a_whole_number_of_normals(written: Callable[..., Path], freedom: str) -> None:
    with pytest.raises(ScenarioError, match="degrees_of_freedom"):
        load(written(f"[news]\ndegrees_of_freedom = {freedom}\n"))
    assert load(written("[news]\ndegrees_of_freedom = 3\n")).news.degrees_of_freedom == 3
