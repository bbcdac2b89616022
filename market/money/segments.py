"""The segments of the overnight repo market: who meets whom in each, and on what haircut. Pure rules.

=========  ==============================  ==================================  ===========================
segment    lenders                         borrowers                           haircut
=========  ==============================  ==================================  ===========================
tri-party  money funds; standing facility  dealers                             2 %
cleared    money funds, banks, idle cash   dealers, clients that are sponsored none (margins are left out)
bilateral  dealers, uncleared              their clients                       many zeros, drawn by pair
funds      banks                           banks                               no collateral: federal funds
window     the Fed                         banks                               no limit of collateral is modelled
FIMA       the Fed                         foreign officials                   what they did not sell, at its price
overdraft  an account's bank               who has no collateral left          none: unsecured
=========  ==============================  ==================================  ===========================

Clients are all borrowers but dealers and banks. Tri-party haircuts of Treasuries are 2 % nearly throughout (Hempel,
Kahn, Mann and Paddrik 2023, OFR Brief 23-01). In the uncleared bilateral segment that brief finds 74 % of Treasury
volume at zero in the pilot of June 2022; the OFR's later collection finds half of that between affiliates, and 42 % at
zero without them. There are no affiliates here: 42 %. How the others are spread (exponential, mean 1 %, at most 5 %) is
a guess. A pair keeps its haircut. Left out: GCF, term, dealers' bilateral borrowing, negative haircuts. Units: cents,
1e-4 of a percent.
"""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, Money
from market.units import Float, Int

ZERO_HAIRCUT_SHARE = 0.42
MEAN_HAIRCUT_E4, MOST_HAIRCUT_E4, TRIPARTY_HAIRCUT_E4 = 10_000.0, 50_000, 20_000
PRIME_BROKERS = 3  # dealers that lend to one client: a guess


class Segment(IntEnum):
    """Where a loan was made."""

    TRIPARTY = 0
    CLEARED = 1
    BILATERAL = 2
    FUNDS = 3
    WINDOW = 4
    FIMA = 5
    OVERDRAFT = 6


REPO_SEGMENTS = (Segment.TRIPARTY, Segment.CLEARED, Segment.BILATERAL)
MONEY_OF_SEGMENT = np.array(
    [
        Money.TRIPARTY_REPO,
        Money.CLEARED_REPO,
        Money.BILATERAL_REPO,
        Money.FEDERAL_FUNDS,
        Money.DISCOUNT_CREDIT,
        Money.FIMA_REPO,
        Money.OVERDRAFTS,
    ],
    np.int64,
)


def money_of(loans: NDArray[Any]) -> Int:
    """Return the ledger's column of each loan."""
    standing = (loans["lender"] == FED) & (loans["segment"] == Segment.TRIPARTY)
    return np.where(standing, int(Money.STANDING_REPO), MONEY_OF_SEGMENT[loans["segment"]])


def haircut_e4(draw: Float) -> Int:
    """Return uncleared bilateral haircuts from draws in (0, 1): the lowest are zero."""
    left = np.maximum((1.0 - draw) / (1.0 - ZERO_HAIRCUT_SHARE), 1e-12)
    some = np.minimum(np.rint(-MEAN_HAIRCUT_E4 * np.log(np.minimum(left, 1.0))), MOST_HAIRCUT_E4)
    return np.where(draw < ZERO_HAIRCUT_SHARE, 0, some).astype(np.int64)


def collateral_cents(cents: Int, haircut: Int) -> Int:
    """Return the market value of securities that secures loans, rounded up."""
    lent = 10**6 - np.asarray(haircut, np.int64)
    whole, rest = np.divmod(np.asarray(cents, np.int64), lent)
    return np.asarray(whole * 10**6 + -(-rest * 10**6 // lent))


def raised_cents(collateral: Int, haircut: Any) -> Int:
    """Return the most that securities of a market value raise: they secure it, and not a cent more."""
    whole, rest = np.divmod(np.asarray(collateral, np.int64), 10**6)
    lent = 10**6 - np.asarray(haircut, np.int64)
    return np.asarray(whole * lent + rest * lent // 10**6)


def prime_brokers(chance: Float) -> Int:
    """Return which dealers lend to each client (clients, k), by draws (clients, dealers): the lowest, in order."""
    return np.argsort(chance, axis=1, kind="stable")[:, :PRIME_BROKERS]


def split_evenly(cents: Int, parts: int) -> Int:
    """Return amounts (n,) split into parts (n, parts) that differ by a cent at most."""
    whole, rest = np.divmod(np.asarray(cents, np.int64)[:, None], parts)
    return whole + (np.arange(parts) < rest)


def pressure(need: int, usual: int, seen: float, moved: float) -> float:
    """Return how much fuller dealers' balance sheets are than usual, as a share.

    ``need`` is what they finance tonight, ``usual`` its average; both are the share ``seen`` of their books. The rest
    is matched business that is not in this market, and stays. ``moved`` is the part of the books that reporting dates
    close.

        pressure = (1 + (need / usual - 1) seen) / (1 - moved) - 1
    """
    more = need / usual - 1.0 if usual > 0 else 0.0
    return (1.0 + more * seen) / (1.0 - moved) - 1.0
