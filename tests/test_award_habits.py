"""Who bids for more of an issue keeps more of it, and all investors together what they did."""

import numpy as np
import pytest
from small_market import digest, live, small_market

from agents.buyers.award_habits import kept_share
from agents.buyers.investor import Investor
from market.bonds.securities import Kind

SIZES = {Kind.BILL: Investor.bill_lumpiness.default, Kind.NOTE: Investor.lumpiness.default}


def test_a_share_moves_for_the_part_that_was_sold():
    assert kept_share(0.1, 3.0, 1.5, 0.0) == 0.1
    assert kept_share(0.1, 3.0, 1.5, 1.0) == pytest.approx(0.25)
    assert kept_share(0.1, 3.0, 1.5, 0.5) == pytest.approx(0.175)
    assert kept_share(0.1, 0.2, 1.5, 1.0) == 0.0


def test_in_the_mean_over_draws_large_holders_keep_what_small_ones_keep():
    share = np.array([0.4, 0.3, 0.2, 0.1])
    lumps = np.exp(0.4 * np.random.default_rng(1).normal(size=(200_000, 4)) - 0.08)
    mean = lumps @ share
    kept = kept_share(share, lumps, mean[:, None], 1.0).mean(axis=0)
    assert kept == pytest.approx(share, abs=0.001)
    assert (share * lumps / mean[:, None]).mean(axis=0)[0] < 0.396  # divided by the mean lump, the largest would lose


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
        if market.securities.kind[at] in spread:
            spread[Kind(market.securities.kind[at])].append(((after[has, at] / before[has, at] - 1.0) / part).std())
    usual = {kind: np.sqrt(np.exp(size**2) - 1.0) for kind, size in SIZES.items()}  # s.d. of a lump of mean one
    for kind, told_of in spread.items():
        assert np.mean(told_of) == pytest.approx(usual[kind], rel=0.3), kind


def test_hardly_anything_fails_for_what_was_awarded_and_is_not_delivered_yet(auctioned):
    market, _ = auctioned
    daily = market.record.to_pandas("daily")
    assert daily["failed_musd"].max() < 100.0


def test_together_and_one_by_one_have_the_same_bits():
    assert digest(small_market(days=4, one_by_one=True)) == digest(small_market(days=4))
