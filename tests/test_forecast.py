"""A forecast is blind, dated and gone on with; its densities are those of its seeds."""

import pandas as pd
import pytest

from experiments.belief import forecast
from experiments.errors import StoreError
from experiments.inputs.fiscal_flows import cash_account, fiscal_flows
from experiments.scenario import overlaid
from experiments.small_world import COUNTS
from market.units import day_number

FEW = {kind: {"count": number} for kind, number in COUNTS.items()}
SMALL = {"run": {"rounds": 4, "burn_in_days": 1}, "population": FEW}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the world and the file of a small forecast of five days."""
    world = overlaid(forecast.world(), SMALL, "small")
    out = tmp_path_factory.mktemp("forecast") / "out"
    return world, forecast.forecast(world, [1, 2], out, days=5)


def test_forecasts_have_densities_of_operations_auctions_and_weeks(written):
    table = forecast.read(written[1])
    assert set(table["series"]) == {
        "buyback accepted",
        "dealers' share",
        "high less median yield",
        "dealers' net position",
    }
    assert (table["seeds"] <= 2).all() and table["date"].between("2025-01-02", "2025-01-08").all()
    assert (table["q05"] <= table["q50"]).all() and (table["q50"] <= table["q95"]).all()
    assert table.loc[table["series"] == "buyback accepted", "date"].min() == "2025-01-07"


def test_the_header_registers_world_seeds_and_assumptions(written):
    world, path = written
    head = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    assert world.digest() in head[2] and head[3] == "# seeds 1, 2" and "off-the-run" in head[1]
    assert "no result of 2025 was read" in head[0] and "assumed" in head[4]


def test_a_forecast_is_never_written_over_and_of_one_world(written):
    world, path = written
    with pytest.raises(StoreError, match="exists"):
        forecast.forecast(world, [1, 2], path.parent, days=5)
    kept = path.read_text("utf-8")
    path.unlink()
    with pytest.raises(StoreError, match="another world"):
        forecast.forecast(forecast.world(), [1], path.parent, days=5)
    times = {file: file.stat().st_mtime_ns for file in (path.parent / "seeds").iterdir()}
    again = forecast.forecast(world, [1, 2], path.parent, days=5).read_text("utf-8")
    assert {file: file.stat().st_mtime_ns for file in (path.parent / "seeds").iterdir()} == times
    assert again.splitlines()[6:] == kept.splitlines()[6:]


def test_days_without_an_operation_forecast_what_they_have(tmp_path):
    world = overlaid(forecast.world(), SMALL, "small")
    before_buybacks = forecast.read(forecast.forecast(world, [1, 2], tmp_path / "two", days=2))
    assert "buyback accepted" not in set(before_buybacks["series"])


def test_densities_are_of_the_seeds_that_have_a_value():
    keys = {"series": "a", "date": "2025-01-07", "item": "x", "unit": "bp"}
    runs = [pd.DataFrame([{**keys, "value": value}]) for value in (1.0, 3.0, float("nan"))]
    row = forecast.densities(runs).iloc[0]
    assert (row["seeds"], row["mean"], row["q50"]) == (2, 2.0, 2.0)


def test_fiscal_flows_of_2025_are_those_of_the_business_day_a_year_before():
    flows = fiscal_flows(day_number("2025-03-01"), day_number("2025-03-31"))
    known = cash_account().flow
    march = known[(known.index >= day_number("2024-03-01")) & (known.index <= day_number("2024-03-31"))]
    assert flows.cents[:3].tolist() == march.iloc[:3].tolist()
    assert len(flows.day) == 21 and flows.cents[-1] == march.iloc[-1]  # a business day more than the year before
