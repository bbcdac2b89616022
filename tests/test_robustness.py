"""Robustness: variance is told apart by source, mechanisms carry what they carry, indices know what moves an effect."""

import shutil

import numpy as np
import pandas as pd
import pytest
from tiny_experiment import DAYS, tiny, tiny_jobs

from experiments import experiment
from experiments.belief.calibration.parameters import PARAMETERS, chosen
from experiments.belief.robustness import mechanisms, sensitivity, start_dates, structure, uncertainty
from experiments.belief.robustness.parameters import draws_of
from experiments.belief.robustness.variants import Variant, ask, effects_by_seed, folder_of, run
from experiments.cli import main
from experiments.errors import UserError
from experiments.figures import tornado
from experiments.kinds import traits_by_kind
from experiments.results import report
from experiments.results.effects import load
from experiments.scenario import load as scenario
from experiments.scenario import overlaid
from experiments.sweeps import jobs as making
from experiments.sweeps.sweep import open_sweep, sweep
from experiments.windows import TO_THE_END
from market.calendar import next_business_day
from market.units import day_number


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of the tiny experiment with two seeds."""
    out = tmp_path_factory.mktemp("robust") / "tiny"
    question = tiny()
    open_sweep(question, question.worlds(), DAYS, out)
    sweep(tiny_jobs(out))
    return out


def drawn(between, within, worlds, seeds, rng):
    """Draw effects of worlds whose true effects differ by a standard deviation."""
    return [rng.normal(rng.normal(1.0, between), within, seeds) for _ in range(worlds)]


@pytest.mark.parametrize("seeds", [1, 3])
def test_variance_between_worlds_is_told_from_sampling(seeds):
    rng = np.random.default_rng(1)
    base = rng.normal(1.0, 0.5, 400)
    found = uncertainty.spread_of_worlds("structure", drawn(2.0, 0.5, 600, seeds, rng), base)
    assert found.variance == pytest.approx(4.0, rel=0.15) and found.worlds == 600
    assert found.noise == pytest.approx(0.25 / seeds / (4.0 + 0.25 / seeds), rel=0.3)
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(4.0 + 0.25 / seeds), rel=0.1)
    same = uncertainty.spread_of_worlds("structure", drawn(0.0, 0.5, 600, seeds, rng), base)
    assert same.variance < 0.05 and same.noise > 0.8
    alone = uncertainty.spread_of_worlds("parameters", [base[:1]], base)
    assert alone.worlds == 1 and np.isnan(alone.low)


@pytest.mark.parametrize(("between", "most"), [(0.0, 1.0), (0.5, 0.999), (1.0, 0.995), (4.0, 0.975)])
def test_the_spread_of_worlds_covers_one_more_world_and_is_never_a_point(between, most):
    rng, covered, widths = np.random.default_rng(2), [], []
    for truth in rng.normal(1.0, between, 1000):
        groups = list(rng.normal(rng.normal(1.0, between, 16), 1.0)[:, None])
        found = uncertainty.spread_of_worlds("structure", groups, rng.normal(1.0, 1.0, 4))
        covered.append(found.low <= truth <= found.high)
        widths.append(found.high - found.low)
    assert 0.935 <= np.mean(covered) <= most and min(widths) > 1.5


def test_mechanisms_pair_seeds_by_their_number(folder, tmp_path):
    out = shutil.copytree(folder, tmp_path / "tiny")
    asked, (variant,) = ask(out), mechanisms.variants(["dealers-risk"])
    shutil.copytree(folder, folder_of(asked, variant))
    whole = mechanisms.table(asked, [variant])
    shutil.rmtree(folder_of(asked, variant) / "runs" / "with-seed1")
    table = mechanisms.table(asked, [variant])
    second = effects_by_seed(asked, "noise")[2]
    assert whole["dropped"].tolist() == [0] and table["dropped"].tolist() == [1] and table["seeds"].tolist() == [1]
    assert table["with"].tolist() == table["effect"].tolist() == [second] and table["lost"].tolist() == [0.0]


def test_failed_runs_of_variants_are_told_and_end_with_status_1(folder, tmp_path, monkeypatch, capsys):
    out = shutil.copytree(folder, tmp_path / "tiny")

    def broken(*asked):
        raise ZeroDivisionError("a planted fault")

    monkeypatch.setattr(making, "simulate", broken)
    monkeypatch.setattr(making, "lived_burn_in", broken)
    with pytest.raises(SystemExit) as end:
        main(["ablate", str(out), "--mechanism", "dealers-risk"])
    said = capsys.readouterr().err
    assert end.value.code == 1 and "failed: with-seed1 of dealers-risk: ZeroDivisionError: a planted fault" in said
    assert "seeds left out" in said


def designs():
    """Return every bundled experiment."""
    return [experiment.load(name) for name in experiment.names()]


@pytest.mark.parametrize("question", designs(), ids=lambda one: one.name)
def test_every_start_of_every_experiment_is_a_world_in_the_same_windows_or_is_left_out_for_a_reason(question):
    worlds = question.worlds()
    days = experiment.days_of(worlds, question.days)
    event = start_dates.first_event(worlds)
    for start, reason in start_dates.possible(question, days, worlds, structure.STARTS).items():
        if reason:
            continue
        later = {
            arm: overlaid(world, {"run": {"start": start}}, "later", traits_by_kind()) for arm, world in worlds.items()
        }
        asked, length = start_dates.moved(question, days, worlds, later)
        assert experiment.length_of(asked, later, length) == length
        for one, before in zip(asked.outcomes, question.outcomes, strict=True):
            assert one.from_day >= 1 and (one.to_day == TO_THE_END) == (before.to_day == TO_THE_END)
            if event is not None:
                assert date_of(later, one.from_day) == date_of(worlds, before.from_day)
                assert date_of(later, length) == date_of(worlds, days)


def date_of(worlds, day):
    """Return the date of a business day of a run, counted from 1."""
    start = next(iter(worlds.values())).run.start
    return int(next_business_day(day_number(start), day))


def test_starts_move_windows_with_dated_events_and_keep_days_without():
    dated, plain = experiment.load("dash-for-cash"), experiment.load("buybacks")
    worlds = dated.worlds()
    reasons = start_dates.possible(dated, 100, worlds, structure.STARTS)
    assert reasons["2024-06-28"] == "" and "of 2024-07-24, would not lie after it" in reasons["2024-07-31"]
    asked = {arm: plain.worlds()[arm] for arm in next(iter(plain.contrasts().values()))}  # other arms have dates
    assert start_dates.first_event(asked) is None
    short, long = (start_dates.possible(plain, days, asked, structure.STARTS) for days in (100, 160))
    assert set(short.values()) == {""} and "business days to the end" in long["2024-06-28"]
    assert "before 2024-05-28" in start_dates.possible(plain, 100, asked, ["2024-05-01"])["2024-05-01"]
    assert (
        "begins before it"
        in start_dates.possible(dated.model_copy(update={"outcomes": plain.outcomes}), 100, worlds, ["2024-06-28"])[
            "2024-06-28"
        ]
    )


def test_structural_variants_are_the_same_for_any_number_and_use_every_choice():
    many = structure.variants(36)
    assert structure.variants(5) == many[:5]
    assert len({variant.name for variant in many}) == 36
    tables = [variant.tables for variant in many]
    assert {t["market"]["noise_curve"] for t in tables} == set(structure.CURVES)
    assert {t["market"]["dealers_asked"] for t in tables} == set(structure.ASKED)
    assert {t["start"]["anchored"] for t in tables} == set(structure.ANCHORED)
    assert {t["run"]["start"] for t in tables} == set(structure.STARTS)
    assert len({t["start"]["tilt_seed"] for t in tables}) == 36
    assert all(variant.of(scenario("baseline")).digest() for variant in many[:6])


def test_every_mechanism_switches_something_that_is_on():
    world, kinds = scenario("baseline"), traits_by_kind()
    for variant in mechanisms.variants(tuple(mechanisms.MECHANISMS)):
        changed = variant.of(world)
        assert changed.digest() != world.digest()
        for kind, trait, value in mechanisms.MECHANISMS[variant.name].traits:
            having = [name for name in kinds if trait in kinds[name]] if kind == "all" else [kind]
            assert having and any(kinds[name][trait].default != value for name in having)
            assert all(changed.population.traits[name][trait].median == value for name in having)
    with pytest.raises(UserError, match="did you mean 'demand'"):
        mechanisms.variants(["demnd"])


def test_a_part_is_given_only_of_an_effect_that_is_known():
    whole = np.array([1.0, 1.1, 0.9, 1.0])
    found = mechanisms.carried(whole, whole * 0.25)
    assert found["part"] == pytest.approx(0.75) and found["lost_low"] < found["lost"] < found["lost_high"]
    assert np.isnan(mechanisms.carried(np.array([1.0, -1.0, 0.5]), np.zeros(3))["part"])


def test_variants_are_sweeps_of_their_own_that_go_on(folder):
    asked = ask(folder)
    assert asked.contrast == "with less without" and set(asked.worlds) == {"with", "without"}
    worlds = [*mechanisms.variants(["dealers-risk"]), Variant("structure", "k3", {"market": {"dealers_asked": 3}})]
    told = []
    assert run(asked, worlds, lambda number: [1, 2], on_variant=lambda *said: told.append(said)) == []
    assert told == [("dealers-risk", 1, 2), ("k3", 2, 2)]
    first = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")}
    run(asked, worlds, lambda number: [1, 2])
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet")} == first
    without = mechanisms.table(asked, worlds[:1])
    assert without["seeds"].tolist() == [2] and np.isfinite(without["lost"]).all()
    table = uncertainty.table(asked, worlds).set_index("source")
    assert table.loc["seeds", "worlds"] == 2 and table.loc["structure", "worlds"] == 1
    assert np.isnan(table.loc["parameters", "mean"])
    assert len(effects_by_seed(asked, "noise", folder_of(asked, worlds[1]))) == 2
    with pytest.raises(UserError, match="expected one of with less without"):
        ask(folder, "nothing")


def test_a_report_has_no_headline_without_intervals_over_worlds(folder, tmp_path):
    out = shutil.copytree(folder, tmp_path / "tiny")
    assert "No headline" in report.page(load(out)) and "parameters, structure" in report.page(load(out))
    rows = [
        {"effect": "with less without", "outcome": "noise", "unit": "bp", "source": source, "worlds": 9, "mean": 0.5}
        | {"low": -0.5, "high": 1.5, "share": 1 / 3, "noise": 0.2}
        for source in uncertainty.SOURCES
    ]
    pd.DataFrame(rows).to_csv(out / "intervals.csv", index=False)
    assert "intervals.csv was made of 9 seeds, and there are 2 now" in report.page(load(out))
    rows[0]["worlds"] = 2
    pd.DataFrame(rows).to_csv(out / "intervals.csv", index=False)
    page = report.page(load(out))
    assert "**with less without: noise 0.5 bp**" in page and page.count("(9 worlds, 33% of the variance") == 2
    assert out / "intervals.png" in report.save(out)
    pd.DataFrame(rows[:2]).to_csv(out / "intervals.csv", index=False)
    assert "No headline" in report.page(load(out))


def test_draws_come_from_the_plausible_set(tmp_path):
    path = tmp_path / "plausible.csv"
    values = np.linspace(0.5, 0.95, 50)
    pd.DataFrame({"dealers' hedge": values}).to_csv(path, index=False)
    worlds = draws_of(path, 10)
    assert len(worlds) == 10 and worlds[0].theta["dealers' hedge"] == 0.5 and worlds[-1].theta["dealers' hedge"] == 0.95
    pd.DataFrame({"unknown": values}).to_csv(path, index=False)
    with pytest.raises(UserError, match="no parameter 'unknown'"):
        draws_of(path, 10)
    with pytest.raises(UserError, match="no such file"):
        draws_of(tmp_path / "other.csv", 10)


def toy(method, size, chaos=0.0):
    """Return the indices of an effect that three parameters move: much, little, and not at all."""
    parameters = PARAMETERS[:3]
    if method == "oat":
        effects = np.array([[-1.0, 3.0], [0.9, 1.1], [1.0, 1.0], [1.0, 1.2]]).ravel()
    else:
        places = sensitivity.design(method, parameters, size)
        effects = 4 * places[:, 0] + 0.5 * places[:, 1] + chaos * np.random.default_rng(1).standard_normal(len(places))
    return pd.DataFrame(sensitivity.INDICES[method](parameters, effects, size)).set_index("parameter")


def test_indices_know_what_moves_the_effect():
    names = [p.name for p in PARAMETERS[:3]]
    morris = toy("morris", 8)
    assert morris["mu_star"].tolist() == pytest.approx([4.0, 0.5, 0.0, 0.0], abs=1e-9)
    sobol = toy("sobol", 256)
    assert sobol.loc[names[0], "ST"] == pytest.approx(64 / 65, abs=0.03) and sobol.loc[names[2], "ST"] < 0.01
    oat = toy("oat", 0)
    assert oat["at_high"].tolist() == [3.0, 1.1, 1.0, 1.2] and oat["floor"].tolist() == pytest.approx([0.2] * 4)


def test_chaos_lifts_the_dummy_as_high_as_a_parameter_without_effect_and_makes_sobol_refuse():
    names = [p.name for p in PARAMETERS[:3]]
    morris = toy("morris", 256, chaos=0.3)
    floor = 2 * 0.3 / (2 / 3) / np.sqrt(np.pi)  # mean size of a difference of two, over a step of two thirds
    assert morris.loc[[names[2], sensitivity.DUMMY], "mu_star"].to_numpy() == pytest.approx([floor] * 2, rel=0.15)
    assert (morris["floor"] == morris.loc[sensitivity.DUMMY, "mu_star"]).all()
    little = toy("sobol", 512, chaos=0.3)
    share = 0.09 / (16.25 / 12 + 0.09)  # of the variance of two uniforms, 4 and 1/2 wide, and of chaos
    assert little.loc[[names[2], sensitivity.DUMMY], "ST"].to_numpy() == pytest.approx([share] * 2, rel=0.25)
    with pytest.raises(UserError, match=r"chaos makes \d+% of the variance.* raise --seeds by"):
        toy("sobol", 64, chaos=1.0)
    with pytest.raises(UserError, match=r"--size 6: expected a power of two, such as 4"):
        sensitivity.design("sobol", PARAMETERS[:3], 6)


def test_a_world_without_a_value_is_refused_by_name(folder, tmp_path):
    asked = ask(shutil.copytree(folder, tmp_path / "tiny"))
    parameters = chosen(("elasticity",))
    worlds = sensitivity.variants(asked, "oat", parameters, 0)
    for world in worlds:
        shutil.copytree(folder, folder_of(asked, world))
    table = sensitivity.table(asked, "oat", parameters, 0)
    assert table["parameter"].tolist() == ["elasticity", sensitivity.DUMMY] and (table["floor"] == 0).all()
    shutil.rmtree(folder_of(asked, worlds[1]) / "runs" / "with-seed2")
    assert np.isfinite(sensitivity.table(asked, "oat", parameters, 0)["at_high"]).all()  # of the seed that is left
    shutil.rmtree(folder_of(asked, worlds[1]) / "runs" / "with-seed1")
    with pytest.raises(UserError, match=r"'noise' has no value in elasticity-high \(elasticity = 2\)"):
        sensitivity.table(asked, "oat", parameters, 0)


def test_one_at_a_time_sets_one_parameter_and_draws_a_tornado(folder):
    parameters = chosen(("elasticity", "dealers' hedge"))
    worlds = sensitivity.variants(ask(folder), "oat", parameters, 0)
    assert [world.theta for world in worlds][:2] == [{"elasticity": 0.5}, {"elasticity": 2.0}]
    nudges = [[str(day) for day in world.nudges] for world in worlds[-2:]]
    assert nudges == [["2024-05-29", "2024-05-30"], ["2024-05-30"]]
    table = pd.DataFrame(sensitivity.INDICES["oat"](parameters, np.array([1.0, 2.0, 3.0, 1.0, 1.4, 1.5]), 0))
    figure = tornado.draw(table.assign(effect="a less b", outcome="noise", unit="bp"), 1.5)
    shown = [text.get_text().replace("\n", " ") for text in figure.axes[0].get_yticklabels()]
    assert shown == [sensitivity.DUMMY, "elasticity", "dealers' hedge"]


def test_an_experiment_without_a_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no experiment\.json"):
        load(tmp_path)
