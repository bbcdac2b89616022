"""Netting of settlement obligations: gross, bilateral, and multilateral through a central counterparty.

    gross        = sum over trades of face
    bilateral    = sum over pairs of accounts of |face one owes the other, net|
    multilateral = the same after trades between two members were replaced by each one's trade with the counterparty

by security, whatever the settlement days: who wants a day's netting passes its trades. What an account owes in all is
the same in the three: netting moves no position. A central counterparty's own legs cancel. Exact, in hundreds of
dollars. Left out: margin, default funds, that a fail at one member is everybody's, and netting of cash.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.units import Bool, Int

COUNTERPARTY = -1  # the row of the central counterparty


@dataclass(frozen=True, slots=True)
class Obligations:
    """What has to be delivered: one row for each giver, taker and security left after netting."""

    giver: Int
    taker: Int
    security: Int
    face: Int

    @property
    def total(self) -> int:
        """Face to be delivered in all."""
        return int(self.face.sum())

    @property
    def given(self) -> int:
        """Face to be delivered by accounts, without what the central counterparty passes on."""
        return int(self.face[self.giver != COUNTERPARTY].sum())

    def net(self, accounts: int, securities: int) -> Int:
        """Return what each account receives less what it gives (accounts, securities); the counterparty is left out."""
        out = np.zeros((accounts, securities), np.int64)
        for party, sign in ((self.taker, 1), (self.giver, -1)):
            known = party != COUNTERPARTY
            np.add.at(out, (party[known], self.security[known]), sign * self.face[known])
        return out

    def receivable(self, accounts: int) -> Int:
        """Return the face that each account is to receive (accounts,): what its balance sheet carries until then."""
        known = self.taker != COUNTERPARTY
        out = np.zeros(accounts, np.int64)
        np.add.at(out, self.taker[known], self.face[known])
        return out


def gross(trades: NDArray[Any]) -> Obligations:
    """Return one delivery for each trade."""
    columns = (trades[name].astype(np.int64) for name in ("seller", "buyer", "security", "face"))
    return Obligations(*columns)


def bilateral(owed: Obligations) -> Obligations:
    """Return what is left when each pair of accounts nets in each security."""
    low, high = np.minimum(owed.giver, owed.taker), np.maximum(owed.giver, owed.taker)
    pairs, place = np.unique(np.stack([low, high, owed.security]), axis=1, return_inverse=True)
    signed = np.zeros(pairs.shape[1], np.int64)
    np.add.at(signed, place.ravel(), np.where(owed.giver == low, owed.face, -owed.face))
    left = np.flatnonzero(signed)
    forward = signed[left] > 0
    low, high, security = pairs[:, left]
    return Obligations(np.where(forward, low, high), np.where(forward, high, low), security, np.abs(signed[left]))


def multilateral(owed: Obligations, members: Bool) -> Obligations:
    """Return what is left when trades between ``members`` (accounts,) go through a central counterparty."""
    inside = members[owed.giver] & members[owed.taker]
    middle = np.full(int(inside.sum()), COUNTERPARTY)
    security, face = owed.security[inside], owed.face[inside]
    giver = np.concatenate([owed.giver[~inside], owed.giver[inside], middle])
    taker = np.concatenate([owed.taker[~inside], middle, owed.taker[inside]])
    outside_security, outside_face = owed.security[~inside], owed.face[~inside]
    return bilateral(
        Obligations(
            giver,
            taker,
            np.concatenate([outside_security, security, security]),
            np.concatenate([outside_face, face, face]),
        )
    )
