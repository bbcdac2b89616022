"""Who asked for liquidity today and who met it, sector by sector, at what price.

A trade is *asked for* by the side that started it: who asks dealers, who takes a quote in a book, who sells to the
Treasury or the Fed in an operation (or buys from it). The other side *meets* it. Matching sessions have neither; they
count in ``net_musd`` alone, auctions not at all. The price is the distance from the middle of its moment
(``market.tables.tape``), in dollars: positive for who pays, and for who earns; over the dollars that a basis point is
worth of what was traded, it is a price in bp.
"""

from typing import Any

import numpy as np

from market.accounts.instruments import FED, TREASURY
from market.books.messages import Venue
from market.units import FACE_PER_MUSD, POINT_E8, Float, Int

COUNTED = (Venue.BOOK, Venue.REQUEST, Venue.BUYBACK, Venue.OFFICIAL, Venue.SESSION)


def sector_flows(market: Any, names: list[str], sector: Int) -> dict[str, Any]:
    """Return the columns of the table ``sectors`` but its date; ``sector`` is the place in ``names`` by account."""
    trades, middle = market.tape.everything(), market.tape.middle_of_trades()
    counted = np.flatnonzero(np.isin(trades["venue"], COUNTED))
    trades, middle = trades.take(counted), middle[counted]
    side = _side_that_asked(trades)
    face = trades["face"] / FACE_PER_MUSD
    buyer, seller = sector[trades["buyer"]], sector[trades["seller"]]
    asker, maker = np.where(side > 0, buyer, seller), np.where(side > 0, seller, buyer)
    started = side != 0
    over = side * (trades["price_e8"] / POINT_E8 - middle) / 100
    paid = np.where(np.isfinite(over), face * over, 0.0)
    worth = np.where(np.isfinite(over), face * market.dv01[trades["security"]] / 100, 0.0)

    def total(who: Int, weight: Float, which: Any = started) -> Float:
        return np.asarray(np.bincount(who[which], weight[which], len(names)), np.float64)

    everything = np.ones(len(trades), np.bool_)
    refused_owner, refused_face = market.tape.refused_requests()
    return {
        "sector": names,
        "asked_musd": total(asker, face),
        "met_musd": total(maker, face),
        "net_asked_musd": total(asker, side * face),
        "net_met_musd": -total(maker, side * face),
        "net_musd": total(buyer, face, everything) - total(seller, face, everything),
        "refused_musd": np.bincount(sector[refused_owner], refused_face / FACE_PER_MUSD, len(names)),
        "paid_musd": total(asker, paid),
        "earned_musd": total(maker, paid),
        "asked_dv01_musd": total(asker, worth),
        "met_dv01_musd": total(maker, worth),
    }


def _side_that_asked(trades: Any) -> Int:
    """Return +1 where the buyer asked, -1 where the seller did, 0 where neither: in operations, who is not official."""
    operation = np.isin(trades["venue"], (Venue.BUYBACK, Venue.OFFICIAL))
    official_buys = np.isin(trades["buyer"], (FED, TREASURY))
    return np.where(operation, np.where(official_buys, -1, 1), trades["aggressor"]).astype(np.int64)
