"""When-issued trading: a new security trades from its announcement, for delivery on the issue day, if it is issued.

From the announcement the security has quotes, requests and a book, in yield (``market.auctions.yield_trading``). Trades
stand in ``unsettled`` and are owed like others: an account's position is the net of them, and is delivered on the issue
day out of what the auction awards, which settles first. When the auction has set the coupon, each trade made before has
its cash struck anew, once, from its yield; the change is owed. If the auction fails, trades are void: what was owed is
owed no more, and no cent moves (SIFMA's government securities practice: trades are "when, as and if issued"). What the
debt limit withdraws has not been announced.

A reopened security trades already, and its trades stand whether or not more is issued. Floating rate notes, whose
margin is set by the auction and whose price is par, do not trade before it. Left out: margin on when-issued trades.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import N_MONEY, Money
from market.auctions.yield_trading import agreed_rate_e5
from market.bonds import bond_arithmetic
from market.bonds.securities import Kind
from market.books.messages import Auction, Venue
from market.trading import full_price_e8
from market.units import Bool, cash_cents


def open_trading(market: Any, auction: Auction) -> None:
    """Let an announced security trade, if it is new."""
    at = auction.security
    if not market.premises.when_issued or market.auctioned[at] or market.securities.kind[at] == Kind.FRN:
        return
    market.issue_day[at] = auction.issue_day
    market.settle_day[at] = auction.issue_day
    market.when_issued, market.tradable = _marked(market.when_issued, at, True), _marked(market.tradable, at, True)
    if market.securities.kind[at] in (Kind.NOTE, Kind.BOND):
        market.rank = _marked(market.rank, at, 0)  # it is priced as the on-the-run issue that it will be
    market.accrued_e8 = _marked(market.accrued_e8, at, _accrued_e8(market, at, int(market.coupon_e3[at])))


def strike(market: Any, auction: Auction) -> None:
    """After the auction set the coupon: strike the cash of all trades made before it from the yields agreed."""
    at, s = auction.security, market.securities
    if not market.when_issued[at] or s.kind[at] == Kind.BILL:
        return
    provisional, coupon, maturity = int(market.coupon_e3[at]), int(s.coupon_e3[at]), int(s.maturity_day[at])
    market.accrued_e8 = _marked(market.accrued_e8, at, _accrued_e8(market, at, coupon))
    for place, trades in enumerate(market.unsettled):
        mine = np.flatnonzero(_made_before(trades, at))
        if not len(mine):
            continue
        table, old = trades.copy(), trades["cash_cents"][mine]
        rate_e5 = agreed_rate_e5(trades["price_e8"][mine], provisional, maturity, auction.issue_day)
        price = bond_arithmetic.auction_price_e8(rate_e5 / 10.0, coupon, maturity, auction.issue_day)
        cash = cash_cents(trades["face"][mine], full_price_e8(market, np.full(len(mine), at), price))
        table["price_e8"][mine], table["cash_cents"][mine] = price, cash
        parties = trades["buyer"][mine], trades["seller"][mine]
        market.ledger.owe("when issued: coupon set", Money.DEPOSITS, *parties, cash - old)
        market.unsettled[place] = table


def void(market: Any, security: int) -> int:
    """Undo all trades in a security that will not be issued, and end its trading; return how many there were."""
    undone = 0
    for place, trades in enumerate(market.unsettled):
        mine = _made_before(trades, security)
        gone = trades[mine]
        buyer, seller = gone["buyer"], gone["seller"]
        market.ledger.owe("when issued: void", N_MONEY + security, seller, buyer, -gone["face"])
        market.ledger.owe("when issued: void", Money.DEPOSITS, buyer, seller, -gone["cash_cents"])
        market.unsettled[place] = trades[~mine]
        undone += len(gone)
    market.when_issued = _marked(market.when_issued, security, False)
    market.tradable = _marked(market.tradable, security, False)
    market.rank = _marked(market.rank, security, -1)
    return undone


@dataclass(frozen=True, slots=True)
class BeforeAuction:
    """Where a security stood when bids closed: the middle (bp of yield, of bills of discount rate), the face traded
    when issued, and what accounts are short of, each net; both 0 in a reopening.
    """

    rate_bp: float
    face: int
    short_face: int

    @classmethod
    def of(cls, market: Any, auction: Auction) -> Self:
        """Look at the market now."""
        at = auction.security
        rate = middle_rate_bp(market, auction)
        if not market.when_issued[at]:
            return cls(rate, 0, 0)
        face = sum(int(trades["face"][_made_before(trades, at)].sum()) for trades in market.unsettled)
        position = market.ledger.position_in(np.arange(len(market.ledger)), np.full(len(market.ledger), at))
        return cls(rate, face, -int(np.minimum(position, 0).sum()))


def middle_rate_bp(market: Any, auction: Auction) -> float:
    """Return the middle of the dealers' streams: a yield in bp, of bills the discount rate of their auction."""
    yield_bp, at = float(market.composite_bp[auction.security]), auction.security
    if market.securities.kind[at] != Kind.BILL:
        return yield_bp
    maturity = market.securities.maturity_day[at]
    return float(bond_arithmetic.bill_discount_from_yield_bp(yield_bp, auction.issue_day, maturity))


def _made_before(trades: NDArray[Any], security: int) -> Bool:
    return np.asarray((trades["security"] == security) & (trades["venue"] != Venue.AUCTION))


def _accrued_e8(market: Any, security: int, coupon_e3: int) -> int:
    """Return accrued interest of a security on the day its trades settle."""
    if market.securities.kind[security] == Kind.BILL:
        return 0
    days = market.securities.maturity_day[security], market.settle_day[security]
    return int(bond_arithmetic.accrued_e8(coupon_e3, *days))


def _marked(values: Any, security: int, value: Any) -> Any:
    """Return a copy of an array by security with one value changed: views of before stay what they were."""
    out = values.copy()
    out[security] = value
    return out
