"""A shared burn-in changes nothing: a branch of it has the bits of a run that lived its burn-in itself."""

import pytest
from small_market import digest, small

from experiments.build import build
from experiments.experiment import load, names
from experiments.run import live
from experiments.scenario import overlaid
from experiments.small_world import COUNTS
from experiments.sweeps.branching import branch, burn_in_key, calm, lived_burn_in
from market.tables.record import Record

CAP = {"since": "2024-01-01", "treasuries_musd": 0, "mbs_musd": 0}
SALE = {"type": "sale", "date": "2024-05-30", "holder": "foreign_private", "bucket_years": [1.0, 30.0]}
AFTER_THE_START = {
    "as it was": {},
    "no programme": {"policy__buybacks__mode": "off"},
    "news, a sale, another cap": {
        "news__scale": 2.0,
        "shocks": [SALE | {"amount_musd": 50_000}],
        "policy__caps": [CAP],
    },
    "the Fed buys": {
        "policy__purchases": [
            {"side": "buy", "since": "2024-05-30", "until": "2024-06-10", "per_day_musd": 5_000, "bucket_years": [2, 9]}
        ],
        "policy__qe_like_buybacks": True,
        "policy__functioning": {"per_day_musd": 5_000, "noise_above_bp": 0.1},
    },
    "a path of supply that is announced": {"policy__buybacks__announced": "2024-05-29"},
    "a target by what traded in the burn-in": {"policy__buybacks__target": "most-illiquid-decile"},
    "a dealer enters": {"entries": [{"date": "2024-05-30", "name": "Newcomer"}]},
    "a dealer leaves, the budget is balanced": {
        "exits": [{"date": "2024-05-30", "dealer": "largest"}],
        "policy__fiscal": "balanced",
    },
}
BEFORE_IT = {
    "other dealers": {"population__primary_dealer__traits": {"gross_limit": {"median": 420_000.0}}},
    "dealers who count on buybacks": {"population__primary_dealer__traits": {"buyback_reliance": {"median": 1.0}}},
    "other requests": {"market__dealers_asked": 5},
    "bids that rest in the books": {"policy__buybacks__mode": "standing"},
    "rates that guidance leads to expect": {
        "policy__rates": [{"since": "2024-06-20", "iorb_bp": 500, "on_rrp_bp": 490, "standing_repo_bp": 510}]
    },
    "steady supply": {"policy__supply": "steady"},
}


@pytest.fixture(scope="module")
def packed():
    return lived_burn_in(small(), 3)


def bits(market):
    """Return what a run has become: its state, and the bytes of its daily table."""
    return digest(market), market.record.to_pandas("daily").to_csv()


def alone(scenario, seed, days):
    return bits(live(build(scenario, seed, Record()), days))


@pytest.mark.parametrize("case", AFTER_THE_START)
def test_a_branch_has_the_bits_of_a_run_of_its_own(case, packed):
    scenario = small(**AFTER_THE_START[case])
    assert burn_in_key(scenario) == burn_in_key(small())
    assert bits(live(branch(packed, scenario, Record()), 3)) == alone(scenario, 3, 3)


@pytest.mark.parametrize("case", BEFORE_IT)
def test_what_shows_in_a_burn_in_has_one_of_its_own(case):
    assert burn_in_key(small(**BEFORE_IT[case])) != burn_in_key(small())


def test_rates_that_nobody_expects_at_the_start_share_it():
    assert burn_in_key(small(policy__rates_path="flat")) == burn_in_key(small())
    assert calm(small(policy__buybacks__mode="off", news__scale=0.0)).digest() == small().digest()


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_arm_of_every_experiment_may_be_a_branch(name):
    few = {kind: {"count": number} for kind, number in COUNTS.items() if kind != "primary_dealer"}
    tables = {"run": {"rounds": 4, "burn_in_days": 2}, "population": few}
    burned = {}
    for arm, world in load(name).worlds().items():
        scenario = overlaid(world, tables, arm)
        key = burn_in_key(scenario)
        burned.setdefault(key, None)
        if burned[key] is None:
            burned[key] = lived_burn_in(scenario, 1)
        assert bits(live(branch(burned[key], scenario, Record()), 8)) == alone(scenario, 1, 8), arm
    print(f"{name}: {len(load(name).worlds())} arms, {len(burned)} burn-ins")
