"""Clearing: what of yesterday's trades has to be delivered, paid and carried, under the rule of who nets with whom.

``none``          every trade is delivered by itself (the default)
``bilateral``     each pair of accounts delivers its difference in each security
``multilateral``  the same, but members clear: each delivers, or receives, its difference with all other members

Each morning, trades between investors, dealers and traders that are due, failed ones included, give way to what is left
of them: a face to deliver at the *settlement price*, yesterday's last middle with accrued interest in whole cents per
$100, so that cash is exact; and what contracts differ from it, paid at once in one sum for each pair, or for each
member. So every account pays and receives what its trades said, to the cent, and delivers less. Members' deliveries go
from those who give to those who take, security by security in the order of accounts: the counterparty stands between
them in law, and holds nothing. Deliveries are of at most 50 million, the largest on Fedwire: what fails, fails in such
pieces. Official trades (auctions, buybacks, the Fed) do not clear.

In the evening ``carried_musd`` is what each account is to receive, net by the rule: a dealer's balance sheet may count
it (trait ``obligation_weight`` of primary dealers). Sources: Duffie (2020), Still the World's Safe Haven?, Brookings,
Hutchins Center Working Paper 62; Fleming and Keane (2021), The Netting Efficiencies of Marketwide Central Clearing, New
York Fed Staff Report 964. Left out: margin, default funds, clearing of repo, sponsors.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, N_MONEY, TREASURY, Money
from market.accounts.netting import Obligations, bilateral, gross, multilateral
from market.accounts.settlement import book, settle
from market.bonds.linear_price import or_par
from market.books.messages import TRADES, Venue, stacked
from market.money.repo import pair
from market.tables.record_columns import DEALERS
from market.trade_kernels import E8_PER_CENT
from market.trading import full_price_e8
from market.units import FACE_PER_MUSD, POINT_E8, Bool, Float, Int, half_even

LARGEST_DELIVERY = 50 * FACE_PER_MUSD
MODES = ("none", "bilateral", "multilateral")

Table = NDArray[Any]


@dataclass(frozen=True, slots=True)
class ClearingRules:
    """Who nets with whom: ``netting`` is one of MODES, ``members`` the sectors that clear."""

    netting: str = "none"
    members: tuple[str, ...] = ()


class Clearing:
    """What the rule leaves to be carried and delivered today, by account."""

    def __init__(self, rules: ClearingRules) -> None:
        self.rules = rules
        self.carried_musd: Float = np.zeros(0)  # (accounts,)
        self.delivered_face = self.failed_face = self.cured_face = 0  # this morning

    def members(self, market: Any) -> Bool:
        """Return which accounts clear (accounts,)."""
        chosen = self.rules.members if self.rules.netting == "multilateral" else ()
        return np.isin(market.sectors.astype(str), chosen)

    def of(self, rows: Int) -> Float:
        """Return what accounts were to receive at the last close, million dollars; nothing before the first."""
        known = rows < len(self.carried_musd)
        return np.where(known, np.append(self.carried_musd, 0.0)[np.where(known, rows, -1)], 0.0)

    def note(self, deliveries: Table, fails: Table, failed_before: int, day: int) -> None:
        """Count what was delivered and failed this morning, and what had failed before and did not again."""
        again = int(fails["face"][fails["settle_day"] < day].sum())
        self.failed_face = int(fails["face"].sum())
        self.delivered_face = int(deliveries["face"].sum()) - self.failed_face
        self.cured_face = failed_before - again


def unofficial(trades: Table) -> Bool:
    """Return which trades are between investors, dealers and traders."""
    official = [(trades["buyer"] == row) | (trades["seller"] == row) for row in (TREASURY, FED)]
    return np.asarray(np.logical_not(np.logical_or(*official)), np.bool_)


def carry(market: Any) -> None:
    """Find in the evening what each account is to receive, net by the rule."""
    pending = stacked(market.unsettled, TRADES)
    owed = gross(pending.take(np.flatnonzero(unofficial(pending))))
    if market.clearing.rules.netting != "none":
        owed = multilateral(owed, market.clearing.members(market))
    market.clearing.carried_musd = owed.receivable(len(market.ledger)) / FACE_PER_MUSD


def net(market: Any, due: Table) -> Table:
    """Replace trades that are due by what is left of them; return the deliveries that stand for them.

    The ledger's promises are replaced too, and contracts are paid what they differ from the settlement price.
    """
    cents = settlement_cents(market)
    inside = _inside(market.clearing.members(market), due)
    pairs, cleared = due.take(np.flatnonzero(~inside)), due.take(np.flatnonzero(inside))
    left = bilateral(gross(pairs))
    deliveries = stacked(
        [_deliveries(left, cents, market), _deliveries(_routed(cleared, market), cents, market)], TRADES
    )
    _discharge(market.ledger, due)
    book(market.ledger, deliveries)
    _pay_differences(market, pairs, cleared, cents)
    return deliveries


def settle_cleared(market: Any, ledger: Any, pending: Table, day: int, may_short: Bool) -> tuple[Table, Table]:
    """Settle trades, net by the rule; return (still pending, fails) as ``market.settlement.settle`` does."""
    ripe = pending["settle_day"] <= day
    due, later = pending.take(np.flatnonzero(ripe)), pending.take(np.flatnonzero(~ripe))
    if market.clearing.rules.netting != "none":
        deliveries = net(market, due)
        pending = stacked([deliveries, later], TRADES)
    else:
        deliveries = due
    terms = market.premises.fed_lending, market.sectors == DEALERS
    waiting, fails = settle(ledger, pending, day, may_short, fed=terms)
    market.clearing.note(deliveries, fails, int(due["face"][due["settle_day"] < day].sum()), day)
    return waiting, fails


def settlement_cents(market: Any) -> Int:
    """Return the settlement price of each security (S,): whole cents per $100 of face, accrued interest included."""
    clean = or_par(market.middle)
    full = full_price_e8(market, np.arange(len(clean)), np.rint(clean * POINT_E8).astype(np.int64))
    return half_even(full, E8_PER_CENT)


def _inside(members: Bool, trades: Table) -> Bool:
    return np.asarray(members[trades["buyer"]] & members[trades["seller"]])


def _routed(trades: Table, market: Any) -> Obligations:
    """Return what members deliver to one another, net with all: givers and takers side by side in each security."""
    net_face = gross(trades).net(len(market.ledger), len(market.securities)).T
    given, taken = np.nonzero(net_face < 0), np.nonzero(net_face > 0)
    giver, taker, face = pair(-net_face[given], net_face[taken])
    return Obligations(given[1][giver], taken[1][taker], given[0][giver], face)


def _deliveries(owed: Obligations, cents: Int, market: Any) -> Table:
    """Return obligations as trades of today at the settlement price, in pieces that can be delivered."""
    number = -(-owed.face // LARGEST_DELIVERY)
    line = np.repeat(np.arange(len(number)), number)
    k = np.arange(len(line)) - np.repeat(np.cumsum(number) - number, number)
    table = np.zeros(len(line), TRADES)
    table["face"] = np.minimum(owed.face[line] - k * LARGEST_DELIVERY, LARGEST_DELIVERY)
    table["seller"], table["buyer"], table["security"] = owed.giver[line], owed.taker[line], owed.security[line]
    table["day"], table["settle_day"], table["venue"] = market.day, market.date, Venue.CLEARING
    price = cents[owed.security[line]]
    table["price_e8"], table["cash_cents"] = price * E8_PER_CENT, table["face"] * price
    return table


def _discharge(ledger: Any, trades: Table) -> None:
    """Take trades out of what is due."""
    column = N_MONEY + trades["security"]
    ledger.owe("netted", column, trades["seller"], trades["buyer"], -trades["face"])
    ledger.owe("netted cash", Money.DEPOSITS, trades["buyer"], trades["seller"], -trades["cash_cents"])


def _pay_differences(market: Any, pairs: Table, cleared: Table, cents: Int) -> None:
    """Pay what contracts differ from the settlement price: one sum for each pair, and for each member."""
    accounts = len(market.ledger)
    low, high = np.minimum(pairs["buyer"], pairs["seller"]), np.maximum(pairs["buyer"], pairs["seller"])
    couple, place = np.unique(low.astype(np.int64) * accounts + high, return_inverse=True)
    owed = np.zeros(len(couple), np.int64)
    more = _more(pairs, cents)
    np.add.at(owed, place, np.where(pairs["buyer"] == low, more, -more))  # what the lower account pays
    first, second = np.divmod(couple, accounts)
    market.ledger.pay(
        "netted difference", np.where(owed > 0, first, second), np.where(owed > 0, second, first), abs(owed)
    )
    owed, more = np.zeros(accounts, np.int64), _more(cleared, cents)
    np.add.at(owed, cleared["buyer"], more)
    np.add.at(owed, cleared["seller"], -more)
    payer, payee = np.flatnonzero(owed > 0), np.flatnonzero(owed < 0)
    gives, takes, amount = pair(owed[payer], -owed[payee])
    market.ledger.pay("netted difference", payer[gives], payee[takes], amount)


def _more(trades: Table, cents: Int) -> Int:
    """Return what each buyer pays above the settlement price."""
    return np.asarray(trades["cash_cents"] - trades["face"] * cents[trades["security"]])
