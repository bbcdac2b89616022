"""Money of the evening and of the morning after: owners' flows, overnight repo, the Fed's facilities, and their return.

Dealers and funds finance what their cash does not cover, in the segments of ``market.money.overnight``; money funds and
banks lend; the standing repo facility lends at its rate to whoever pays it; money funds place the rest in the reverse
repo facility, each up to its limit. The overnight rate is the volume-weighted median of tri-party and cleared loans,
without the Fed's: what SOFR covers, but for GCF and the trimming of specials. Banks then lend each other reserves, and
who is still short borrows primary credit at the discount rate, which since March 2020 is the top of the target range,
as the standing facility's minimum bid is (Board of Governors), unless a scenario sets it apart (``discount_bp``).
Everything is repaid the next morning with interest, days over 360; nothing accrues in the burn-in. Foreign officials
may borrow dollars from the Fed at the facility's rate against what they would else have sold (FIMA repo facility). Left
out: banks in the standing repo facility.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, PUBLIC, Money
from market.books.messages import LOANS
from market.hearing import cents_of, loans_of
from market.money import repo
from market.money.overnight import (
    E4_PER_BP,
    gathered_needs,
    in_drawn_order,
    lend_by_segment,
    median_e4,
    offered,
    one_side,
    post,
)
from market.money.segments import REPO_SEGMENTS, Segment, money_of
from market.roles import DollarBorrower, FacilityUser, Owned, RepoLender, WindowBorrower
from market.units import Int, half_even

MEMOS = {
    **dict.fromkeys(REPO_SEGMENTS, "repo"),
    Segment.FUNDS: "federal funds",
    Segment.WINDOW: "discount window",
    Segment.FIMA: "FIMA repo",
    Segment.OVERDRAFT: "overdraft",
}


def fund(market: Any) -> None:
    """Let owners add and withdraw money."""
    ledger = market.ledger
    view = market.view()
    with market.flows.under("subscriptions"):
        for institution in market.playing(Owned):
            rows = institution.rows
            said = institution.subscriptions(ledger.cash(rows), view)
            cents = cents_of(market, institution, said, rows.shape, "subscriptions")
            into, out = cents > 0, cents < 0
            ledger.pay("subscription", PUBLIC, rows[into], cents[into])
            ledger.transfer("subscription", Money.FUND_SHARES, rows[into], PUBLIC, cents[into])
            ledger.pay("redemption of shares", rows[out], PUBLIC, -cents[out])
            ledger.transfer("redemption of shares", Money.FUND_SHARES, PUBLIC, rows[out], -cents[out])


def lend_overnight(market: Any) -> None:
    """Hold the repo calls, place idle cash at the Fed, then let banks lend each other reserves."""
    dollars = _from_the_fed(market, DollarBorrower, "raise_dollars", Segment.FIMA)
    loans = lend_by_segment(market)
    reported = loans[loans["segment"] <= Segment.CLEARED]
    if len(reported):
        market.sofr_bp = median_e4(reported, 0) / E4_PER_BP
    with market.flows.under("reverse repo"):
        view = market.view()
        for user in market.playing(FacilityUser):
            rows = user.rows
            cash = market.ledger.cash(rows)
            cents, _ = loans_of(market, user, (user.place(cash, view), np.zeros(len(rows))), cash, "placed at the Fed")
            cents = np.minimum(np.maximum(cents, 0), market.premises.reverse_repo_limit)
            market.ledger.pay("reverse repo", rows, FED, cents)
            market.ledger.transfer("reverse repo", Money.REVERSE_REPO, FED, rows, cents)
    market.reverse_repo_rate_e4 = round(market.rates.on_rrp * E4_PER_BP)
    market.loans = np.concatenate([loans, dollars, _between_banks(market)])


def _between_banks(market: Any) -> NDArray[Any]:
    """Let banks lend each other reserves, unsecured; who is still short goes to the discount window."""
    view, needs = market.view(), gathered_needs(market)
    bank = market.ledger.money_of == Money.RESERVES
    pieces = [offered(market, lender, lender.lend, view) for lender in market.playing(RepoLender)]
    offers, needs = in_drawn_order(market, pieces, "lender"), needs[bank[needs["borrower"]]]
    loans = repo.clear(one_side(market, offers[bank[offers["lender"]]], needs), needs)
    loans["segment"] = Segment.FUNDS
    post(market, loans, MEMOS[Segment.FUNDS])
    return np.concatenate([loans, _from_the_fed(market, WindowBorrower, "borrow_at_window", Segment.WINDOW)])


def _from_the_fed(market: Any, role: type, method: str, segment: Segment) -> NDArray[Any]:
    """Let the Fed lend what players of a role ask for: at the window at the discount rate, else at the standing
    facility's; return the loans.
    """
    rate_bp = market.rates.discount if segment == Segment.WINDOW else market.rates.srf
    view, pieces = market.view(), [np.zeros(0, LOANS)]
    for borrower in market.playing(role):
        said = getattr(borrower, method)(market.ledger.cash(borrower.rows), view)
        cents = cents_of(market, borrower, said, borrower.rows.shape, method)
        loans = np.zeros(len(cents), LOANS)
        loans["lender"], loans["borrower"], loans["cents"] = FED, borrower.rows, cents
        loans["rate_e4"], loans["segment"] = round(rate_bp * E4_PER_BP), segment
        pieces.append(loans[cents > 0])
    credit = np.concatenate(pieces)
    post(market, credit, MEMOS[segment])
    return credit


def unwind_funding(market: Any) -> None:
    """Repay last evening's repo and what was placed at the Fed, with interest."""
    days = market.date - market.last_date
    ledger, loans = market.ledger, market.loans
    market.repaid = loans
    for memo in dict.fromkeys(MEMOS.values()):
        chosen = loans[np.isin(loans["segment"], [segment for segment in Segment if MEMOS[segment] == memo])]
        with market.flows.under(memo):
            interest = interest_cents(chosen["cents"], chosen["rate_e4"], days)
            ledger.transfer(f"{memo} returned", money_of(chosen), chosen["lender"], chosen["borrower"], chosen["cents"])
            ledger.pay(f"{memo} returned", chosen["borrower"], chosen["lender"], chosen["cents"] + interest)
    rate_e4 = market.reverse_repo_rate_e4  # of the evening: the morning may have brought another
    with market.flows.under("reverse repo"):
        for user in market.playing(FacilityUser):
            placed = np.asarray(ledger.balance[user.rows, Money.REVERSE_REPO])
            ledger.transfer("reverse repo returned", Money.REVERSE_REPO, user.rows, FED, placed)
            ledger.pay("reverse repo returned", FED, user.rows, placed + interest_cents(placed, rate_e4, days))
    market.loans = loans[:0]


def interest_cents(cents: Int, rate_e4: Any, days: int) -> Int:
    """Return simple interest, days over 360, rounded half to even; ``rate_e4`` in 1e-4 of a percent."""
    ten_thousands, cents_left = np.divmod(np.asarray(cents, np.int64), 10**6)
    per_million = np.asarray(rate_e4, np.int64) * days
    whole, left = np.divmod(ten_thousands * per_million, 360)  # apart, so that no product overflows; rounded once
    return whole + half_even(left * 10**6 + cents_left * per_million, 360 * 10**6)
