"""The Fed's outright operations: it buys Treasuries from dealers, or sells them to dealers, on its own account.

A purchase is a multiple-price reverse auction: every accepted offer is paid its own price, offers are ranked by
cheapness against a curve and the market as in a buyback (``market.auctions.buyback``). A sale is its mirror: dealers
bid for what the Fed owns, and the dearest bids are taken. Neither takes more of a security than its limit. Both settle
on the next business day: a purchase pays reserves into being, a sale extinguishes them, and no security is issued or
redeemed; the difference from par goes to the Fed's other liabilities in the evening. Operations are held in the round
in which their desk orders them; nobody acts on an announcement before it. A purchase may have a backstop price, and
then a single price as well (``market.auctions.backstop``). Left out: limits by counterparty, bids for customers.

Units: face in hundreds of dollars, prices clean in 1e-8 points.
Source: New York Fed, Desk statements; Permanent Open Market Operations FAQs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from market import trading
from market.accounts.instruments import FED, FED_NAME, Money
from market.auctions.apportion import first_come
from market.auctions.backstop import single_prices_e8
from market.auctions.buyback import BUCKETS, MULTIPLE, RESERVE_BP
from market.auctions.gathering import gathered
from market.auctions.known_buybacks import note_fill
from market.books.messages import Buyback, Venue
from market.roles import Offeror, OutrightBidder, OutrightDesk
from market.tables.measures import depth_on_musd
from market.tables.record import Labels
from market.units import POINT_E8, Float, Int, cash_cents, read_only

PURCHASE, SALE = "outright purchase", "outright sale"


@dataclass(frozen=True, slots=True)
class Outright:
    """An operation: its terms as of a buyback, whether the Fed buys or sells, and the face limit by security (S,).

    ``discount_bp`` is the least discount to fitted value at which a backstop buys, None for an ordinary operation;
    ``single_price`` pays all of a backstop's offers at the stop.
    """

    terms: Buyback
    buys: bool
    limit: Int
    discount_bp: float | None = None
    single_price: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "limit", read_only(self.limit))


class Traded(NamedTuple):
    """An official operation as it is recorded: whose, which, +1 bought or -1 sold, and the cents that its money gains.

    Reserves gain by what the Fed pays, the Treasury's cash by what the Treasury is paid.
    """

    institution: str
    operation: str
    sign: int
    money: Money
    cents: int


@dataclass(frozen=True, slots=True)
class Functioning:
    """How well the market works, as published: noise of the last close, depth of on-the-run books so far today."""

    noise_bp: float
    depth_musd: float


def hold_outrights(market: Any, fitted_bp: Callable[[Any], Float]) -> None:
    """Hold the outright operations of this round; ``fitted_bp`` makes the curve that only the Fed's desk sees."""
    desks = [] if market.burning_in else market.playing(OutrightDesk)
    for desk in desks:
        seen = Functioning(float(market.noise_bp), depth_on_musd(market))
        for operation in desk.operations(market.view(), seen):
            hold_outright(market, desk, operation, fitted_bp(market))


def hold_outright(market: Any, desk: Any, operation: Outright, fitted_bp: Float) -> None:
    """Collect what dealers offer or bid, let the desk choose, and trade each chosen line at its own price."""
    lines = _lines(market, operation, fitted_bp)
    chosen = desk.choose(lines, operation, market.view(), fitted_bp)
    taken = chosen > 0
    security, price_e8, face = lines["security"][taken], lines["price_e8"][taken], chosen[taken]
    if operation.single_price:
        view = market.view()
        price_e8 = single_prices_e8(lines[taken], view.price(fitted_bp), view.dv01)
    dealers, fed = lines["owner"][taken], np.full(int(taken.sum()), FED)
    parties = (fed, dealers) if operation.buys else (dealers, fed)
    trading.agree(market, Venue.OFFICIAL, parties, security, price_e8, face, 0)
    cost = cash_cents(face, trading.full_price_e8(market, security, price_e8))
    name, sign = (PURCHASE, 1) if operation.buys else (SALE, -1)
    told = Traded(FED_NAME, name, sign, Money.RESERVES, sign * int(cost.sum()))
    record_outright(market, told, security, face)
    if operation.terms.bucket in BUCKETS:  # held in the place of a buyback
        note_fill(market, operation.terms, int(face.sum()))


def _lines(market: Any, operation: Outright, fitted_bp: Float) -> NDArray[Any]:
    """Gather offers or bids in the order drawn for the day: that of a buyback; what is scored must have a curve."""
    view, terms = market.view(), operation.terms
    scored = operation.buys and operation.discount_bp is None
    listed = terms.eligible & np.isfinite(fitted_bp) if scored else terms.eligible
    if operation.buys:
        told: list[Any] = [(who, who.offer(terms, view)) for who in market.playing(Offeror)]
    else:
        told = [(who, who.bid_outright(terms, view)) for who in market.playing(OutrightBidder)]
    return gathered(market, told, listed & view.tradable & (operation.limit >= MULTIPLE), operation.buys)


def dearest(
    lines: NDArray[Any],
    market_price: Float,
    fitted_price: Float,
    dv01: Float,
    operation: Outright,
    reserve_bp: float = RESERVE_BP,
) -> Int:
    """Return the face sold by bid: those highest above market and curve, in bp of yield, within the limits.

    Prices and dv01 have shape (S,). A price-sensitive seller refuses bids that score less than its reserve.
    """
    security, price = lines["security"], lines["price_e8"] / POINT_E8
    worth = 0.5 * (market_price[security] + fitted_price[security])
    score = (price - worth) / dv01[security]
    fits = np.isfinite(score)
    if operation.terms.price_sensitive:
        fits &= score >= reserve_bp
    order = np.argsort(np.where(fits, -score, np.inf), kind="stable")
    asked = np.where(fits, lines["face"], 0)
    within = first_come(asked, security, operation.limit // MULTIPLE * MULTIPLE, order)
    most = np.array([operation.terms.maximum // MULTIPLE * MULTIPLE], np.int64)
    return first_come(within, np.zeros(len(lines), np.int64), most, order)


def record_outright(market: Any, told: Traded, security: Int, face: Int) -> None:
    """Write what was traded by security, and the money that moves on settlement."""
    known = {"date": market.date, "institution": told.institution, "operation": told.operation, "rate_bp": np.nan}
    places, where = np.unique(security, return_inverse=True)
    if len(places):
        sums = np.zeros(len(places), np.int64)
        np.add.at(sums, where, face)
        cusips = Labels(market.securities.cusip, places)
        market.record.add("operations", instrument=cusips, unit="face", amount=told.sign * sums, **known)
    market.record.add("operations", instrument=told.money.name, unit="cents", amount=told.cents, **known)
