"""Who bids for more of an issue keeps more of it, and all investors together what they did."""

import numpy as np
import pytest
from small_market import digest, live, small_market

from agents.buyers.award_habits import kept_share
from agents.buyers.investor import Investor
from market.bonds.securities import Kind


def test_a_share_moves_for_the_part_that_was_sold():
    assert kept_share(0.1, 3.0, 0.5, 0.0) == 0.1
    assert kept_share(0.1, 3.0, 0.5, 1.0) == pytest.approx(0.15)
    assert kept_share(0.1, 3.0, 0.5, 0.25) == pytest.approx(0.075 + 0.0375)


def shares(market):
    """Return investors' accustomed shares (n, S)."""
    return np.array([one.benchmark for one in market.agents if isinstance(one, Investor)])


@pytest.fixture(scope="module")
def auctioned():
    """A small market that lived some days, and of each auction: issue, part, shares before and after (n, S)."""
    market, told = small_market(buyers__issue_flows=0.0), []
    (keep,) = market.after_auction

    def watched(market, auction, part, view):
        before = shares(market)
        keep(market, auction, part, view)
        told.append((auction.security, part, before, shares(market)))

    market.after_auction = (watched,)
    live(market, 4)
    return market, told


def test_shares_of_what_was_auctioned_move_no_others_and_their_sum_stays(auctioned):
    _, told = auctioned
    assert len(told) > 5
    for at, part, before, after in told:
        moved = after - before
        assert 0.0 < part <= 1.0 and np.abs(moved[:, at]).max() > 1e-4
        assert moved[:, at].sum() == pytest.approx(0.0, abs=1e-12) and (after[:, at] >= 0.0).all()
        assert not np.delete(moved, at, axis=1).any()


def test_bills_are_lumpier_than_notes(auctioned):
    market, told = auctioned
    spread = {Kind.BILL: [], Kind.NOTE: []}
    for at, part, before, after in told:
        has = before[:, at] > 0
        lump = (after[has, at] / before[has, at] - 1.0 + part) / part
        if market.securities.kind[at] in spread:
            spread[Kind(market.securities.kind[at])].append(np.log(lump).std())
    assert np.mean(spread[Kind.BILL]) == pytest.approx(Investor.bill_lumpiness.default, rel=0.2)
    assert np.mean(spread[Kind.NOTE]) == pytest.approx(Investor.lumpiness.default, rel=0.2)


def test_hardly_anything_fails_for_what_was_awarded_and_is_not_delivered_yet(auctioned):
    market, _ = auctioned
    daily = market.record.to_pandas("daily")
    assert daily["failed_musd"].max() < 100.0


def test_together_and_one_by_one_have_the_same_bits():
    assert digest(small_market(days=4, one_by_one=True)) == digest(small_market(days=4))
