"""The evening's repo, segment by segment; money is posted between the calls, so that each sees what the last one left.

1. Clients borrow the uncleared part of what they need from a few dealers of theirs, who lend what they do not have yet.
2. One call of cleared repo: dealers for a part of what they lack, clients for the rest; money funds with a part of
   their cash, banks, and whoever has cash left over, lend.
3. What a client still lacks it borrows from its dealers too.
4. One call of tri-party repo: dealers for all that they lack; money funds and the standing repo facility lend.
5. Who is still below zero is in overdraft at its bank, unsecured and dear.

Nobody borrows in 1 to 4 more than its securities carry (``repo_collateral``): a loan that lacks collateral shrinks.
What it lacks a borrower first takes out of its cash buffer.

Between 1 and 2 it is public how much fuller dealers' balance sheets are than usual (``repo pressure`` in
``View.extras``; ``market.segments.pressure``): who lends asks more the fuller they are. Clients pay the median rate of
tri-party repo and their dealer's spread. Where nobody is a dealer, clients borrow in the cleared call, and what they
still lack in the tri-party one. Units: cents; rates in 1e-4 of a percent.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, Money
from market.books.messages import LOANS
from market.hearing import MOST_CENTS, loans_of, refuse
from market.money import repo
from market.money.repo import CASH_NEEDS, CASH_OFFERS
from market.money.repo_collateral import Pledges
from market.money.segments import (
    TRIPARTY_HAIRCUT_E4,
    Segment,
    haircut_e4,
    money_of,
    pressure,
    prime_brokers,
    split_evenly,
)
from market.money.withdrawn import repo_borrowed, withdrawn_cents
from market.roles import ClearedLender, Client, Intermediary, RepoBorrower, RepoLender
from market.units import CENTS_PER_MUSD, Bool, Float, Int
from market.view import View

STANDING_REPO_LIMIT = 500_000 * CENTS_PER_MUSD  # aggregate limit: New York Fed, Standing Repo Facility FAQs
E4_PER_BP = 100  # rates of loans count 1e-4 of a percent
PRESSURE = "repo pressure"
OVERDRAFT_BP = 300.0  # over the discount rate: a guess
SEEN_SHARE = 1 / 3.8  # what dealers finance here of their published repo: 605 of 2,284 bn on 29 May 2024 (FR 2004)
USUAL_DAYS = 60.0  # memory of what is usual: a guess

Table = NDArray[Any]
Offer = Callable[[Int, View], Any]


def lend_by_segment(market: Any) -> Table:
    """Hold the calls of the evening, post the money, and return the LOANS."""
    dealers, clients = _rows_of(market, Intermediary), _clients(market)
    apart = _by_account(market, Client, "sponsored_share", 1.0)
    pledges = Pledges.of(market)
    first = _bilateral(market, pledges, dealers, clients, 1.0 - apart)
    _note_pressure(market, dealers)
    cleared = _cleared(market, pledges, dealers, clients)
    second = _bilateral(market, pledges, dealers, clients, np.ones(len(clients)))
    triparty = _triparty(market, pledges, dealers)
    bilateral = np.concatenate([first, second])
    spread = _terms(market)[1]
    base = median_e4(triparty, round(market.rates.on_rrp * E4_PER_BP))
    bilateral["rate_e4"] = base + np.rint(spread[bilateral["lender"]] * E4_PER_BP).astype(np.int64)
    loans = np.concatenate([triparty, cleared, bilateral])
    _note_withdrawn(market, loans)
    return np.concatenate([loans, _overdrafts(market)])


def median_e4(loans: Table, otherwise: int) -> int:
    """Return the volume-weighted median rate of private loans; of the Fed's where there are no others."""
    private = loans[loans["lender"] != FED]
    for table in (private, loans):
        if table["cents"].sum() > 0:
            return repo.sofr_e4(table)
    return otherwise


def post(market: Any, loans: Table, memo: str = "repo") -> None:
    """Hand out the cash against the claim to have it back."""
    with market.flows.under(memo):
        market.ledger.pay(memo, loans["lender"], loans["borrower"], loans["cents"])
        market.ledger.transfer(memo, money_of(loans), loans["borrower"], loans["lender"], loans["cents"])


# ---- the three kinds of loans ------------------------------------------------------------------
def _bilateral(market: Any, pledges: Pledges, dealers: Bool, clients: Bool, share: Float) -> Table:
    """Let clients borrow a share of what they need from their dealers, in equal parts; rates are set later."""
    needs, lenders = _needs(market), np.flatnonzero(dealers)
    needs = needs[clients[needs["borrower"]]]
    if not len(needs) or not len(lenders):
        return np.zeros(0, LOANS)
    who = needs["borrower"]
    cents = np.floor(needs["cents"] * share[who]).astype(np.int64)
    met = np.repeat(who, len(lenders)), np.tile(lenders, len(who))
    chosen = lenders[prime_brokers(_drawn_by_pair(market, "prime broker", *met).reshape(len(who), len(lenders)))]
    loans = np.zeros(chosen.size, LOANS)
    loans["lender"], loans["borrower"] = chosen.ravel(), np.repeat(who, chosen.shape[1])
    loans["cents"], loans["segment"] = split_evenly(cents, chosen.shape[1]).ravel(), Segment.BILATERAL
    loans["haircut_e4"] = haircut_e4(_drawn_by_pair(market, "haircut", loans["borrower"], loans["lender"]))
    loans = pledges.shrunk(loans)
    loans = loans[loans["cents"] > 0]
    pledges.take(loans)
    post(market, loans)
    return loans


def _drawn_by_pair(market: Any, purpose: str, one: Int, other: Int) -> Float:
    """Draw from (0, 1) for pairs of accounts (J,), by their names and once for all: rows of the ledger may move."""
    pairs = market.identities[one] ^ market.identities[other]
    return np.asarray(market.streams.uniform(purpose, pairs, 0, 1)[:, 0])


def _cleared(market: Any, pledges: Pledges, dealers: Bool, clients: Bool) -> Table:
    """Hold the cleared call."""
    view, needs = market.view(), _needs(market)
    who = needs["borrower"]
    share = np.where(dealers, _terms(market)[0], np.where(clients, 1.0, 0.0))
    needs["cents"] = np.floor(needs["cents"] * share[who]).astype(np.int64)
    pieces = []
    for lender in market.playing(RepoLender):
        offer = lender.lend_cleared if market.plays(lender, ClearedLender) else lender.lend
        pieces.append(offered(market, lender, offer, view))
    return _called(market, pledges, in_drawn_order(market, pieces, "lender"), needs, Segment.CLEARED)


def _triparty(market: Any, pledges: Pledges, dealers: Bool) -> Table:
    """Hold the tri-party call, the Fed's standing facility among the lenders."""
    view, needs = market.view(), _needs(market)
    needs = needs[dealers[needs["borrower"]]] if dealers.any() else needs
    lenders = [lender for lender in market.playing(RepoLender) if market.plays(lender, ClearedLender)]
    pieces = [offered(market, lender, lender.lend, view) for lender in lenders]
    fed = table(CASH_OFFERS, "lender", np.array([FED]), np.array([STANDING_REPO_LIMIT]), np.array([market.rates.srf]))
    offers = np.concatenate([in_drawn_order(market, pieces, "lender"), fed])
    return _called(market, pledges, offers, needs, Segment.TRIPARTY, TRIPARTY_HAIRCUT_E4)


def _called(market: Any, pledges: Pledges, offers: Table, needs: Table, segment: Segment, haircut: int = 0) -> Table:
    """Clear a call for what can be secured, post its loans and return them."""
    most = pledges.most(needs["borrower"], haircut, len(offers) + len(needs))
    needs["cents"] = np.minimum(needs["cents"], most)
    needs = needs[needs["cents"] > 0]
    loans = repo.clear(one_side(market, offers, needs), needs)
    loans["segment"], loans["haircut_e4"] = segment, haircut
    pledges.take(loans)
    post(market, loans)
    return loans


def _overdrafts(market: Any) -> Table:
    """Let banks lend to those of their depositors in the market, officials apart, what they still lack."""
    here = np.zeros(len(market.ledger), np.bool_)
    for participant in market.participants:
        here[participant.rows] = not participant.official
    rows = np.flatnonzero(here & (market.ledger.money_of == Money.DEPOSITS))
    cents = np.maximum(-market.ledger.cash(rows), 0)
    loans = np.zeros(len(rows), LOANS)
    loans["lender"], loans["borrower"], loans["cents"] = market.ledger.bank_of[rows], rows, cents
    loans["rate_e4"], loans["segment"] = round((market.rates.discount + OVERDRAFT_BP) * E4_PER_BP), Segment.OVERDRAFT
    overdrawn: Table = loans[cents > 0]
    post(market, overdrawn, "overdraft")
    return overdrawn


def _note_withdrawn(market: Any, loans: Table) -> None:
    """Note what was withdrawn from each account, before overdrafts hide what it lacks."""
    accounts, needs = len(market.ledger), _needs(market)
    lacking = np.zeros(accounts, np.int64)
    np.add.at(lacking, needs["borrower"], needs["cents"])
    before, tonight = (repo_borrowed(table, accounts) for table in (market.repaid, loans))
    market.withdrawn_cents = withdrawn_cents(before, tonight, lacking)


# ---- who ---------------------------------------------------------------------------------------
def _needs(market: Any) -> Table:
    """Gather what all but banks lack now, in an order drawn for the evening."""
    needs = gathered_needs(market)
    return np.asarray(needs[market.ledger.money_of[needs["borrower"]] != Money.RESERVES])


def gathered_needs(market: Any) -> Table:
    """Gather what everybody lacks now, in an order drawn for the evening."""
    view, pieces = market.last_view(), []
    for borrower in market.playing(RepoBorrower):
        cash = market.ledger.cash(borrower.rows)
        said = loans_of(market, borrower, borrower.borrow(cash, view), np.full(len(cash), MOST_CENTS), "borrowed")
        pieces.append(table(CASH_NEEDS, "borrower", borrower.rows, *said))
    return in_drawn_order(market, pieces, "borrower")


def offered(market: Any, lender: Any, offer: Offer, view: View) -> Table:
    """Return CASH_OFFERS of what a lender says by one of its methods."""
    cash = market.ledger.cash(lender.rows)
    return table(CASH_OFFERS, "lender", lender.rows, *loans_of(market, lender, offer(cash, view), cash, "lent"))


def one_side(market: Any, offers: Table, needs: Table) -> Table:
    """Return offers without those of who needs cash itself: a call takes one side of an institution."""
    both = np.isin(offers["lender"], needs["borrower"])
    for line in offers[both].tolist():
        refuse(market, market.ledger.names[line[0]], line, "lends and borrows in one call: expected one side only")
    return offers[~both] if both.any() else offers


def _rows_of(market: Any, role: type) -> Bool:
    """Return which accounts play a role (accounts,)."""
    out = np.zeros(len(market.ledger), np.bool_)
    for participant in market.playing(role):
        out[participant.rows] = True
    return out


def _clients(market: Any) -> Bool:
    """Return which accounts borrow and are neither dealers nor banks (accounts,)."""
    bank = market.ledger.money_of == Money.RESERVES
    return np.asarray(_rows_of(market, RepoBorrower) & ~_rows_of(market, Intermediary) & ~bank)


def _by_account(market: Any, role: type, method: str, otherwise: float) -> Float:
    """Return what each account's player of a role says (accounts,)."""
    out = np.full(len(market.ledger), otherwise)
    for participant in market.playing(role):
        out[participant.rows] = getattr(participant, method)()
    return out


def _terms(market: Any) -> tuple[Float, Float]:
    """Return by account a dealer's part of needs borrowed cleared, and its spread to clients in bp."""
    view, cleared, spread = market.last_view(), np.zeros(len(market.ledger)), np.zeros(len(market.ledger))
    for dealer in market.playing(Intermediary):
        cleared[dealer.rows], spread[dealer.rows] = dealer.terms(view)
    return cleared, spread


def _note_pressure(market: Any, dealers: Bool) -> None:
    """Let it be known how much fuller dealers' balance sheets are than usual; remember what is."""
    view, needs = market.view(), _needs(market)
    needs = needs[dealers[needs["borrower"]]]
    closed = np.zeros(len(market.ledger))
    for dealer in market.playing(Intermediary):
        closed[dealer.rows] = dealer.closed(view)
    shut = int(np.rint(needs["cents"] * closed[needs["borrower"]]).astype(np.int64).sum())
    need = int(needs["cents"].sum())
    usual = market.usual_repo_cents or need
    market.extras[PRESSURE] = pressure(need, usual, SEEN_SHARE, shut / need if need else 0.0)
    market.usual_repo_cents = usual + round((need - usual) / USUAL_DAYS)
    market.view()


def table(kind: np.dtype[Any], party: str, rows: Int, cents: Any, rate_bp: Any) -> Table:
    """Return a table of offers or needs from what a participant says; nothing of what is zero."""
    lines = np.zeros(len(rows), kind)
    lines[party], lines["cents"] = rows, cents
    lines["rate_e4"] = np.rint(np.asarray(rate_bp) * E4_PER_BP).astype(np.int64)
    return lines[lines["cents"] > 0]


def in_drawn_order(market: Any, pieces: list[Table], party: str) -> Table:
    """Put tables together in an order drawn for the evening."""
    if not pieces:
        return np.zeros(0, CASH_OFFERS if party == "lender" else CASH_NEEDS)
    lines = np.concatenate(pieces)
    chance = market.streams.uniform(f"repo {party}", market.identities, market.day, 1)[:, 0]
    return lines[np.argsort(chance[lines[party]], kind="stable")]
