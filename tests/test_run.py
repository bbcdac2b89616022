"""A run: a scenario and a seed become a folder that passes its check, whole or not at all."""

import pytest
from small_market import digest, live, small, small_market

from agents.institution import Institution
from experiments.check import check
from experiments.errors import UserError
from experiments.run import run
from experiments.scenario import overlaid
from experiments.sections.world import Scenario
from experiments.store import read, read_manifest
from market.model import TreasuryMarket

DAYS = 3


@pytest.mark.parametrize("name", ["baseline", "no-buybacks", "placebo", "steady", "zero-intelligence"])
def test_every_world_lives_and_its_folder_passes_the_check(tmp_path, name):
    result = run(small(name), seed=3, days=DAYS, out=tmp_path / name)
    findings = check(result.folder)
    assert len(findings) > 10 and not [f for f in findings if not f.passed]
    daily = read(result.folder, "daily")
    assert len(daily) == DAYS and (daily["trades"] > 0).all() and daily["yield_10y_bp"].between(300, 600).all()
    assert read_manifest(result.folder).identities_passed == 8 * DAYS


@pytest.mark.parametrize("start", ["2024-01-02", "2024-03-14", "2024-07-10", "2024-11-14", "2024-12-24"])
def test_a_run_may_start_between_announcement_auction_and_issue(tmp_path, start):
    world = overlaid(small(), {"run": {"start": start}}, "a test")
    result = run(world, days=DAYS, out=tmp_path / start)
    assert not [finding for finding in check(result.folder) if not finding.passed]
    assert (read(result.folder, "daily")["trades"] > 0).all()


def test_a_run_says_how_far_it_is_and_without_a_folder_keeps_its_record():
    days = []
    result = run(small(), seed=1, days=DAYS, on_day=days.append)
    assert [day.number for day in days] == [1, 2, 3, 4, 5] and {day.of for day in days} == {5}
    assert result.folder is None and len(result.market.record.to_pandas("daily")) == DAYS
    assert digest(result.market) == digest(small_market(days=2 + DAYS))


def test_a_folder_that_exists_is_refused_before_anything_is_simulated(tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(TreasuryMarket, "step", lambda market: pytest.fail("it simulated"))
    with pytest.raises(UserError, match="exists, expected a new name"):
        run(small(), days=1, out=tmp_path / "out")


def test_a_run_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(market):
        raise RuntimeError("the power went off")

    monkeypatch.setattr(TreasuryMarket, "step", fail)
    with pytest.raises(RuntimeError):
        run(small(), days=1, out=tmp_path / "deep" / "out")
    assert not list(tmp_path.iterdir())


def test_without_a_burn_in_the_clock_starts_at_once():
    market = run(small(burn_in=0), days=1).market
    assert market.day == 1 and len(market.record.to_pandas("opening")) > 100


def test_the_opening_is_what_everybody_had_when_the_clock_started():
    market = live(small_market(), 2)
    balance = market.ledger.balance.copy()
    live(market, 1)
    opening = market.record.to_pandas("opening")
    row = opening[
        (opening["account"].astype(str) == "Federal Reserve") & (opening["instrument"].astype(str) == "RESERVES")
    ]
    assert row["amount"].tolist() == [balance[0, 0]]
    assert not opening.groupby("instrument", observed=True)["amount"].sum().any()


def test_a_stranger_in_the_market_passes_the_check_too(tmp_path):
    class Stranger(Institution):
        sector = "strangers"

    from experiments.build import build
    from experiments.store import new_folder, write_manifest
    from market.tables.record import Record

    scenario = small()
    with new_folder(tmp_path / "out") as folder:
        with Record(folder) as record:
            market = build(scenario, 1, record)
            Stranger(market, name="Stranger")
            live(market, 2 + DAYS)
        write_manifest(folder, scenario, 1, market.day, market.checks, 0.0)
    assert all(finding.passed for finding in check(tmp_path / "out"))


def test_a_trait_that_a_kind_does_not_have_is_refused_before_anything_runs(tmp_path):
    wrong = Scenario.model_validate({"population": {"primary_dealer": {"count": 24, "firm_hurdel": {"median": 1.0}}}})
    with pytest.raises(UserError, match=r"primary_dealer\.firm_hurdel is no trait.*did you mean 'firm_hurdle'"):
        run(wrong, out=tmp_path / "run")
    assert not any(tmp_path.iterdir())


def test_tables_on_demand_are_written_when_asked_for_and_hold_the_firm_quotes():
    market = small_market(days=3, keep=("trades", "requests", "quotes"))
    quotes = market.record.to_pandas("quotes")
    both = quotes[(quotes["bid_face"] > 0) & (quotes["ask_face"] > 0)]
    assert len(both) and (both["bid"] < both["ask"]).all() and set(quotes["round"]) == set(range(market.rounds))
    assert (quotes["bid"].isna() == (quotes["bid_face"] == 0)).all()
    assert len(market.record.to_pandas("trades")) and len(market.record.to_pandas("requests"))
