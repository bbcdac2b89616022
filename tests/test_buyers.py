"""Buyers moved by money abroad and by each other: hedged pick-up, runs, and officials' order of sales."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_market import live, lone, small, small_market

from agents.buyers.activity import BILLS_BN, FRN_BN, customer_turnover
from agents.buyers.foreign_official import ForeignOfficial, oldest_first
from agents.buyers.foreign_private import ForeignPrivate
from agents.buyers.hedged_pickup import BASIS, FOREIGN_RATE, hedge_cost, more_wanted
from agents.buyers.investor import Investor
from agents.buyers.needs import DEALERS_AWARDS_BN, outward
from agents.buyers.run_rules import MOST_RUN, USUAL_RISE_BP, join_run, run_share
from experiments.build import build
from experiments.errors import UserError
from experiments.sections.buyers import ForeignMoney, money_abroad
from experiments.sections.shocks import ForcedFlow
from market.bonds.securities import Kind
from market.units import FACE_PER_MUSD, day_number

DATA = Path(__file__).parents[1] / "experiments" / "data"


# ---- liquidity trades -------------------------------------------------------------------------------
def test_what_customers_turn_over_in_bills_is_drawn_undone_and_passed_on_by_dealers():
    market = small_market(days=1)
    view, s = market.last_view(), market.securities
    drawn, there = outward(s), customer_turnover(view) / (1000.0 * FACE_PER_MUSD)
    for kind, published_bn in ((Kind.BILL, BILLS_BN), (Kind.FRN, FRN_BN)):
        out = (drawn * there)[s.of(kind)].sum()
        assert out < 0.5 * published_bn
        assert 2.0 * out + DEALERS_AWARDS_BN[kind] == pytest.approx(published_bn)
    assert (drawn[~s.of(Kind.BILL, Kind.FRN)] == 1.0).all()


def test_dealers_awards_of_bills_are_those_of_the_published_auctions():
    sold = pd.read_csv(DATA / "auctions_2019-2024.csv", parse_dates=["auction_date"])
    sold = sold[sold["auction_date"].between("2023-06-01", "2024-05-31")]
    days = 250
    for kind, name in ((Kind.BILL, "Bill"), (Kind.FRN, "FRN")):
        mine = sold[sold["security_class"] == name]
        awarded = (mine["amount_accepted_competitive_musd"] * mine["primary_dealer_pct"]).sum() / days / 1000.0
        assert awarded == pytest.approx(DEALERS_AWARDS_BN[kind], rel=0.02)


# ---- hedged pick-up ---------------------------------------------------------------------------------
def test_the_pick_up_falls_by_the_difference_of_short_rates_and_by_the_basis():
    assert hedge_cost(530.0, 300.0, 20.0) == 250.0
    assert more_wanted(10.0, 0.0, 0.001, 0.5) == pytest.approx(0.01)
    assert more_wanted(10.0, 30.0, 0.001, 0.5) == pytest.approx(-0.02)
    assert more_wanted(0.0, 9000.0, 0.001, 0.5) == -0.5


def abroad(rate=300.0, basis=20.0, expected=530.0):
    extras = {FOREIGN_RATE: rate, BASIS: basis}
    return SimpleNamespace(
        rates=SimpleNamespace(expected=expected), extras=extras, years=np.array([0.1, 2.0, 30.0]), anticipated=1.0
    )


@pytest.mark.parametrize(
    "change, sign", [({"basis": 70.0}, -1), ({"rate": 400.0}, 1), ({"expected": 430.0}, 1), ({"expected": 630.0}, -1)]
)
def test_hedgers_want_less_when_the_hedge_costs_more_and_most_so_in_long_bonds(change, sign):
    one = lone(ForeignPrivate, pickup_elasticity=0.001, benchmark=np.ones(3))
    assert not one._more(abroad()).any()
    more = one._more(abroad(**change))
    assert (sign * more > 0).all() and abs(more[2]) >= abs(more[0])
    if "expected" in change:
        assert abs(more[0]) < 0.2 * abs(more[2])  # bills gain what their hedge costs
    assert not one._more(SimpleNamespace(extras={})).any()


def test_a_market_without_figures_of_foreign_money_and_one_with_a_flat_path_are_alike():
    one = lone(ForeignPrivate, benchmark=np.ones(3))
    for _ in range(3):
        assert not one._more(abroad()).any()


def test_a_path_of_money_abroad_is_public_on_its_days():
    path = small(buyers__foreign=({"since": "2024-05-30", "rate_bp": 250.0, "basis_bp": 90.0},))
    step = money_abroad(path.buyers)
    for day, burning, seen in (("2024-05-29", False, 20.0), ("2024-05-30", False, 90.0), ("2024-06-28", True, 20.0)):
        market = SimpleNamespace(date=day_number(day), burning_in=burning, extras={})
        step(market)
        assert market.extras[BASIS] == seen
    with pytest.raises(ValueError, match=r"buyers.foreign\[0\].since is 2031-01-02, expected after"):
        small(buyers__foreign=({"since": "2031-01-02", "rate_bp": 250.0, "basis_bp": 90.0},))
    with pytest.raises(ValueError, match="basis_bp"):
        ForeignMoney(since="2024-05-30", rate_bp=0.0, basis_bp=501.0)


def test_a_dearer_hedge_makes_private_foreigners_sell():
    """Paired runs: the same seed, the basis 300 bp wider from the second day on."""
    steps = {"since": "2024-05-30", "rate_bp": 300.0, "basis_bp": 320.0}
    held = []
    for foreign in ((), (steps,)):
        market = live(small_market("steady", burn_in=1, buyers__foreign=foreign), 4)
        held.append(sum(int(agent.position.sum()) for agent in market.agents_by_type[ForeignPrivate]))
    assert held[1] < held[0] * 0.9995


# ---- officials -------------------------------------------------------------------------------------
def test_officials_sell_their_oldest_issues_first_and_exactly_what_they_must():
    held, issued = np.array([50, 40, 30, 0]), np.array([300, 100, 200, 50])
    assert oldest_first(held, issued, 55).tolist() == [0, 40, 15, 0]
    assert oldest_first(held, issued, 0).tolist() == [0] * 4
    assert oldest_first(held, issued, 120).tolist() == held.tolist()


def test_an_order_to_sell_leaves_an_official_with_what_is_young():
    market = live(small_market("steady", burn_in=1), 1)
    flow = ForcedFlow(int(market.premises.dates[0]), "foreign_official", (5.0, 10.0), (-100_000 * FACE_PER_MUSD,))
    market.date, market.day = flow.first_day, 0
    flow(market)
    ordered = 0
    for one in market.agents_by_type[ForeignOfficial]:
        sold, issued = -one.forced, market.securities.first_issue_day
        ordered += int(sold.sum())
        inside = (
            market.securities.of(Kind.NOTE, Kind.BOND) & market.tradable & (market.years >= 5) & (market.years <= 10)
        )
        kept = inside & (one.position - sold > 0)
        if sold.any() and kept.any():
            assert issued[sold > 0].max() <= issued[kept].min()
    assert ordered == 100_000 * FACE_PER_MUSD
    too_much = replace(flow, face_by_day=(-(10**8) * FACE_PER_MUSD,), place="flows[2]")
    with pytest.raises(
        UserError, match=r"flows\[2\] of 2024-05-29: on 2024-05-29 foreign_official holds [\d,]+ musd of 5"
    ):
        too_much(market)


def test_who_is_to_trade_is_named_by_its_place_in_the_scenario():
    flow = {"date": "2024-05-29", "bucket_years": (2.0, 10.0), "daily_musd": (-1,)}
    flows = [{**flow, "holder": "pension"}, {**flow, "holder": "penson"}]
    with pytest.raises(UserError, match=r"flows\[1\]\.holder is 'penson'.* did you mean 'pension'"):
        build(small("steady", flows=flows), 1)


# ---- runs ------------------------------------------------------------------------------------------
def test_only_what_rose_beyond_a_usual_day_frightens_and_only_so_far():
    assert run_share(USUAL_RISE_BP, 0.05) == 0.0 and run_share(-50.0, 0.05) == 0.0 and run_share(9.0, 0.0) == 0.0
    assert run_share(USUAL_RISE_BP + 1.0, 0.05) == pytest.approx(0.05)
    assert run_share(500.0, 0.05) == MOST_RUN


def test_who_fears_sells_what_fell_and_what_its_news_explains_frightens_nobody():
    away = SimpleNamespace(level=np.zeros(3), level_load=np.zeros((3, 3)))
    model = SimpleNamespace(
        outlook=SimpleNamespace(deviation=lambda view: away),
        ledger=SimpleNamespace(position=lambda rows: np.full((1, 3), 1000 * FACE_PER_MUSD)),
    )
    view = SimpleNamespace(day=-1, tradable=np.ones(3, bool), when_issued=np.array([False, False, True]))
    one = lone(Investor, model, fear=0.01)
    for away.level in (np.full(3, -12.0), np.zeros(3)):
        join_run(one, view)  # it is no day yet
    view.day = 0
    join_run(one, view)
    assert not one.forced.any()
    away.level = np.array([12.0, 1.0, 12.0])
    join_run(one, view)
    assert (one.forced / FACE_PER_MUSD).tolist() == [-100, 0, 0]
    calm = lone(Investor, model, fear=0.01, seen_level=np.zeros(3), news=np.array([12.0, 0.0, 0.0]))
    away.level_load = np.column_stack([np.ones(3), np.zeros((3, 2))])
    join_run(calm, view)
    assert not calm.forced.any()


def test_fear_makes_the_same_sale_larger():
    """Paired: the same forced sale, with and without fear; those who may run sell more."""
    sale = {
        "type": "sale",
        "date": "2024-05-30",
        "holder": "foreign_official",
        "bucket_years": (5, 10),
        "amount_musd": 150_000,
    }
    sold = []
    for fear in (0.0, 0.02):
        market = live(small_market("steady", burn_in=1, shocks=(sale,), buyers__fear=fear), 4)
        table = market.record.to_pandas("sectors")
        sold.append(-table[table["sector"].isin(["bond funds", "foreign private"])]["net_asked_musd"].sum())
    assert sold[1] > sold[0]
