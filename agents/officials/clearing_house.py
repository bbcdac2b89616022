"""The clearing house of futures: it stands between longs and shorts, holds their margin, and decides nothing.

What it is owed and owes is booked by the market (``market.futures.exchange``). Its own capital and a default fund are
left out: nobody defaults here.
"""

from agents.institution import Institution
from market.accounts.instruments import Money


class ClearingHouse(Institution):
    """Central counterparty of Treasury futures; its account owns the margin that it owes."""

    sector = "clearing house"
    owes = frozenset({Money.MARGIN})
