"""Money funds: what pays for their bills is a switch, the published limit binds nobody at the start, and is kept."""

import numpy as np
import pytest
from small_market import small, small_market

from agents.money_fund import MoneyFund
from experiments.build import stage
from experiments.errors import ScenarioError
from experiments.population import Trait
from experiments.published import table
from experiments.scenario import load
from market.funding import unwind_funding
from market.instruments import Money
from market.units import CENTS_PER_MUSD


@pytest.mark.parametrize(
    ("mode", "share"), [("none", 0.0), ("estimated", MoneyFund.from_facility.default), ("all", 1.0)]
)
def test_the_switch_sets_what_every_fund_pays_out_of_the_facility(mode, share):
    market = small_market(money_market__bills_from_facility=mode)
    assert {float(fund.from_facility) for fund in market.agents_by_type[MoneyFund]} == {share}


def test_the_estimated_share_leaves_what_the_population_says_and_an_extreme_overrides_it():
    drawn = {"population__money_fund__traits": {"from_facility": Trait(median=0.3).model_dump()}}
    for mode, share in (("estimated", 0.3), ("all", 1.0)):
        market = small_market(money_market__bills_from_facility=mode, **drawn)
        assert {float(fund.from_facility) for fund in market.agents_by_type[MoneyFund]} == {share}


def test_the_estimated_share_is_what_the_months_before_the_start_give():
    frame = table("mmf_holdings_monthly_2019-2024").set_index("month_end")
    months = frame.index.to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    inside = (months >= np.datetime64("2021-12")) & (months <= np.datetime64("2024-04"))
    change = frame.loc[inside, ["treasuries", "total_investments", "repo_with_fed_onrrp"]].diff().dropna().to_numpy()
    slopes = np.linalg.lstsq(np.column_stack([change[:, :2], np.ones(len(change))]), change[:, 2])[0]
    assert len(change) == 28 and MoneyFund.from_facility.default == pytest.approx(-slopes[0], abs=0.005)


def test_the_published_limit_of_a_counterparty_binds_no_fund_at_the_start():
    given = stage(load("baseline"))
    placed = given.state.money[given.state.rows("money_fund"), Money.REVERSE_REPO]
    assert 0 < placed.max() < given.premises.reverse_repo_limit / 2
    assert given.premises.reverse_repo_limit == 160_000 * CENTS_PER_MUSD


def test_a_night_at_the_fed_earns_the_rate_of_its_evening_whatever_the_morning_brings():
    one = {"iorb_bp": 540.0, "standing_repo_bp": 550.0}
    steps = [{"since": "2024-01-01", "on_rrp_bp": 530.0, **one}, {"since": "2024-05-31", "on_rrp_bp": 130.0, **one}]
    market = small_market(days=4, policy__rates=steps, policy__on_rrp_limit_musd=10**7)
    acts = market.moments()
    assert next(act for act in acts if act == "set_rates") and market.rates.on_rrp == 130.0
    rows = np.concatenate([fund.rows for fund in market.agents_by_type[MoneyFund]])
    placed, nights = market.ledger.balance[rows, Money.REVERSE_REPO].copy(), market.date - market.last_date
    market.loans = market.loans[:0]  # nothing but the facility pays
    before = market.ledger.cash(rows).copy()
    unwind_funding(market)
    assert placed.max() > 0 and nights == 1
    earned = market.ledger.cash(rows) - before - placed
    assert np.abs(earned - placed * 0.053 / 360).max() <= 1


def test_a_mode_that_does_not_exist_is_refused_with_the_nearest(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[money_market]\nbills_from_facility = "estimate"\n')
    with pytest.raises(ScenarioError, match=r"line 2.*did you mean 'estimated'"):
        load(path)
    assert small().money_market.bills_from_facility == "estimated"
