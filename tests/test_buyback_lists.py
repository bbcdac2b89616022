"""Lists of buybacks: each security of a bucket that is left off has its reason, and the reason is true."""

import numpy as np
import pytest
from small_market import live, small_market

from agents.officials.buyback_desk import BuybackDesk, cheapest_to_deliver
from market.auctions.buyback import BUCKETS, LARGEST_FED_SHARE, LEAST_PRIVATE, OUTSIDE, Listing, reasons
from market.futures.contracts import CONTRACTS, basket
from market.futures.cycle import cycle_on

BURN_IN, DAYS = 2, 4


@pytest.fixture(scope="module")
def market():
    """A market in which lists are made by rule and nothing that may be spared is not spared."""
    spared = {"spare_deliverable": True, "spare_special_bp": 5.0, "schedule": "steady-state"}
    return small_market(days=BURN_IN + DAYS, **{f"policy__buybacks__{key}": value for key, value in spared.items()})


def desk_of(market):
    return next(agent for agent in market.agents if isinstance(agent, BuybackDesk))


@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_reason_is_true_and_what_is_listed_has_none(market, bucket):
    view, desk = market.view(), desk_of(market)
    why, kinds = desk.reasons(bucket, view), BUCKETS[bucket][0]
    private = view.outstanding - view.soma
    newest = (view.rank >= 0) & (view.rank <= 1)
    true = {
        Listing.DELIVERABLE: cheapest_to_deliver(view),
        Listing.SPECIAL: market.special_bp > 5.0,
        Listing.FLOAT: private < LEAST_PRIVATE[kinds],
        Listing.FED_SHARE: view.soma > LARGEST_FED_SHARE * view.outstanding,
        Listing.UNSETTLED: view.securities.first_issue_day >= view.settle_date,
    }
    for reason, holds in true.items():
        assert holds[why == reason].all() and not holds[why == Listing.LISTED].any()
    assert not newest[why == Listing.LISTED].any() and (view.outstanding[why != OUTSIDE] > 0).all()
    assert view.securities.of(*kinds)[why != OUTSIDE].all() and (why == Listing.LISTED).any()


def test_the_cheapest_to_deliver_is_one_of_each_basket_and_scarce_issues_stay_off_the_list(market):
    view = market.view()
    chosen, first = cheapest_to_deliver(view), cycle_on(view.settle_date).delivery_first
    baskets = [basket(contract, view.securities, first, view.outstanding) for contract in CONTRACTS.values()]
    assert all((chosen & inside).any() for inside in baskets) and chosen.sum() <= len(CONTRACTS)
    assert not chosen[~np.any(baskets, axis=0)].any()
    market.special_bp = market.special_bp.copy()
    why = desk_of(market).reasons("5Y to 7Y", view)
    scarce = int(np.flatnonzero(why == Listing.LISTED)[0])
    market.special_bp[scarce] = 50.0
    assert desk_of(market).reasons("5Y to 7Y", view)[scarce] == Listing.SPECIAL


def test_an_announced_operation_records_its_list_and_the_day_it_became_public():
    market = live(small_market(days=BURN_IN), 10)
    lists, operations = market.record.to_pandas("lists"), market.record.to_pandas("buybacks")
    assert (lists["announced"] <= lists["date"]).all() and set(operations["date"]) <= set(lists["date"])
    for row in operations.itertuples():
        mine = lists[(lists["date"] == row.date) & (lists["bucket"] == row.bucket)]
        assert (mine["reason"].astype(str) == "listed").sum() == row.eligible_securities > 0
        assert set(mine["reason"].astype(str)) > {"listed"}
        offers = market.record.to_pandas("offers").query("accepted_face > 0")
        bought = offers[(offers["date"] == row.date)]["cusip"].astype(str)
        assert set(bought) <= set(mine[mine["reason"].astype(str) == "listed"]["cusip"].astype(str))


def test_the_first_reason_that_holds_is_the_one_given(market):
    view, everything = market.view(), np.ones(len(market.securities), bool)
    terms = view.securities, view.settle_date
    twice = {Listing.NEWEST: everything, Listing.SPECIAL: everything}
    why = reasons("2Y to 3Y", *terms, twice, view.outstanding, view.soma)
    assert set(why.tolist()) == {OUTSIDE, int(Listing.NEWEST)}
    spared = {Listing.NEWEST: everything}
    assert not (reasons("2Y to 3Y", *terms, spared, view.outstanding, view.soma) == Listing.LISTED).any()
