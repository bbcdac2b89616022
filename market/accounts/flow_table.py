"""The flow table: how much each act of a day changed what is outstanding of each instrument, and why.

Measured, not told: the outstanding amounts are read before and after an act. Of money it is what its holders have (what
its issuers owe; on the Fed's balance sheet, what stands there); of securities what the Treasury owes. Source:
Identity I4.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from market.accounts.instruments import FED, LENT_BY_THE_FED, N_MONEY, TREASURY, Money
from market.accounts.ledger import FED_OWES, Ledger
from market.units import Int

FED_COLUMNS = np.array(sorted({*FED_OWES, *LENT_BY_THE_FED, Money.FED_OTHER_ASSETS}))  # one side is the Fed
FED_SIDE = np.where(np.isin(FED_COLUMNS, list(FED_OWES)), -1, 1)  # also where an account is overdrawn for an act


class FlowTable:
    """Changes of outstanding amounts by memo, (N_MONEY + S,) each, for one day."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.by_memo: dict[str, Int] = {}

    def clear(self) -> None:
        """Begin a new day."""
        self.by_memo = {}

    def outstanding(self) -> Int:
        """Return what is outstanding of each instrument."""
        balance = self._ledger.balance
        money = np.maximum(balance[:, :N_MONEY], 0).sum(axis=0)
        money[FED_COLUMNS] = FED_SIDE * balance[FED, FED_COLUMNS]
        return np.concatenate([money, -balance[TREASURY, N_MONEY:]])

    @contextmanager
    def under(self, memo: str) -> Iterator[None]:
        """Book under ``memo`` whatever changes inside the block."""
        before = self.outstanding()
        yield
        change = self.outstanding() - before
        if memo in self.by_memo:
            change = change + self.by_memo[memo]
        self.by_memo[memo] = change
