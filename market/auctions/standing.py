"""The evening of the desk of buybacks: what its standing quotes traded is counted, and it studies the close.

Standing bids rest in the books like anybody's quotes (``market.rounds.refresh_quotes``) and settle as any trade does;
what the Treasury has bought is extinguished at settlement (``market.servicing.settle_trades``). Here the day's
purchases are recorded as one operation of the bucket ``standing``, each trade as an offer accepted, and what was bid
for as its list. A standing bid is a firm bid like any other: it counts in what is quoted, and in the middle of a book
with an offer on the other side. What standing offers sold is issued at settlement, and recorded as a standing sale
among the ``operations``. Where the Fed stands in the Treasury's place, both are outright operations of the Fed.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from market.accounts.instruments import FED, FED_NAME, TREASURY, TREASURY_NAME, Money
from market.auctions.known_buybacks import note_fill
from market.auctions.operations import Judged, record_buyback
from market.auctions.outright import PURCHASE, SALE, Traded, record_outright
from market.bonds.scoring_curve import scoring_curve_bp
from market.books.messages import OFFERS
from market.roles import CurveTaker, StandingBuyer, Student
from market.tables.record_columns import STANDING_SALE
from market.tables.recording import note_list
from market.units import POINT_E8
from market.view import View


def review_buybacks(market: Any) -> None:
    """Count what standing quotes bought and sold today; let the desk study the close."""
    view = market.view()
    if not market.burning_in:
        for buyer in market.playing(StandingBuyer):
            note = _note_for_the_fed if FED in buyer.rows else _note_for_the_treasury
            note(market, buyer, view)
            note_list(market, buyer.facility(view))
    for student in market.playing(Student):
        student.study(market.tape.face, view)
    for taker in market.playing(CurveTaker):
        taker.take_curve(scoring_curve_bp(market), view)


def _note_for_the_treasury(market: Any, buyer: Any, view: View) -> None:
    """Record the day's purchases as one operation, and what was sold beside it."""
    trades = market.tape.bought_in_books(TREASURY)
    offers = np.zeros(len(trades), OFFERS)
    offers["owner"] = trades["seller"]
    for field in ("security", "price_e8", "face"):
        offers[field] = trades[field]
    face, cost = offers["face"].copy(), trades["cash_cents"].astype(np.int64)
    market.bought_face += int(face.sum())
    market.bought_cents += int(cost.sum())
    fitted = buyer.fitted_price(offers["security"], view)
    score = (fitted - offers["price_e8"] / POINT_E8) / view.dv01[offers["security"]]
    record_buyback(market, buyer.facility(view), offers, face, Judged(score, fitted), cost)
    sold = market.tape.sold_in_books(TREASURY)
    _record(market, Traded(TREASURY_NAME, STANDING_SALE, -1, Money.TREASURY_CASH, int(sold["cash_cents"].sum())), sold)


def _note_for_the_fed(market: Any, buyer: Any, view: View) -> None:
    """Record what the Fed bought and sold as outright operations."""
    bought, sold = market.tape.bought_in_books(FED), market.tape.sold_in_books(FED)
    paid, received = (int(trades["cash_cents"].sum()) for trades in (bought, sold))
    _record(market, Traded(FED_NAME, PURCHASE, 1, Money.RESERVES, paid), bought)
    _record(market, Traded(FED_NAME, SALE, -1, Money.RESERVES, -received), sold)
    note_fill(market, buyer.facility(view), int(bought["face"].sum()))


def _record(market: Any, told: Traded, trades: NDArray[Any]) -> None:
    """Write what traded in books today, by security, and the money that moves on settlement, if anything did."""
    if len(trades):
        record_outright(market, told, trades["security"].astype(np.int64), trades["face"])
