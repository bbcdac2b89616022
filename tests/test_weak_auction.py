"""Weak and failed auctions: bidders stay away, and what happens is what the rules say."""

from datetime import date

import numpy as np
import pytest
from small_market import live, small_market

from agents.officials.debt_office import DebtOffice
from experiments.kinds import KINDS
from experiments.sections.withdrawals import Withdrawal
from market.accounts.instruments import N_MONEY
from market.auctions.auction import WHOLE
from market.auctions.turnout import stay_away, turned_up
from market.bonds.securities import Kind
from market.books.messages import BIDS
from market.units import CENTS_PER_FACE, FACE_PER_BILLION, day_number

BURN_IN, HELD = 2, "2024-05-29"
OTHERS = [kind for kind in KINDS if kind != "primary_dealer"]


def withdrawal(share, kinds):
    return [{"since": HELD, "until": HELD, "share": share, "kinds": kinds}]


@pytest.fixture(scope="module")
def markets():
    """Markets of one seed after the first day, with 12 days more: nobody, dealers and half of the rest, all away."""
    plans = {
        "usual": [],
        "short": [*withdrawal(1.0, ["primary_dealer"]), *withdrawal(0.8, OTHERS)],
        "failed": withdrawal(1.0, list(KINDS)),
    }
    return {name: small_market(days=BURN_IN + 1, withdrawals=plan) for name, plan in plans.items()}


def results(market, kind="note"):
    found = market.record.to_pandas("auctions")
    return found[(found["date"].dt.strftime("%Y-%m-%d") == HELD) & (found["kind"].astype(str) == kind)]


def test_a_share_of_each_bid_stays_away_and_of_two_shares_the_larger_counts(markets):
    market = markets["usual"]
    bids = np.array([(5, 4_400, 1_001), (6, 4_400, 1_000), (7, 4_410, 1)], BIDS)
    stay_away(market, [5, 7], WHOLE // 2)
    stay_away(market, [5], WHOLE // 4)
    here = turned_up(market, bids)
    market.staying_away = market.staying_away[:0]
    assert here["bidder"].tolist() == [5, 6] and here["face"].tolist() == [500, 1_000]
    assert turned_up(market, bids) is bids


def test_where_bids_do_not_meet_the_offering_all_are_awarded_and_the_treasury_issues_less(markets):
    usual, short = results(markets["usual"]), results(markets["short"])
    assert usual["covered"].all() and not short["covered"].any() and len(usual) == len(short) == 3
    assert (short["awarded_face"] < short["offering_face"]).all() and (short["awarded_face"] > 0).all()
    assert (short["bid_to_cover"] == 1.0).all()
    assert (short["tail_bp"].to_numpy() > usual["tail_bp"].to_numpy()).all()
    assert (short["dealer_face"] == 0).all()


def test_an_auction_to_which_nobody_comes_issues_nothing_and_its_when_issued_trades_are_void(markets):
    market = markets["failed"]
    failed = results(market)
    assert (failed["when_issued_face"] > 0).all() and (failed["awarded_face"] == 0).all()
    assert failed["stop_percent"].isna().all() and (failed["addon_face"] == 0).all()
    at = [market.securities.cusip.index(cusip) for cusip in failed["cusip"].astype(str)]
    assert not market.ledger.due[:, N_MONEY + np.array(at)].any() and not market.outstanding[at].any()
    assert not market.tradable[at].any()


def on(table, column, day):
    return table[table[column].dt.strftime("%Y-%m-%d") == day]


def test_what_failed_auctions_do_not_bring_never_comes_and_every_bill_is_raised_by_all_that_may_be(markets):
    """Half of the gap to the cash plan, of hundreds of billions, is more than a quarter of any bill: the whole billions
    of a quarter it is, from the first announcement after its issue; and in all no more than what did not come."""
    brought = {}
    for name in ("usual", "failed"):
        market = live(markets[name], 8)
        flows = on(market.record.to_pandas("postings"), "date", "2024-05-31")
        issue = flows[(flows["memo"].astype(str) == "issue") & (flows["instrument"].astype(str) == "TREASURY_CASH")]
        brought[name] = int(issue["amount"].sum())
    assert brought["failed"] == 0 < brought["usual"]
    (office,) = market.agents_by_type[DebtOffice]
    bills, held = market.securities.of(Kind.BILL), market.record.to_pandas("auctions")
    days = held["date"].to_numpy("datetime64[D]").astype(int)
    offered = {
        (cusip, day): face
        for cusip, day, face in zip(held["cusip"].astype(str), days, held["offering_face"], strict=True)
    }
    raised = []
    for planned in office.plan.auctions:
        after = planned.announced_day > day_number("2024-05-31") and planned.auction_day <= market.last_date
        if after and bills[planned.security]:
            key = market.securities.cusip[planned.security], planned.auction_day
            most = planned.offering // 4 // FACE_PER_BILLION * FACE_PER_BILLION
            assert offered[key] == planned.offering + most
            raised.append(most)
    assert len(raised) >= 3 and sum(raised) * CENTS_PER_FACE < brought["usual"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kinds": ["pensions"]}, "nearest is 'pension'"),
        ({"share": 0.0}, "greater than 0"),
        ({"until": date(2024, 5, 28)}, "2024-05-29 or later"),
        ({"since": date(2024, 6, 1)}, "2024-05-31 and 2024-06-03"),
    ],
)
def test_a_withdrawal_that_cannot_be_is_refused_with_the_nearest(wrong, told):
    values = {"since": date(2024, 5, 29), "until": date(2024, 5, 29), "share": 0.5, "kinds": ["pension"]}
    with pytest.raises(ValueError, match=told):
        Withdrawal(**values | wrong)
