"""Not QE: buybacks leave reserves, reverse repo and Treasury cash together as they are; easing raises them by its cash.

Only what is an identity is asserted; how the sum is split is behaviour, printed by ``offtherun not-qe``.
"""

from typing import get_args

import pytest
from small_market import small

from experiments.errors import UserError
from experiments.results.not_qe import ARMS, BESIDE, EASING, PARTS, SHARES, UNITS, not_qe, world
from experiments.scenario import load
from experiments.sections.buybacks import Buybacks
from market.units import CENTS_PER_MUSD


def test_arms_differ_in_their_programme_only_and_outside_flows_are_held_in_all():
    worlds = {arm: world(load("baseline"), "estimated", arm) for arm in ARMS}
    assert len({given.digest() for given in worlds.values()}) == len(ARMS)
    for arm, given in worlds.items():
        assert given.news.scale == 0 and given.policy.factors == "held" and given.policy.rates[0].on_rrp_bp == 0
        assert given.policy.qe_like_buybacks == (arm == EASING)
        assert (given.policy.buybacks.mode == "off") == (arm == BESIDE)
        alike = given.model_dump(exclude={"policy": {"buybacks", "qe_like_buybacks"}})
        assert alike == worlds[BESIDE].model_dump(exclude={"policy": {"buybacks", "qe_like_buybacks"}})


def test_every_financing_of_buybacks_is_an_arm():
    financings = get_args(Buybacks.model_fields["financing"].annotation)
    buyback = [values["financing"] for arm, values in ARMS.items() if arm not in (BESIDE, EASING)]
    assert len(financings) > 1 and sorted(buyback) == sorted(financings)


@pytest.mark.parametrize("name", ["steady", "debt-limit-autumn"])
def test_a_world_whose_flows_cannot_be_held_is_refused(name):
    with pytest.raises(UserError, match="nearest is baseline"):
        not_qe(load(name), 1, 1)


@pytest.mark.slow
def test_the_sum_is_unchanged_by_buybacks_and_rises_by_the_cash_of_easing_to_the_cent():
    found = not_qe(small(policy__on_rrp_limit_musd=10**7), seed=1, days=10)
    print(found[list(UNITS)].round(2).to_string())
    assert (found["rest_cents"] == 0).all() and len(found) == (len(ARMS) - 1) * len(SHARES)
    for (_, arm), row in found.iterrows():
        parts = sum(round(row[name] * CENTS_PER_MUSD) for name in PARTS)
        paid, received = (round(row[name] * CENTS_PER_MUSD) for name in ("fed_paid_musd", "fed_received_musd"))
        if arm == EASING:
            assert parts == paid - received and paid > 0
        else:
            assert parts == paid == received == 0 and row["reserves_musd"] != 0
    splits = found["reserves_musd"].unstack("arm")
    assert (splits.nunique() == len(SHARES)).all()  # the same sum, split in another way
