"""Money of the evening and of the morning after: owners' flows, overnight repo, the Fed's facilities, and their return.

Dealers and funds finance what their cash does not cover; money funds and banks lend; the standing repo facility lends
at its rate to whoever pays it; money funds place the rest in the reverse repo facility, each up to its limit. The
market is one call each evening (``market.repo``): its volume-weighted median rate is the overnight rate. Everything is
repaid the next morning with interest, days over 360; nothing accrues in the burn-in. Left out: segments, haircuts and
specials.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import repo
from market.instruments import FED, PUBLIC, Money
from market.repo import CASH_NEEDS, CASH_OFFERS
from market.roles import FacilityUser, Owned, RepoBorrower, RepoLender
from market.units import CENTS_PER_MUSD, Int, half_even

STANDING_REPO_LIMIT = 500_000 * CENTS_PER_MUSD  # aggregate limit: New York Fed, Standing Repo Facility FAQs
E4_PER_BP = 100  # rates of loans count 1e-4 of a percent


def fund(market: Any) -> None:
    """Let owners add and withdraw money."""
    ledger = market.ledger
    view = market.view()
    with market.flows.under("subscriptions"):
        for institution in market.playing(Owned):
            rows = institution.rows
            cents = np.asarray(institution.subscriptions(ledger.cash(rows), view), np.int64)
            into, out = cents > 0, cents < 0
            ledger.pay("subscription", PUBLIC, rows[into], cents[into])
            ledger.transfer("subscription", Money.FUND_SHARES, rows[into], PUBLIC, cents[into])
            ledger.pay("redemption of shares", rows[out], PUBLIC, -cents[out])
            ledger.transfer("redemption of shares", Money.FUND_SHARES, PUBLIC, rows[out], -cents[out])


def lend_overnight(market: Any) -> None:
    """Clear the repo market, place idle cash at the Fed, then let banks lend each other reserves."""
    view = market.view()
    bank = market.ledger.money_of == Money.RESERVES
    offers, needs = _offers(market, view), _needs(market, view)
    loans = repo.clear(offers, needs[~bank[needs["borrower"]]])
    if len(loans):
        market.sofr_bp = repo.sofr_e4(loans) / E4_PER_BP
    with market.flows.under("repo"):
        _lend(market, loans)
    with market.flows.under("reverse repo"):
        for user in market.playing(FacilityUser):
            rows = user.rows
            cents = np.asarray(user.place(market.ledger.cash(rows), view), np.int64)
            cents = np.minimum(cents, market.premises.reverse_repo_limit)
            market.ledger.pay("reverse repo", rows, FED, cents)
            market.ledger.transfer("reverse repo", Money.REVERSE_REPO, FED, rows, cents)
    market.reverse_repo_rate_e4 = round(market.rates.on_rrp * E4_PER_BP)
    offers, needs = _offers(market, view), _needs(market, view)
    between_banks = repo.clear(offers[bank[offers["lender"]]], needs[bank[needs["borrower"]]])
    with market.flows.under("repo"):
        _lend(market, between_banks)
    market.loans = np.concatenate([loans, between_banks])


def _offers(market: Any, view: Any) -> NDArray[Any]:
    """Gather offers of cash, in an order drawn for the evening, and the standing facility's."""
    pieces = []
    for lender in market.playing(RepoLender):
        cents, rate_bp = lender.lend(market.ledger.cash(lender.rows), view)
        pieces.append(_table(CASH_OFFERS, "lender", lender.rows, cents, rate_bp))
    fed = np.array([FED]), np.array([STANDING_REPO_LIMIT]), np.array([market.rates.srf])
    return np.concatenate([_in_drawn_order(market, pieces, "lender"), _table(CASH_OFFERS, "lender", *fed)])


def _needs(market: Any, view: Any) -> NDArray[Any]:
    """Gather needs of cash, in an order drawn for the evening."""
    pieces = []
    for borrower in market.playing(RepoBorrower):
        cents, rate_bp = borrower.borrow(market.ledger.cash(borrower.rows), view)
        pieces.append(_table(CASH_NEEDS, "borrower", borrower.rows, cents, rate_bp))
    return _in_drawn_order(market, pieces, "borrower")


def _table(kind: np.dtype[Any], party: str, rows: Int, cents: Any, rate_bp: Any) -> NDArray[Any]:
    table = np.zeros(len(rows), kind)
    table[party], table["cents"] = rows, cents
    table["rate_e4"] = np.rint(np.asarray(rate_bp) * E4_PER_BP).astype(np.int64)
    return table[table["cents"] > 0]


def _in_drawn_order(market: Any, pieces: list[NDArray[Any]], party: str) -> NDArray[Any]:
    if not pieces:
        return np.zeros(0, CASH_OFFERS if party == "lender" else CASH_NEEDS)
    table = np.concatenate(pieces)
    chance = market.streams.uniform(f"repo {party}", market.identities, market.day, 1)[:, 0]
    return table[np.argsort(chance[table[party]], kind="stable")]


def _lend(market: Any, loans: NDArray[Any]) -> None:
    """Hand out the cash against the claim to have it back."""
    money = np.where(loans["lender"] == FED, Money.STANDING_REPO, Money.REPO)
    market.ledger.pay("repo", loans["lender"], loans["borrower"], loans["cents"])
    market.ledger.transfer("repo", money, loans["borrower"], loans["lender"], loans["cents"])


def unwind_funding(market: Any) -> None:
    """Repay last evening's repo and what was placed at the Fed, with interest."""
    days = market.date - market.last_date
    ledger, loans = market.ledger, market.loans
    with market.flows.under("repo"):
        money = np.where(loans["lender"] == FED, Money.STANDING_REPO, Money.REPO)
        interest = interest_cents(loans["cents"], loans["rate_e4"], days)
        ledger.transfer("repo returned", money, loans["lender"], loans["borrower"], loans["cents"])
        ledger.pay("repo returned", loans["borrower"], loans["lender"], loans["cents"] + interest)
    rate_e4 = market.reverse_repo_rate_e4  # of the evening: the morning may have brought another
    with market.flows.under("reverse repo"):
        for user in market.playing(FacilityUser):
            placed = np.asarray(ledger.balance[user.rows, Money.REVERSE_REPO])
            ledger.transfer("reverse repo returned", Money.REVERSE_REPO, user.rows, FED, placed)
            ledger.pay("reverse repo returned", FED, user.rows, placed + interest_cents(placed, rate_e4, days))
    market.loans = loans[:0]


def interest_cents(cents: Int, rate_e4: Any, days: int) -> Int:
    """Return simple interest, days over 360, rounded half to even; ``rate_e4`` in 1e-4 of a percent."""
    whole_dollars, rest = np.divmod(np.asarray(cents, np.int64), 10**6)
    per_million = np.asarray(rate_e4, np.int64) * days
    return half_even(whole_dollars * per_million, 360) + half_even(rest * per_million, 360 * 10**6)
