"""Compiled search for what can be delivered, who lends and who returns; ``settlement`` posts what it finds.

One security at a time, which is exact because securities do not limit one another. ``after`` is each account's balance
once all trades but the ``fails`` are delivered, ``claim`` its column of the ledger's ``lent``; amounts are face.
``totals`` holds [missing, lendable, stuck, of the Fed, reach]: the face that sellers lack, the face that holders may
lend, the number of sellers whose lack exceeds what they may borrow, the face that the Fed may lend, and how much of
what sellers lack the Fed may lend them, each within its own ``limit``. All can be delivered if missing <= lendable +
min(of the Fed, reach) and nobody is stuck.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, TREASURY
from market.kernels import inlined, kernel
from market.units import Bool, Int

MISSING, LENDABLE, STUCK, OF_THE_FED, REACH = range(5)
LEND_UNIT = 10_000  # shares that may be lent are counted in 1e-4


@inlined
def lack(account: int, after: Int) -> int:
    """Return the face that an account is short of; the issuer never is."""
    return max(int(-after[account]), 0) if account != TREASURY else 0


@inlined
def room(account: int, after: Int, claim: Int, lend_e4: Int) -> int:
    """Return the face an account may still lend: a share of what it owns less what is out, and what it borrows."""
    owned = max(int(after[account] + claim[account]), 0)
    return max(int(min(owned * lend_e4[account] // LEND_UNIT - claim[account], after[account])), 0)


@inlined
def of_the_fed(account: int, claim: Int) -> int:
    """Return the most of what an account has borrowed that may be the Fed's: who lent it is not known."""
    return max(min(int(-claim[account]), int(claim[FED])), 0)


@inlined
def is_stuck(account: int, after: Int, claim: Int, may_short: Bool) -> bool:
    """Tell whether an account lacks more than it may borrow; anybody may call back what it has lent."""
    return not may_short[account] and lack(account, after) > max(int(claim[account]), 0)


@inlined
def count(
    account: int, sign: int, after: Int, claim: Int, may_short: Bool, lend_e4: Int, limit: Int, totals: Int
) -> None:
    """Add an account to the totals, or take it out."""
    missing = lack(account, after)
    totals[MISSING] += sign * missing
    totals[REACH] += sign * min(missing, limit[account])
    totals[OF_THE_FED if account == FED else LENDABLE] += sign * room(account, after, claim, lend_e4)
    if is_stuck(account, after, claim, may_short):
        totals[STUCK] += sign


@inlined
def shift(
    account: int, face: int, after: Int, claim: Int, may_short: Bool, lend_e4: Int, limit: Int, totals: Int
) -> None:
    """Change what an account has after settlement, and the totals with it."""
    count(account, -1, after, claim, may_short, lend_e4, limit, totals)
    after[account] += face
    count(account, 1, after, claim, may_short, lend_e4, limit, totals)


@inlined
def feasible(totals: Int) -> bool:
    """Tell whether every trade that does not fail can be delivered."""
    enough = totals[MISSING] <= totals[LENDABLE] + min(totals[OF_THE_FED], totals[REACH])
    return bool(enough and totals[STUCK] == 0)


@inlined
def must_wait(account: int, after: Int, claim: Int, may_short: Bool, totals: Int) -> bool:
    """Tell whether an account's deliveries are the ones to fail: it lacks face and, while any is stuck, is stuck."""
    if lack(account, after) == 0 or feasible(totals):
        return False
    return bool(totals[STUCK] == 0) or is_stuck(account, after, claim, may_short)


@inlined
def fail_latest(
    trades: Int,
    buyer: Int,
    seller: Int,
    face: Int,
    fails: Bool,
    after: Int,
    claim: Int,
    may_short: Bool,
    lend_e4: Int,
    limit: Int,
    totals: Int,
) -> None:
    """Let the latest trades fail until the others can be delivered.

    The search goes back in time, and starts again when a failed trade makes its buyer wait or frees the last stuck
    seller: nothing else can make a delivery wait that the search has passed.
    """
    i = trades.shape[0] - 1
    while i >= 0 and not feasible(totals):
        k = trades[i]
        i -= 1
        if fails[k] or not must_wait(seller[k], after, claim, may_short, totals):
            continue
        buyer_waits, stuck = must_wait(buyer[k], after, claim, may_short, totals), totals[STUCK] > 0
        fails[k] = True
        shift(seller[k], face[k], after, claim, may_short, lend_e4, limit, totals)
        shift(buyer[k], -face[k], after, claim, may_short, lend_e4, limit, totals)
        if stuck != (totals[STUCK] > 0) or must_wait(buyer[k], after, claim, may_short, totals) > buyer_waits:
            i = trades.shape[0] - 1


@inlined
def deliver_again(
    trades: Int,
    buyer: Int,
    seller: Int,
    face: Int,
    fails: Bool,
    after: Int,
    claim: Int,
    may_short: Bool,
    lend_e4: Int,
    limit: Int,
    totals: Int,
) -> None:
    """Deliver failed trades after all, earliest first, where that leaves everything else deliverable."""
    changed = feasible(totals)
    while changed:
        changed = False
        for k in trades:
            if not fails[k]:
                continue
            shift(seller[k], -face[k], after, claim, may_short, lend_e4, limit, totals)
            shift(buyer[k], face[k], after, claim, may_short, lend_e4, limit, totals)
            if feasible(totals):
                fails[k] = False
                changed = True
            else:
                shift(seller[k], face[k], after, claim, may_short, lend_e4, limit, totals)
                shift(buyer[k], -face[k], after, claim, may_short, lend_e4, limit, totals)


@kernel
def withhold(
    trades: Int,
    buyer: Int,
    seller: Int,
    face: Int,
    fails: Bool,
    after: Int,
    claim: Int,
    may_short: Bool,
    lend_e4: Int,
    limit: Int,
    totals: Int,
) -> None:
    """Find the fails of one security."""
    totals[:] = 0
    for account in range(after.shape[0]):
        count(account, 1, after, claim, may_short, lend_e4, limit, totals)
    fail_latest(trades, buyer, seller, face, fails, after, claim, may_short, lend_e4, limit, totals)
    deliver_again(trades, buyer, seller, face, fails, after, claim, may_short, lend_e4, limit, totals)


@inlined
def largest(amount: Int, fed_weight: int) -> int:
    """Return the account with most, the Fed's amount weighing ``fed_weight``; at a tie the lower row; -1 if none."""
    best, most = -1, 0
    for account in range(amount.shape[0]):
        weight = amount[account]
        if account == FED and weight > 0:
            weight = fed_weight
        if weight > most:
            best, most = account, weight
    return best


@kernel
def pair(column: int, given: Int, chosen: Int, fed_weight: int, loans: Int, n_loans: int) -> int:
    """Spread each ``given`` amount over the ``chosen`` ones, largest first; both shrink.

    Write (column, given account, chosen account, face) to ``loans`` from row ``n_loans`` on; return its new number.
    """
    best = -1
    for account in range(given.shape[0]):
        while given[account] > 0:
            if best < 0 or chosen[best] == 0:
                best = largest(chosen, fed_weight)
            if best < 0:
                return n_loans
            face = min(given[account], chosen[best])
            given[account] -= face
            chosen[best] -= face
            loans[n_loans, 0], loans[n_loans, 1], loans[n_loans, 2], loans[n_loans, 3] = column, account, best, face
            n_loans += 1
    return n_loans


@inlined
def shorts_arise(column: int, trades: Int, buyer: Int, seller: Int, face: Int, balance: Int, after: Int) -> bool:
    """Tell whether any seller would go below zero if all were delivered; ``after``, zero before, is left as the net."""
    for k in trades:
        after[seller[k]] -= face[k]
        after[buyer[k]] += face[k]
    shorts = 0
    for k in trades:
        shorts += seller[k] != TREASURY and balance[seller[k], column] + after[seller[k]] < 0
    return shorts > 0


@kernel
def deliver(
    order: Int,
    ends: Int,
    first: int,
    security: Int,
    buyer: Int,
    seller: Int,
    face: Int,
    balance: Int,
    lent: Int,
    may_short: Bool,
    lend_e4: Int,
    share_e4: int,
    left: Int,
    scratch: Int,
    fails: Bool,
    loans: Int,
) -> int:
    """Find which trades fail and which loans the others need; return the number of loans.

    ``order`` sorts the trades by security, in order of trade within each; ``ends`` closes each security's run of it.
    ``first`` is the column of security 0, ``scratch`` (7, accounts). ``loans`` gets (column, borrower, lender, face):
    the largest lender first, the Fed last, as the backstop it is. The Fed lends an account at most ``share_e4`` of what
    it may lend of a security, if that is not below 0, and ``left`` (accounts,) in all, which shrinks.
    """
    after, claim, missing, lendable, totals = scratch[0], scratch[1], scratch[2], scratch[3], scratch[4, :5]
    limit, beyond = scratch[5], scratch[6]
    n_loans, start = 0, 0
    for end in ends:
        trades = order[start:end]
        start = end
        column = first + security[trades[0]]
        after[:] = 0
        if not shorts_arise(column, trades, buyer, seller, face, balance, after):
            continue
        for account in range(after.shape[0]):
            after[account] += balance[account, column]
            claim[account] = lent[account, column]
        theirs = max(int(balance[FED, column] + claim[FED]), 0) * lend_e4[FED] // LEND_UNIT * share_e4 // LEND_UNIT
        for account in range(after.shape[0]):
            limit[account] = left[account]
            if share_e4 >= 0:
                limit[account] = max(min(theirs - of_the_fed(account, claim), left[account]), 0)
        withhold(trades, buyer, seller, face, fails, after, claim, may_short, lend_e4, limit, totals)
        for account in range(after.shape[0]):
            missing[account] = lack(account, after)
            lendable[account] = room(account, after, claim, lend_e4)
            beyond[account] = max(missing[account] - limit[account], 0)
            missing[account] -= beyond[account]
        mine, known = lendable[FED], n_loans
        lendable[FED] = 0
        n_loans = pair(column, beyond, lendable, 1, loans, n_loans)  # what the Fed may not lend is borrowed first
        lendable[FED] = mine
        n_loans = pair(column, missing, lendable, 1, loans, n_loans)
        for k in range(known, n_loans):
            if loans[k, 2] == FED:
                left[loans[k, 1]] -= loans[k, 3]
    return n_loans


@kernel
def mark_returns(first: int, balance: Int, lent: Int, marked: Bool) -> None:
    """Mark the securities in which somebody owns face while it owes borrowed face."""
    for account in range(balance.shape[0]):
        for security in range(marked.shape[0]):
            if lent[account, first + security] < 0 and balance[account, first + security] > 0:
                marked[security] = True


@kernel
def give_back(securities: Int, first: int, everything: bool, balance: Int, lent: Int, scratch: Int, loans: Int) -> int:
    """Find who gives what back to whom in these securities; return the number of loans ended.

    Borrowers give what they own, or with ``everything`` all that they borrowed. ``loans`` gets (column, borrower,
    lender, face): the Fed's loans, which are overnight, end first, then the largest.
    """
    owed, claimed = scratch[0], scratch[1]
    n_loans = 0
    for security in securities:
        column = first + security
        for account in range(owed.shape[0]):
            owed[account] = max(-lent[account, column], 0)
            claimed[account] = max(lent[account, column], 0)
            if not everything:
                owed[account] = min(owed[account], max(balance[account, column], 0))
        n_loans = pair(column, owed, claimed, np.iinfo(np.int64).max, loans, n_loans)
    return n_loans


@kernel
def add_promises(trades: NDArray[Any], first: int, cash: int, due: Int) -> None:
    """Add to ``due`` what trades promise: face in the security's column, cents in the column of cash."""
    for k in range(trades.shape[0]):
        trade = trades[k]
        buyer, seller, column = trade["buyer"], trade["seller"], first + trade["security"]
        due[buyer, column] += trade["face"]
        due[seller, column] -= trade["face"]
        due[seller, cash] += trade["cash_cents"]
        due[buyer, cash] -= trade["cash_cents"]
