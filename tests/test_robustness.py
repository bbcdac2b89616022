"""Robustness: variance is told apart by source, mechanisms carry what they carry, indices know what moves an effect."""

import shutil

import numpy as np
import pandas as pd
import pytest
from tiny_experiment import DAYS, tiny, tiny_jobs

from experiments.belief.calibration.parameters import PARAMETERS, chosen
from experiments.belief.robustness import mechanisms, sensitivity, structure, uncertainty
from experiments.belief.robustness.parameters import draws_of
from experiments.belief.robustness.variants import Variant, ask, effects_by_seed, folder_of, run
from experiments.errors import UserError
from experiments.figures import tornado
from experiments.kinds import traits_by_kind
from experiments.results import report
from experiments.results.effects import load
from experiments.scenario import load as scenario
from experiments.sweeps.sweep import open_sweep, sweep


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
    found = uncertainty.over_worlds("structure", drawn(2.0, 0.5, 600, seeds, rng), base)
    assert found.variance == pytest.approx(4.0, rel=0.15) and found.worlds == 600
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2.0, rel=0.1)
    same = uncertainty.over_worlds("structure", drawn(0.0, 0.5, 600, seeds, rng), base)
    assert same.variance < 0.05
    alone = uncertainty.over_worlds("parameters", [base[:1]], base)
    assert alone.worlds == 1 and np.isnan(alone.low)


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
    run(asked, worlds, lambda number: [1, 2], on_variant=lambda *said: told.append(said))
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
        | {"low": -0.5, "high": 1.5, "share": 1 / 3}
        for source in uncertainty.SOURCES
    ]
    pd.DataFrame(rows).to_csv(out / "intervals.csv", index=False)
    page = report.page(load(out))
    assert "**with less without: noise 0.5 bp**" in page and page.count("(9 worlds, 33%)") == 3
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


def toy(method, size):
    """Return the indices of an effect that three parameters move: much, little, and not at all."""
    parameters = PARAMETERS[:3]
    if method == "oat":
        effects = np.array([[-1.0, 3.0], [0.9, 1.1], [1.0, 1.0]]).ravel()
    else:
        places = sensitivity.design(method, parameters, size)
        effects = 4 * places[:, 0] + 0.5 * places[:, 1]
    return pd.DataFrame(sensitivity.INDICES[method](parameters, effects, size)).set_index("parameter")


def test_indices_know_what_moves_the_effect():
    names = [p.name for p in PARAMETERS[:3]]
    morris = toy("morris", 8)
    assert morris["mu_star"].tolist() == pytest.approx([4.0, 0.5, 0.0], abs=1e-9)
    sobol = toy("sobol", 256)
    assert sobol.loc[names[0], "ST"] == pytest.approx(64 / 65, abs=0.03) and sobol.loc[names[2], "ST"] < 0.01
    assert toy("oat", 0)["at_high"].tolist() == [3.0, 1.1, 1.0]


def test_one_at_a_time_sets_one_parameter_and_draws_a_tornado(folder):
    parameters = chosen(("elasticity", "dealers' hedge"))
    worlds = sensitivity.variants("oat", parameters, 0)
    assert [world.theta for world in worlds][:2] == [{"elasticity": 0.5}, {"elasticity": 2.0}]
    table = pd.DataFrame(sensitivity.INDICES["oat"](parameters, np.array([1.0, 2.0, 3.0, 1.0]), 0))
    figure = tornado.draw(table.assign(effect="a less b", outcome="noise", unit="bp"), 1.5)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["elasticity", "dealers' hedge"]


def test_an_experiment_without_a_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no experiment\.json"):
        load(tmp_path)
