"""What a dealer does in repo beside financing its own positions: it funds its clients, and shows less on some days.

Dealers of foreign banks report their leverage on the last day of a quarter only, and close part of their repo book over
that night (Munyan 2017, OFR Working Paper 15-22: a tenth of the whole tri-party market); 15 of the 24 primary dealers
of 2024 belong to one, so that each closes 0.16 of its own. Other month-ends are a fifth of that, as money funds' daily
reverse repo has it (29 against 147 bn, ``agents.buyers.money_fund``). Clients pay a spread over the dealer's tri-party
funding that rises with the fullness of all dealers' books. Sizes: the FR 2004 of 29 May 2024.
"""

from typing import Any

import numpy as np

from agents.traits import trait
from market.calendar import MONTH_END, QUARTER_END, reporting_date
from market.money.overnight import PRESSURE
from market.units import Float
from market.view import View

FOREIGN_SHARE = 15 / 24


class PrimeBroker:
    """The part of a dealer that stands between money funds and clients."""

    _market: Any
    identity: Any

    quarter_end_closed = trait(0.16, "share of a foreign bank's repo book", (0, 0.9), "Munyan (2017), above")
    month_end_closed = trait(0.032, "the same at other month-ends", (0, 0.9), "a fifth of it, above")
    cleared_funding = trait(0.43, "share of what it lacks borrowed cleared", (0, 1), "603 of 1,397 bn (FR 2004)")
    client_spread = trait(3.0, "bp over tri-party funding", (0, 500), "a guess: cleared less tri-party rates, 1-4 bp")
    client_slope = trait(60.0, "bp by share of dealers' books", (0, 1000), "a guess, as money funds' in cleared repo")

    def closed(self, view: View) -> Float:
        """Return the share of its repo book that it does without tonight (members,)."""
        when = 0 if view.day < 0 else reporting_date(view.date)
        share = self.quarter_end_closed if when == QUARTER_END else self.month_end_closed if when == MONTH_END else 0.0
        foreign = self._market.streams.uniform("foreign parent", self.identity, 0, 1)[:, 0] < FOREIGN_SHARE
        return np.where(foreign, _flat(share), 0.0)

    def terms(self, view: View) -> tuple[Float, Float]:
        """Return the share of what it lacks that it borrows cleared, and bp over its funding for clients (members,).

        What a reporting date closes in tri-party repo it borrows cleared, where a book is netted.
        """
        cleared = _flat(self.cleared_funding)
        full = max(view.extras.get(PRESSURE, 0.0), 0.0)
        spread = _flat(self.client_spread) + _flat(self.client_slope) * full
        return cleared + (1.0 - cleared) * self.closed(view), spread + np.zeros(len(self.identity))


def _flat(values: Any) -> Float:
    return np.asarray(values, np.float64).reshape(-1)
