"""What primary dealers hold together of each security: the published net positions by bucket (FR 2004, New York Fed).

A bucket's net position, at market value, is spread over its securities in proportion to the face that the Fed does
not hold. Maturities are remaining ones. A negative bucket starts at zero and is reported: a state begins without
borrowed bonds.
"""

from typing import NamedTuple

import numpy as np

from experiments.inputs.published import nearest_row, table
from market.bonds.securities import Kind, Securities
from market.units import CENTS_PER_MUSD, Bool, Int

COUPONS, TIPS = (Kind.NOTE, Kind.BOND), (Kind.TIPS,)
# column: (kinds, over so many years, up to so many years)
BUCKETS: dict[str, tuple[tuple[Kind, ...], float, float]] = {
    "bills": ((Kind.BILL,), -1, 99),
    "frn": ((Kind.FRN,), -1, 99),
    "cpn_le2y": (COUPONS, -1, 2),
    "cpn_g2_le3y": (COUPONS, 2, 3),
    "cpn_g3_le6y": (COUPONS, 3, 6),
    "cpn_g6_le7y": (COUPONS, 6, 7),
    "cpn_g7_le11y": (COUPONS, 7, 11),
    "cpn_g11_le21y": (COUPONS, 11, 21),
    "cpn_g21y": (COUPONS, 21, 99),
    "tips_le2y": (TIPS, -1, 2),
    "tips_g2_le6y": (TIPS, 2, 6),
    "tips_g6_le11y": (TIPS, 6, 11),
    "tips_g11y": (TIPS, 11, 99),
}


class DealerPositions(NamedTuple):
    """Face (S,) held by all dealers, published net positions by bucket in millions."""

    face: Int
    published_musd: dict[str, float]


def bucket_mask(securities: Securities, day: int, bucket: str) -> Bool:
    """Return which securities (S,) belong to a bucket on a day."""
    kinds, over, up_to = BUCKETS[bucket]
    years = (securities.maturity_day - day) / 365.25
    return securities.of(*kinds) & (years > over) & (years <= up_to)


def dealer_positions(securities: Securities, day: int, free_face: Int, indexed_e8: Int) -> DealerPositions:
    """Return the dealers' face (S,) from the report nearest to a day; ``free_face`` (S,) is what the Fed leaves."""
    row = nearest_row(table("dealer_net_positions_weekly_2024"), day, "asof_date")
    face = np.zeros(len(securities), np.int64)
    for bucket in BUCKETS:
        chosen = bucket_mask(securities, day, bucket)
        value = free_face[chosen] * (indexed_e8[chosen] / 1e6)  # cents
        wanted = max(0.0, float(row[bucket])) * CENTS_PER_MUSD
        share = min(wanted / float(value.sum()), 1.0) if value.sum() > 0 else 0.0
        face[chosen] = np.rint(free_face[chosen] * share).astype(np.int64)
    return DealerPositions(face, {bucket: float(row[bucket]) for bucket in BUCKETS})
