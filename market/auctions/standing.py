"""The evening of the Treasury's buyback desk: what its standing quotes traded is counted, and it studies the close.

Standing bids rest in the books like anybody's quotes (``market.rounds.refresh_quotes``) and settle as any trade does;
what the Treasury has bought is extinguished at settlement (``market.servicing.settle_trades``). Here the day's
purchases are recorded as one operation of the bucket ``standing``, each trade as an offer accepted. A standing bid is
a firm bid like any other: it counts in what is quoted, and in the middle of a book with an offer on the other side.
What standing offers sold is issued at settlement, and recorded as a standing sale among the ``operations``.
"""

from typing import Any

import numpy as np

from market.accounts.instruments import TREASURY, TREASURY_NAME, Money
from market.auctions.operations import record_buyback
from market.auctions.outright import Traded, record_outright
from market.bonds.scoring_curve import scoring_curve_bp
from market.books.messages import OFFERS
from market.roles import CurveTaker, StandingBuyer, Student
from market.tables.record_columns import STANDING_SALE


def review_buybacks(market: Any) -> None:
    """Count what standing quotes bought and sold today; let the desk study the close."""
    view = market.view()
    if not market.burning_in:
        for buyer in market.playing(StandingBuyer):
            trades = market.tape.bought_in_books(TREASURY)
            offers = np.zeros(len(trades), OFFERS)
            offers["owner"] = trades["seller"]
            for field in ("security", "price_e8", "face"):
                offers[field] = trades[field]
            face, cost = offers["face"].copy(), trades["cash_cents"].astype(np.int64)
            market.bought_face += int(face.sum())
            market.bought_cents += int(cost.sum())
            score = buyer.score(offers["security"], offers["price_e8"], view)
            record_buyback(market, buyer.facility(view), offers, face, score, cost)
            _record_sales(market)
    for student in market.playing(Student):
        student.study(market.tape.face, view)
    for taker in market.playing(CurveTaker):
        taker.take_curve(scoring_curve_bp(market), view)


def _record_sales(market: Any) -> None:
    """Write what standing offers sold today, by security, and the money that it brings on settlement."""
    trades = market.tape.sold_in_books(TREASURY)
    if len(trades):
        told = Traded(TREASURY_NAME, STANDING_SALE, -1, Money.TREASURY_CASH, int(trades["cash_cents"].sum()))
        record_outright(market, told, trades["security"].astype(np.int64), trades["face"])
