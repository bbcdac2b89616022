"""Means: what who is asked one by one may buy and sell, given what it owns and can pay.

A sale needs the face on trade date, unless the seller may borrow securities to deliver. A purchase needs the cash that
the account has after all that is due of its trades, unless somebody else pays: owners (``subscriptions``), lenders of
repo (``borrow``) or the discount window. Orders count in the order sent, purchases at their limit, or the middle. What
costs more in the end, and what quotes and answers bring, is an overdraft (``market.money.overnight``).

Kinds that decide together are not held to this: they promise to want what they can have (``Institution.together``).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market import trading
from market.accounts.instruments import REPO, Money
from market.bonds.linear_price import or_par
from market.hearing import refuse
from market.roles import DollarBorrower, Owned, RepoBorrower, WindowBorrower
from market.units import CENTS_PER_FACE, CENTS_PER_MUSD, FACE_PER_MUSD, POINT_E8, Bool, cash_cents

BORROWS: Mapping[type, frozenset[Money]] = {  # by role, what who plays it comes to owe
    RepoBorrower: REPO | {Money.FEDERAL_FUNDS},
    WindowBorrower: frozenset({Money.DISCOUNT_CREDIT}),
    DollarBorrower: frozenset({Money.FIMA_REPO}),
}
PAYS = (Owned, RepoBorrower, WindowBorrower)  # roles in which others may bring what purchases take


def may_owe(market: Any, institution: Any) -> frozenset[Money]:
    """Return the moneys whose issuer an institution may be: what its class says, and what its roles borrow."""
    borrowed = (moneys for role, moneys in BORROWS.items() if market.plays(institution, role))
    return frozenset(institution.owes).union(*borrowed)


def held_to_means(market: Any) -> tuple[Bool, Bool]:
    """Return which accounts are asked one by one, and which of these pay with nothing but their cash (accounts,)."""
    alone, own_cash = np.zeros((2, len(market.ledger)), np.bool_)
    for participant in market.participants:
        if not type(participant).together and not participant.official:
            alone[participant.rows] = True
            own_cash[participant.rows] = not any(market.plays(participant, role) for role in PAYS)
    return alone, own_cash


class Means:
    """What accounts have left for the rest of an act, as it is used up."""

    def __init__(self, market: Any) -> None:
        self.market = market
        self.cents: dict[int, int] = {}
        self.face: dict[tuple[int, int], int] = {}

    def fault(self, row: int, security: int, face: int, limit: float) -> str:
        """Return why an account cannot have an order; empty if it can, whose means are then used up."""
        if face < 0:
            return "" if self.market.may_short[row] else self._sell(row, security, -face)
        return self.pay(row, self._cost(security, face, limit)) if self.market.own_cash[row] else ""

    def pay(self, row: int, cents: int) -> str:
        """Return why an account cannot pay; empty if it can."""
        ledger = self.market.ledger
        left = self.cents.setdefault(row, int(ledger.cash([row])[0] + ledger.cash_due([row])[0]))
        if cents > left:
            return (
                f"costs about {cents / CENTS_PER_MUSD:,.2f} $m, its cash after all that is due pays "
                f"{max(left, 0) / CENTS_PER_MUSD:,.2f}, and nobody else does (no `subscriptions`, no `borrow`)"
            )
        self.cents[row] = left - cents
        return ""

    def _sell(self, row: int, security: int, face: int) -> str:
        ledger, at = self.market.ledger, (row, security)
        if at not in self.face:
            self.face[at] = int(ledger.position_in(np.array([row]), np.array([security]))[0])
        left = self.face[at]
        if face > left:
            return (
                f"sells {face / FACE_PER_MUSD:,.2f} $m, owns {max(left, 0) / FACE_PER_MUSD:,.2f}, "
                "and may not borrow the rest (no `may_short`)"
            )
        self.face[at] = left - face
        return ""

    def _cost(self, security: int, face: int, limit: float) -> int:
        """Return the cents of a purchase at its limit, or at the middle."""
        price = limit if np.isfinite(limit) else float(or_par(self.market.middle)[security])
        full = trading.full_price_e8(self.market, np.array([security]), np.array([round(price * POINT_E8)]))
        return int(cash_cents(face, full)[0])


def orders_within(market: Any, orders: NDArray[Any]) -> NDArray[Any]:
    """Return signed orders without those that their senders have no means for; these are refused."""
    mine = np.flatnonzero(market.alone[orders["owner"]]).tolist() if market.alone.any() else []
    means, out = Means(market), []
    for k in mine:
        owner, security, face, limit, _ = line = orders[k].tolist()
        fault = means.fault(owner, security, face, limit)
        if fault:
            refuse(market, market.ledger.names[owner], line[1:], fault)
            out.append(k)
    return np.delete(orders, out) if out else orders


def bids_within(market: Any, bids: NDArray[Any]) -> NDArray[Any]:
    """Return signed bids at an auction without those that cannot be paid for at par; these are refused."""
    means, out = Means(market), []
    for k in np.flatnonzero(market.own_cash[bids["bidder"]]).tolist() if market.own_cash.any() else []:
        row = int(bids["bidder"][k])
        fault = means.pay(row, int(bids["face"][k]) * CENTS_PER_FACE)
        if fault:
            refuse(market, market.ledger.names[row], tuple(bids[k].tolist()), fault)
            out.append(k)
    return np.delete(bids, out) if out else bids
