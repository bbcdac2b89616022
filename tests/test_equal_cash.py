"""Every way of buying back has a twin in which the Fed buys: the same operations or bids, paid with new reserves."""

import numpy as np
import pytest
from small_market import HELD_FIXED, small, small_market
from tiny_experiment import tiny

from agents.officials.fed_standing_desk import FedStandingDesk
from experiments.check import check
from experiments.equal_cash import SUFFIX, buyers, with_easing
from experiments.experiment import ExperimentError, load, names
from experiments.run import run
from experiments.sweeps.branching import burn_in_key
from market.accounts.instruments import TREASURY
from market.auctions.outright import PURCHASE, SALE
from market.tables.record_columns import MEMO_OUTRIGHT
from market.units import CENTS_PER_MUSD, FACE_PER_MUSD, day_number

BURN_IN, DAYS = 2, 7
SIDE = {"haircut_bp": 0.5, "size_musd": 20, "daily_musd": 150, "total_musd": 600}
WAYS = {
    "programme": {},
    "doubled": {"policy__buybacks__scale": 2.0},
    "most illiquid": {"policy__buybacks__target": "most-illiquid-decile"},
    "committed": {"policy__buybacks__mode": "committed"},
    "standing": {"policy__buybacks__mode": "standing", "policy__buybacks__standing": SIDE},
    "standing, two-sided": {
        "policy__buybacks__mode": "standing",
        "policy__buybacks__standing": SIDE | {"reopening": SIDE},
    },
}
TWIN = {"policy__qe_like_buybacks": True}


def lived(**values):
    """Live through the burn-in and the days."""
    return small_market(days=BURN_IN + DAYS, **HELD_FIXED, **values)


def cash_by_day(market, operation=PURCHASE):
    """Return the cents that the Fed agreed to pay, or was promised, by day."""
    if "operations" not in market.record.rows:
        return {}
    rows = market.record.to_pandas("operations").astype({"operation": str, "unit": str})
    rows = rows[(rows["operation"] == operation) & (rows["unit"] == "cents")]
    return {day_number(day): int(cents) for day, cents in rows.groupby("date")["amount"].sum().items() if cents}


@pytest.mark.parametrize("way", WAYS)
def test_the_fed_can_buy_in_the_treasurys_place_for_the_same_cash_on_the_first_day_and_nearly_so_later(way):
    treasury = lived(**WAYS[way])
    fed = lived(**WAYS[way], **TWIN)
    costs = treasury.record.to_pandas("buybacks").groupby("date")["cost_cents"].sum()
    costs = {day_number(day): int(cents) for day, cents in costs.items() if cents}
    paid = cash_by_day(fed)
    first = min(costs)
    assert first == min(paid) and costs[first] == paid[first] > 0
    print(
        f"{way}, {DAYS} days: the Treasury agreed to pay {sum(costs.values()) / CENTS_PER_MUSD:,.2f} $m, "
        f"the Fed {sum(paid.values()) / CENTS_PER_MUSD:,.2f} $m"
    )
    assert "buybacks" not in fed.record.rows and fed.bought_cents == 0 and not fed.tape.bought_in_books(TREASURY).size
    assert (fed.soma > treasury.soma).any() and cash_by_day(treasury) == {}
    settled = sum(cents for flow in (PURCHASE, SALE) for day, cents in cash_by_day(fed, flow).items() if day < fed.date)
    postings = fed.record.to_pandas("postings").astype({"memo": str, "instrument": str})
    moved = postings[(postings["memo"] == MEMO_OUTRIGHT) & (postings["instrument"] == "RESERVES")]
    assert moved["amount"].sum() == settled


def test_the_feds_standing_bids_are_bounded_by_what_it_may_own_and_its_offers_by_what_it_has():
    market = lived(**WAYS["standing, two-sided"], **TWIN)
    desk = market.agents_by_type[FedStandingDesk][0]
    view = market.view()
    caps, most = desk.caps(view), desk.most_sold(view)
    assert (caps <= view.outstanding * 70 // 100).all() and (caps > 0).any()
    assert (most <= SIDE["size_musd"] * FACE_PER_MUSD).all() and (most <= np.maximum(desk.position, 0)).all()
    sold = cash_by_day(market, SALE)
    assert sold and all(cents < 0 for cents in sold.values())


def test_a_run_of_the_feds_facility_passes_the_check_and_lives_a_burn_in_of_its_own(tmp_path):
    world = small(**WAYS["standing, two-sided"], **TWIN)
    assert burn_in_key(world) != burn_in_key(small(**WAYS["standing, two-sided"]))
    run(world, 1, 4, tmp_path / "run")
    assert [finding.law for finding in check(tmp_path / "run") if not finding.passed] == []


def test_every_arm_of_a_bundled_experiment_that_buys_back_has_a_twin_that_differs_in_who_buys():
    twins = 0
    for name in names():
        asked = load(name)
        if asked.factors or not buyers(asked.worlds()):
            continue
        worlds = with_easing(asked).worlds()
        for arm in buyers(asked.worlds()):
            one, two = (worlds[key].model_dump(exclude={"name", "about"}) for key in (arm, arm + SUFFIX))
            assert two["policy"].pop("qe_like_buybacks") and not one["policy"].pop("qe_like_buybacks") and one == two
            twins += 1
    assert twins > 20
    assert {arm + SUFFIX for arm in ("committed", "standing", "programme")} < set(with_easing(load("last-resort")).arms)


def test_an_experiment_without_buybacks_or_of_factors_has_no_twins():
    with pytest.raises(ExperimentError, match="crosses factors"):
        with_easing(load("buyback-taper-supply"))
    nothing = tiny(arms={"without": {"scenario": "no-buybacks"}, "placebo": {"scenario": "placebo"}})
    with pytest.raises(ExperimentError, match="no arm in which the Treasury buys back"):
        with_easing(nothing)
