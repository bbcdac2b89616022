"""Calibration: parameters land where they should, the emulator fits, the set keeps the truth, a design goes on."""

import json

import numpy as np
import pytest

from experiments.belief.calibration import calibrate as calibration
from experiments.belief.calibration import design
from experiments.belief.calibration.emulator import fit
from experiments.belief.calibration.parameters import MOST, PARAMETERS, chosen, shipped, with_values
from experiments.belief.calibration.plausible import CUT, match, places, profile, recovery, verdict, width
from experiments.belief.validation_rows import FITTED, SCORED
from experiments.errors import StoreError, UserError
from experiments.kinds import traits_by_kind
from experiments.scenario import load


def toy(x):
    """Return three moments of two parameters out of three: the third moves nothing."""
    return np.column_stack([2 * x[:, 0], x[:, 0] + x[:, 1], x[:, 1] ** 2])


def test_every_parameter_is_in_the_scenario_inside_its_bounds_with_a_reason():
    world = load("baseline")
    assert len(PARAMETERS) <= MOST and len({p.name for p in PARAMETERS}) == len(PARAMETERS)
    for parameter in PARAMETERS:
        assert parameter.low < shipped(world, parameter) < parameter.high, parameter.name
        assert parameter.reason and parameter.unit
        middle = float(parameter.at(np.asarray(0.5)))
        assert parameter.place_of(middle) == pytest.approx(0.5)


def test_values_go_where_they_belong():
    world, kinds = load("baseline"), traits_by_kind()
    changed = with_values(world, {"dealers' hedge": 0.6, "elasticity": 2.0, "size of news": 0.7})
    assert changed.population.traits["primary_dealer"]["hedge_share"].median == 0.6
    assert changed.news.scale == 0.7
    for kind in ("pension", "household", "foreign_official"):
        assert changed.population.traits[kind]["elasticity"].median == 2 * kinds[kind]["elasticity"].default
    assert with_values(world, {}).digest() == world.digest()


@pytest.mark.parametrize(
    ("theta", "message"),
    [
        ({"dealers' hedge": 0.99}, r"dealers' hedge = 0.99, expected 0.5 to 0.95 share"),
        ({"dealers hedge": 0.9}, r"did you mean \"dealers' hedge\""),
    ],
)
def test_a_wrong_parameter_is_refused(theta, message):
    with pytest.raises(UserError, match=message):
        with_values(load("baseline"), theta)


def test_the_emulator_fits_a_quadratic_and_knows_what_it_cannot_explain():
    x = places(3, 6)
    noise = np.random.default_rng(1).normal(0, 0.3, (64, 1))
    found = fit(x, np.column_stack([toy(x), noise]))
    assert found.error[:3] == pytest.approx(np.zeros(3), abs=0.01)
    assert found.r_squared[3] < 0.15 and found.error[3] == pytest.approx(0.3, rel=0.25)
    assert found.predict(np.array([[0.5, -0.5, 0.9]]))[0, :3] == pytest.approx([1.0, 0.0, 0.25], abs=0.01)
    with pytest.raises(ValueError, match="8 or more"):
        fit(x[:5], toy(x[:5]))
    broken = toy(x)
    broken[7, 2] = np.nan
    with pytest.raises(ValueError, match="moment 2 of point 7 is nan"):
        fit(x, broken)


def test_the_set_keeps_the_truth_says_what_is_identified_and_what_is_out_of_reach():
    x = places(3, 6)
    noisy = toy(x) + np.random.default_rng(2).normal(0, 0.05, (64, 3))
    truth, data = np.array([[0.4, -0.2, 0.7]]), np.full(4, 0.05)
    emulator = fit(x, np.column_stack([noisy, x[:, 0]]))
    found = match(emulator, np.append(toy(truth)[0], 9.0), data, places(3))
    assert list(found.reached) == [True, True, True, False]
    assert 0 < len(found.inside) < 0.2 * len(found.places)
    assert np.abs(found.inside[:, :2] - truth[0, :2]).max() < 0.4
    assert [verdict(share) for share in width(found.inside)] == ["identified", "identified", "not"]
    middle, least = profile(found, 0)
    assert abs(middle[np.argmin(least)] - 0.4) < 0.2 and least.max() > CUT
    assert verdict(float("nan")) == "nothing plausible"


def test_known_truths_are_recovered_and_a_false_emulator_is_found_out():
    x, data = places(3, 6), np.full(3, 0.05)
    noisy = toy(x) + np.random.default_rng(3).normal(0, 0.05, (64, 3))
    own, centres = recovery(x, noisy, data, places(3, 10))
    assert (own < CUT).mean() > 0.9
    assert np.corrcoef(centres[:, 0], x[:, 0])[0, 1] > 0.95
    assert abs(np.corrcoef(centres[:, 2], x[:, 2])[0, 1]) < 0.6
    vague, _ = recovery(x, noisy, np.full(3, 0.5), places(3, 7))  # ten times the emulator's error
    largest = np.abs(np.random.default_rng(1).standard_normal((20_000, 3))).max(axis=1)
    assert vague.mean() == pytest.approx(largest.mean(), rel=0.15)  # data have their error, and are not excused by it
    shuffled = noisy[np.random.default_rng(4).permutation(64)]
    _, lost = recovery(x, shuffled, data, places(3, 10))
    assert abs(np.corrcoef(lost[:, 0], x[:, 0])[0, 1]) < 0.5


def test_a_true_place_passes_all_of_24_moments_94_times_in_a_hundred():
    largest = np.abs(np.random.default_rng(5).standard_normal((20_000, 24))).max(axis=1)
    assert (largest < CUT).mean() == pytest.approx(0.937, abs=0.006)


def test_a_discrepancy_of_the_model_makes_more_places_plausible():
    x, truth = places(3, 6), np.array([[0.4, -0.2, 0.7]])
    emulator, data = fit(x, toy(x) + np.random.default_rng(2).normal(0, 0.05, (64, 3))), np.full(3, 0.05)
    plain, judged = match(emulator, toy(truth)[0], data, x), match(emulator, toy(truth)[0], data, x, np.full(3, 0.3))
    spread = np.sqrt(0.05**2 + emulator.error**2)
    expected = plain.implausibility * spread / np.sqrt(spread**2 + 0.09)
    assert judged.implausibility == pytest.approx(expected) and len(judged.inside) > len(plain.inside)


def test_a_longer_design_begins_with_the_shorter_one():
    assert np.array_equal(design.unit_places(PARAMETERS, 20)[:9], design.unit_places(PARAMETERS, 9))
    with pytest.raises(UserError, match="expected 9 or more"):
        design.unit_places(PARAMETERS, 3)


def fake(theta, seed, days, scenario):
    """Stand in for the model: moments near what is published, moved by two parameters."""
    rng = np.random.default_rng(seed)
    published = calibration.targets()
    values = published["published"] + (published["high"] - published["low"]) * rng.normal(0, 0.1, len(published))
    values[6] = published["published"][6] + 2 * (theta["dealers' hedge"] - 0.7)
    return dict(zip(published["row"], map(float, values), strict=True))


def test_a_design_is_made_once_goes_on_and_ends_in_tables(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(design, "simulate", lambda *asked: made.append(asked) or fake(*asked))
    parameters, folder = chosen(("dealers' hedge", "elasticity")), tmp_path / "design"
    design.run(design.open_design(parameters, 9, 87, "baseline", folder), 1)
    points = design.open_design(parameters, 24, 87, "baseline", folder)
    design.run(points, 1)
    assert len(made) == 24
    found = calibration.calibrate(parameters, points)
    assert 0 < found.share <= 1
    assert not found.moments.loc[found.moments["role"] != FITTED, "matched"].any()
    row = found.moments.set_index("row").loc[SCORED[6].name]
    assert row["r_squared"] > 0.9 and row["reached"]
    assert list(found.parameters["verdict"]) != ["not", "not"]
    assert found.plausible["dealers' hedge"].between(0.5, 0.95).all()
    files = calibration.save(found, folder)
    assert all(file.stat().st_size > 50 for file in files)
    first = json.loads(points[0].file.read_text())
    assert set(first) == {"theta", "seed", "moments"}


def test_another_question_in_the_folder_is_refused(tmp_path):
    parameters = chosen(("dealers' hedge",))
    design.open_design(parameters, 9, 87, "baseline", tmp_path / "d")
    with pytest.raises(StoreError, match="other days"):
        design.open_design(parameters, 9, 30, "baseline", tmp_path / "d")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("x")
    with pytest.raises(StoreError, match="no design and not empty"):
        design.open_design(parameters, 9, 87, "baseline", tmp_path / "other")
