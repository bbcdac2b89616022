"""Settlement: what was traded becomes owned, security against cash, on its day; or it fails and stays due.

``book`` writes a trade into the ledger's ``due``; ``settle`` delivers what has come due; ``return_borrowed`` ends the
loans of those who own again what they had borrowed. Face is in hundreds of dollars, cash in cents.

- Deliveries of one security settle together, so that a dealer may deliver what it receives today.
- A seller that would go below zero borrows: it calls back what it has lent and, if it ``may_short``, borrows from the
  holders, the largest first, the Fed's portfolio last. A holder lends at most the share ``lend_fraction`` of its own,
  the Fed to one account no more than its ``FedLending`` says.
- If sellers lack more than can be borrowed, their latest trades fail, whole, until the rest can be delivered; the buyer
  of a failed trade may fail in turn. No trade fails that could be delivered on top of all the others.
- A fail keeps its cash amount, without interest, and is tried again every day, before later trades.

Fees of loans and the fails charge are billed in the evening (``market.money.securities_lending``).

Left out: partial deliveries, collateral of securities loans, limits on intraday overdrafts (cash may be below zero
until the evening's funding). Bound: holdings of one security below 9e14 units of face.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, N_MONEY, Money
from market.accounts.ledger import Ledger
from market.accounts.settlement_kernels import LEND_UNIT, deliver, give_back, mark_returns
from market.units import FACE_PER_MUSD, Bool, Float, Int

Table = NDArray[Any]  # of market.messages.TRADES


def book(ledger: Ledger, trades: Table) -> None:
    """Write trades into ``due``: the seller owes the face, the buyer the cash.

    Raises ValueError if a trade has no face or negative cash.
    """
    if ledger.owe_trades(trades):
        return
    for field, least in (("face", 1), ("cash_cents", 0)):
        wrong = np.flatnonzero(trades[field] < least)
        if len(wrong):
            raise ValueError(
                f"book: {field} of trade {wrong[0]} is {trades[field][wrong[0]]}, expected {least} or more"
            )
    ledger.owe("traded", N_MONEY + trades["security"], trades["seller"], trades["buyer"], trades["face"])
    ledger.owe("to pay", Money.DEPOSITS, trades["buyer"], trades["seller"], trades["cash_cents"])


@dataclass(frozen=True, slots=True)
class FedLending:
    """What the Fed lends of its portfolio: ``share`` of each security; to one borrower, ``dealer_share`` of that and
    ``dealer_face`` (hundreds of dollars) of all; at a fee of ``least_bp`` or more, a year.
    """

    share: float = 0.9
    dealer_share: float = 0.25
    dealer_face: int = 5_000 * FACE_PER_MUSD
    least_bp: float = 5.0

    def room(self, ledger: Ledger, eligible: Bool) -> Int:
        """Return the face that each account may still borrow of the Fed (accounts,); only the eligible may.

        Who has borrowed from whom is not known: as much of what an account has borrowed counts as the Fed's as may be.
        """
        lent = ledger.lent[:, N_MONEY:]
        places = np.flatnonzero(lent[FED])
        theirs = np.minimum(np.maximum(-lent[:, places], 0), lent[FED, places]).sum(axis=1)
        return np.where(eligible, np.maximum(self.dealer_face - theirs, 0), 0)


def settle(
    ledger: Ledger,
    pending: Table,
    day: int,
    may_short: Bool,
    lend_fraction: float | Float = 0.9,
    fed: tuple[FedLending, Bool] | None = None,
) -> tuple[Table, Table]:
    """Deliver against payment what is due on ``day`` or before; return (still pending, fails).

    ``pending`` is in order of trade, and so is what stays of it; the fails are part of that. ``may_short`` (accounts,)
    tells who may borrow to deliver, ``lend_fraction`` (one, or by account) which share of what it owns it lends; with
    ``fed``, its terms and who is eligible, the Fed keeps its limits by borrower.
    """
    lend_e4 = _lend_e4(ledger, may_short, lend_fraction)
    share_e4, left = -1, np.full(len(ledger), np.iinfo(np.int64).max)
    if fed is not None:
        terms, eligible = fed
        lend_e4[FED], share_e4 = round(terms.share * LEND_UNIT), round(terms.dealer_share * LEND_UNIT)
        left = terms.room(ledger, eligible)
    ripe = pending["settle_day"] <= day
    trades = _where(pending, ripe)
    failed = _withheld(ledger, trades, may_short, lend_e4, share_e4, left)
    _exchange(ledger, _where(trades, ~failed))
    ripe[ripe] = ~failed  # settled
    return _where(pending, ~ripe), _where(trades, failed)


def return_borrowed(ledger: Ledger) -> None:
    """Let every account give back what it has borrowed, as far as it owns it; the Fed's loans end first."""
    marked = np.zeros(ledger.n_securities, np.bool_)
    mark_returns(N_MONEY, ledger.balance, ledger.lent, marked)
    _give_back(ledger, marked, everything=False)


def close_out(ledger: Ledger, pending: Table, maturing: Bool) -> Table:
    """Exchange all pending trades and end all loans in ``maturing`` (securities,); return the trades still pending.

    It comes before redemption: every balance is then a position, and a short pays the redemption of its negative one.
    """
    ends = maturing[pending["security"]]
    _exchange(ledger, _where(pending, ends))
    _give_back(ledger, maturing, everything=True)
    return _where(pending, ~ends)


def _where(table: Table, chosen: Bool) -> Table:
    """Return the chosen rows; ten times as fast as indexing with a mask."""
    return table.take(np.flatnonzero(chosen))


def _lend_e4(ledger: Ledger, may_short: Bool, lend_fraction: float | Float) -> Int:
    """Return the share that each account lends, in 1e-4."""
    if may_short.shape != (len(ledger),):
        raise ValueError(f"settle: may_short has shape {may_short.shape}, expected ({len(ledger)},)")
    fraction = np.broadcast_to(np.asarray(lend_fraction, np.float64), (len(ledger),))
    if not ((fraction >= 0) & (fraction <= 1)).all():
        raise ValueError(f"settle: lend_fraction {fraction.min()} to {fraction.max()}, expected 0 to 1")
    return np.rint(fraction * LEND_UNIT).astype(np.int64)


def _withheld(ledger: Ledger, trades: Table, may_short: Bool, lend_e4: Int, share_e4: int, left: Int) -> Bool:
    """Decide which trades fail; lend what the others need."""
    fails = np.zeros(len(trades), np.bool_)
    if len(trades) == 0:
        return fails
    security, buyer, seller, face = (
        trades[field].astype(np.int64) for field in ("security", "buyer", "seller", "face")
    )
    order = np.argsort(security.astype(np.uint16), kind="stable")
    ends = np.append(np.flatnonzero(np.diff(security[order])) + 1, len(trades))
    scratch, loans = _room_for(ledger, len(ends))
    n_loans = deliver(
        *(order, ends, N_MONEY, security, buyer, seller, face),
        *(ledger.balance, ledger.lent, may_short, lend_e4, share_e4, left, scratch, fails, loans),
    )
    column, borrower, lender, amount = loans[:n_loans].T
    ledger.lend("securities lent", column, lender, borrower, amount)
    return fails


def _exchange(ledger: Ledger, trades: Table) -> None:
    """Deliver and pay trades, and discharge what was due."""
    column, seller, buyer = N_MONEY + trades["security"], trades["seller"], trades["buyer"]
    ledger.transfer("delivery", column, seller, buyer, trades["face"])
    ledger.owe("delivered", column, seller, buyer, -trades["face"])
    ledger.pay("payment", buyer, seller, trades["cash_cents"])
    ledger.owe("paid", Money.DEPOSITS, buyer, seller, -trades["cash_cents"])


def _give_back(ledger: Ledger, marked: Bool, everything: bool) -> None:
    """Post the end of loans in the marked securities."""
    securities = np.flatnonzero(marked)
    scratch, loans = _room_for(ledger, len(securities))
    n_loans = give_back(securities, N_MONEY, everything, ledger.balance, ledger.lent, scratch, loans)
    column, borrower, lender, amount = loans[:n_loans].T
    ledger.lend("securities returned", column, borrower, lender, amount)


def _room_for(ledger: Ledger, n_securities: int) -> tuple[Int, Int]:
    """Allocate scratch and a table of loans: in each security, twice, at most one per borrower and one per lender."""
    n_accounts = len(ledger)
    return np.empty((7, n_accounts), np.int64), np.empty((4 * n_accounts * n_securities, 4), np.int64)
