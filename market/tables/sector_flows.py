"""Who asked for liquidity today and who met it, sector by sector, at what price.

A trade is *asked for* by the side that started it: who asks dealers, who takes a quote in a book, who sells to the
Treasury or the Fed in an operation (or buys from it). The other side *meets* it. Matching sessions have neither; they
count in ``net_musd`` alone, auctions not at all. The price is the distance from the middle of its moment
(``market.tables.tape``), in dollars: positive for who pays, and for who earns; over the dollars that a basis point is
worth of what was traded, it is a price in bp.
"""

from typing import Any

import numpy as np

from market.tables.tape_kernels import FLOWS, add_flows
from market.units import FACE_PER_MUSD, Int


def sector_flows(market: Any, names: list[str], sector: Int) -> dict[str, Any]:
    """Return the columns of the table ``sectors`` but its date; ``sector`` is the place in ``names`` by account."""
    sums = np.zeros((len(FLOWS), len(names)))
    add_flows(market.tape.everything(), market.tape.middle_of_trades(), market.dv01, sector, sums)
    asked, met, net_asked, net_met, bought, sold, paid, earned, asked_dv01, met_dv01 = sums
    refused_owner, refused_face = market.tape.refused_requests()
    return {
        "sector": names,
        "asked_musd": asked,
        "met_musd": met,
        "net_asked_musd": net_asked,
        "net_met_musd": -net_met,
        "net_musd": bought - sold,
        "refused_musd": np.bincount(sector[refused_owner], refused_face / FACE_PER_MUSD, len(names)),
        "paid_musd": paid,
        "earned_musd": earned,
        "asked_dv01_musd": asked_dv01,
        "met_dv01_musd": met_dv01,
    }
