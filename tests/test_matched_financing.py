"""I12: buybacks paid for by coupons of their maturity leave the duration in private hands where it was."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_market import live, small_market

from agents.officials.debt_office import DebtOffice
from agents.officials.matched_financing import PER_UNIT, STEP, MatchedFinancing
from market.accounts.instruments import FED, N_MONEY, TREASURY
from market.bonds.securities import Kind
from market.books.messages import Auction
from market.units import FACE_PER_MUSD

DAYS = 42  # an operation in the first three weeks, and an auction of every term after it
LONG = {"only_buckets": ["10Y to 20Y", "20Y to 30Y"], "scale": 4.0, "price_sensitive": False}


def view_of(years, dv01, term):
    securities = SimpleNamespace(term_months=np.array(term))
    return SimpleNamespace(years=np.array(years), dv01=np.array(dv01), securities=securities)


def auction(at):
    return Auction(at, 0, 0, 1, 10**9, 0, True)


def test_what_is_bought_is_sold_again_in_its_term_and_duration_to_within_a_step():
    view = view_of([9.0, 18.0, 10.0, 20.0], [0.07, 0.12, 0.08, 0.13], [120, 360, 120, 240])
    desk = MatchedFinancing()
    assert set(desk.waiting.values()) == {0}
    desk.take(np.array([1_000, 2_000, 0, 0]) * FACE_PER_MUSD, view)
    tens, twenties = desk.more(auction(2), view), desk.more(auction(3), view)
    assert tens == 870 * FACE_PER_MUSD  # 1,000 x 0.07 / 0.08 = 875: in steps of 10, and the rest waits
    assert twenties == 1_840 * FACE_PER_MUSD  # 2,000 x 0.12 / 0.13
    left = desk.waiting[120] / PER_UNIT / 0.08 / FACE_PER_MUSD
    assert left == pytest.approx(5.0) and desk.more(auction(2), view) == 0
    desk.take(np.array([6, 0, 0, 0]) * FACE_PER_MUSD, view)
    assert desk.more(auction(2), view) == STEP  # 5 and 5.25 waited: one step


def private_face(market):
    """Return what private hands hold of each security or are to get from auctions and give to buybacks (S,)."""
    due = market.ledger.due[:, N_MONEY:]
    return market.outstanding - market.soma - due[TREASURY] - due[FED]


def at_calendar_bills(mode, financing):
    """Return a market that lived through the days with every bill auction at its published size.

    Bills are sized to the Treasury's cash in whole billions, so that they differ between any two worlds by roundings:
    a billion of 52-week bills is 0.8 % of what is bought here. That is no part of the matching rule.
    """
    rules = {"mode": mode, "financing": financing, **LONG}
    market = small_market(days=2, news__scale=0.0, **{f"policy__buybacks__{key}": rules[key] for key in rules})
    (office,) = market.agents_by_type[DebtOffice]
    office.carry_out(replace(office.plan, bills_finance=False))
    return live(market, DAYS), office


def by_security(market, table, face):
    """Return the sum of a recorded column of face by security (S,)."""
    rows, total = market.record.to_pandas(table), np.zeros(len(market.securities), np.int64)
    np.add.at(total, [market.securities.cusip.index(cusip) for cusip in rows["cusip"].astype(str)], rows[face])
    return total


@pytest.mark.slow
def test_i12_matched_coupons_leave_private_ten_year_equivalents_within_one_percent_of_what_is_bought():
    """By security: what was bought is gone, what auctions were raised by is there, and their durations are equal."""
    off, _ = at_calendar_bills("off", "bills")
    sold_without, held_without = by_security(off, "auctions", "awarded_face"), private_face(off)
    offered_without = by_security(off, "auctions", "offering_face")
    for financing in ("bills", "matched-coupons"):
        market, office = at_calendar_bills("programme", financing)
        bought, sold = by_security(market, "offers", "accepted_face"), by_security(market, "auctions", "awarded_face")
        alive = market.securities.of(Kind.NOTE, Kind.BOND, Kind.TIPS)  # bills sold twice may have matured
        changed = (private_face(market) - held_without)[alive]
        assert changed.tolist() == (sold - sold_without - bought)[alive].tolist() and not bought[~alive].any()
        more = by_security(market, "auctions", "offering_face") - offered_without
        removed, brought = (float((face * market.dv01).sum()) for face in (bought, more))
        waiting = {term: left / PER_UNIT for term, left in office.matching.waiting.items()}
        print(f"{financing}: of {removed:.0f} removed {brought / removed:.2%} is sold again, waiting {waiting}")
        if financing == "bills":
            assert removed > 0 and not more.any()
        else:
            assert abs(brought - removed) < 0.01 * removed
            assert 0 < sum(waiting.values()) < 2 * STEP * market.dv01.max()  # of two terms, a step each
